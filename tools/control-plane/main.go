// Command control-plane is every program of a Kubernetes control plane in one
// binary, chosen by the first argument. The packages that they share are most
// of each of them, so one binary is compiled and linked in the time of one.
package main

import (
	"fmt"
	"os"
	_ "time/tzdata" // CronJob time zones on machines without a zone database

	"github.com/spf13/cobra"
	"go.etcd.io/etcd/server/v3/etcdmain"
	"k8s.io/component-base/cli"
	_ "k8s.io/component-base/metrics/prometheus/clientgo" // as in the programs' own main packages
	_ "k8s.io/component-base/metrics/prometheus/version"
	kubectl "k8s.io/kubectl/pkg/cmd"
	apiserver "k8s.io/kubernetes/cmd/kube-apiserver/app"
	controllermanager "k8s.io/kubernetes/cmd/kube-controller-manager/app"
	scheduler "k8s.io/kubernetes/cmd/kube-scheduler/app"
)

const usage = `usage: control-plane PROGRAM [flags]
programs: etcd, kube-apiserver, kube-controller-manager, kube-scheduler, kwok,
          kubectl, certificates FOLDER`

func main() {
	if len(os.Args) < 2 {
		fail(usage)
	}
	name := os.Args[1]
	// Each program parses os.Args itself, with its own name first.
	os.Args = os.Args[1:]
	switch name {
	case "etcd":
		etcdmain.Main(os.Args)
	case "kube-apiserver":
		run(apiserver.NewAPIServerCommand())
	case "kube-controller-manager":
		run(controllermanager.NewControllerManagerCommand())
	case "kube-scheduler":
		run(scheduler.NewSchedulerCommand())
	case "kwok":
		kwok()
	case "kubectl":
		run(kubectl.NewDefaultKubectlCommand())
	case "certificates":
		if len(os.Args) != 2 {
			fail(usage)
		}
		if err := certificates(os.Args[1]); err != nil {
			fail(fmt.Sprintf("certificates: %v", err))
		}
	default:
		fail(fmt.Sprintf("unknown program %q\n%s", name, usage))
	}
}

func run(command *cobra.Command) {
	os.Exit(cli.Run(command))
}

func fail(message string) {
	fmt.Fprintln(os.Stderr, message)
	os.Exit(1)
}
