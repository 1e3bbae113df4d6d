/** The eks provider as a process of its own: the SDK serves remote components in no other way. */
import type * as pulumi from "@pulumi/pulumi";
import { type ConstructResult, main, type Provider } from "@pulumi/pulumi/provider";

import { Cluster } from "./cluster";

/** The version of the SDK that the stand-in follows. */
const version = "4.3.0";

class EksProvider implements Provider {
  readonly version = version;

  // eslint-disable-next-line @typescript-eslint/require-await -- the contract is asynchronous
  async construct(
    name: string,
    type: string,
    inputs: pulumi.Inputs,
    options: pulumi.ComponentResourceOptions,
  ): Promise<ConstructResult> {
    if (type !== "eks:index:Cluster") {
      throw new Error(
        `The sandbox's eks provider does not know ${type}; add it to sandbox/providers/eks/.`,
      );
    }
    const cluster = new Cluster(name, inputs, options);
    return {
      urn: cluster.urn,
      state: {
        kubeconfig: cluster.kubeconfig,
        kubeconfigJson: cluster.kubeconfigJson,
        clusterSecurityGroupId: cluster.clusterSecurityGroupId,
        nodeSecurityGroupId: cluster.nodeSecurityGroupId,
        clusterIngressRuleId: "",
        defaultNodeGroupAsgName: "",
        fargateProfileId: "",
        fargateProfileStatus: "",
        oidcIssuer: cluster.oidcIssuer,
        oidcProviderArn: cluster.oidcProviderArn,
        oidcProviderUrl: cluster.oidcProviderUrl,
        instanceRoles: cluster.instanceRoles,
        eksCluster: cluster.eksCluster,
        core: cluster.core,
      },
    };
  }
}

// Whoever started this process holds its stdin: it must not outlive a killed sandbox.
process.stdin.on("end", () => process.exit(0)).resume();
// Mapping every resource's stack trace costs more than making the resource.
process.setSourceMapsEnabled(false);

void main(new EksProvider(), process.argv.slice(2));
