/** The command lines of the control plane's programs. */
import { join } from "node:path";

import type { DetachedProgramArgs } from "./detached-program";

/** TCP ports on 127.0.0.1. */
export interface Ports {
  readonly apiServer: number;
  readonly etcd: number;
  readonly etcdPeer: number;
}

/** Everybody who has a token. Each program is who it is in a real cluster, so that RBAC counts. */
export const users = {
  admin: { name: "sandbox-admin", groups: ["system:masters"] },
  "kube-controller-manager": { name: "system:kube-controller-manager", groups: [] },
  "kube-scheduler": { name: "system:kube-scheduler", groups: [] },
  // kwok plays every kubelet at once, which no role of Kubernetes' own allows.
  kwok: { name: "kwok", groups: ["system:masters"] },
} as const satisfies Record<string, { name: string; groups: readonly string[] }>;

/** A key of {@link users}. */
export type User = keyof typeof users;

/** What the command lines are made from. */
export interface ProgramsArgs {
  /** The binary of `tools/control-plane`. */
  readonly binary: string;
  /** Absolute path: certificates, keys, data, one kubeconfig a user. */
  readonly folder: string;
  readonly ports: Ports;
  /** kwok's configuration file. */
  readonly kwokConfig: string;
}

/** Path of a user's kubeconfig. */
export function kubeconfigPath(folder: string, user: User): string {
  return user === "admin" ? join(folder, "kubeconfig") : join(folder, `${user}.kubeconfig`);
}

/** The programs in the order in which they start. */
export function controlPlanePrograms(args: ProgramsArgs): DetachedProgramArgs[] {
  const { binary, folder, ports } = args;
  const file = (name: string): string => join(folder, name);
  const etcd = `https://127.0.0.1:${ports.etcd}`;
  const etcdPeer = `https://127.0.0.1:${ports.etcdPeer}`;
  const program = (name: string, flags: readonly string[]): DetachedProgramArgs => ({
    name,
    binary,
    args: flags,
    folder,
  });

  return [
    program("etcd", [
      `--name=sandbox`,
      `--data-dir=${file("etcd")}`,
      `--listen-client-urls=${etcd}`,
      `--advertise-client-urls=${etcd}`,
      `--listen-peer-urls=${etcdPeer}`,
      `--initial-advertise-peer-urls=${etcdPeer}`,
      `--initial-cluster=sandbox=${etcdPeer}`,
      // Secrets are in there: nobody without the API server's certificate may read it.
      `--client-cert-auth`,
      `--trusted-ca-file=${file("ca.crt")}`,
      `--cert-file=${file("server.crt")}`,
      `--key-file=${file("server.key")}`,
      `--peer-client-cert-auth`,
      `--peer-trusted-ca-file=${file("ca.crt")}`,
      `--peer-cert-file=${file("server.crt")}`,
      `--peer-key-file=${file("server.key")}`,
      `--enable-grpc-gateway=false`,
      // Safe against a killed process, not against a power cut; some five times faster.
      `--unsafe-no-fsync`,
      `--log-level=warn`,
    ]),
    program("kube-apiserver", [
      `--etcd-servers=${etcd}`,
      `--etcd-cafile=${file("ca.crt")}`,
      `--etcd-certfile=${file("etcd-client.crt")}`,
      `--etcd-keyfile=${file("etcd-client.key")}`,
      `--bind-address=127.0.0.1`,
      `--secure-port=${ports.apiServer}`,
      // Endpoints may not be loopback addresses, so the server must not publish itself as one.
      `--advertise-address=127.0.0.1`,
      `--endpoint-reconciler-type=none`,
      `--tls-cert-file=${file("server.crt")}`,
      `--tls-private-key-file=${file("server.key")}`,
      `--token-auth-file=${file("tokens.csv")}`,
      `--anonymous-auth=false`,
      `--authorization-mode=Node,RBAC`,
      `--allow-privileged`,
      `--service-account-issuer=https://kubernetes.default.svc`,
      `--service-account-key-file=${file("service-accounts.pub")}`,
      `--service-account-signing-key-file=${file("service-accounts.key")}`,
      `--service-cluster-ip-range=10.96.0.0/16`,
      `--profiling=false`,
    ]),
    program("kube-controller-manager", [
      `--kubeconfig=${kubeconfigPath(folder, "kube-controller-manager")}`,
      `--bind-address=127.0.0.1`,
      `--secure-port=0`,
      `--leader-elect=false`,
      `--use-service-account-credentials`,
      `--service-account-private-key-file=${file("service-accounts.key")}`,
      `--root-ca-file=${file("ca.crt")}`,
      // Makes PersistentVolumes of the class "standard": empty folders under /tmp/hostpath_pv,
      // deleted with their claims.
      `--enable-hostpath-provisioner`,
      `--profiling=false`,
    ]),
    program("kube-scheduler", [
      `--kubeconfig=${kubeconfigPath(folder, "kube-scheduler")}`,
      `--bind-address=127.0.0.1`,
      `--secure-port=0`,
      `--leader-elect=false`,
      `--profiling=false`,
    ]),
    program("kwok", [
      `--kubeconfig=${kubeconfigPath(folder, "kwok")}`,
      `--config=${args.kwokConfig}`,
      `--manage-all-nodes=true`,
      `--node-lease-duration-seconds=40`,
      // No kubelet API: it would listen on every interface and has nothing to show.
      `--node-port=0`,
    ]),
  ];
}
