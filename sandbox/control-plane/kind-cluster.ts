import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { parse, stringify } from "yaml";

import { execute } from "../execute";
import type { Progress } from "../progress";
import { type Cluster, type ClusterStatus, type OwnClusterArgs, zones } from "./cluster";

/** Longest wait for `docker info`: a daemon that hangs must not hold the chain up. */
const dockerTimeoutMs = 5_000;

/**
 * Makes sure that kind can be used.
 *
 * @throws {Error} saying whether Docker or kind is missing.
 */
export async function requireKind(): Promise<void> {
  try {
    await execute("docker", ["info"], { timeout: dockerTimeoutMs });
  } catch (error) {
    throw new Error("Docker does not run here", { cause: error });
  }
  try {
    await execute("kind", ["version"]);
  } catch (error) {
    throw new Error("Docker runs, but kind is not installed (https://kind.sigs.k8s.io)", {
      cause: error,
    });
  }
}

/** A cluster in Docker containers: one node for the control plane, one worker a zone. */
export class KindCluster implements Cluster {
  readonly kubeconfigPath: string;
  readonly context: string;

  constructor(private readonly args: OwnClusterArgs) {
    this.kubeconfigPath = join(args.folder, "kubeconfig");
    this.context = args.name;
  }

  async start(progress: Progress): Promise<void> {
    const nodes = await this.nodes();
    if (nodes.length > 0) {
      // Containers of a stopped cluster keep their data; starting a running one does nothing.
      await progress.step("Start of the kind cluster", async () => {
        await execute("docker", ["start", ...nodes]);
      });
      if (!existsSync(this.kubeconfigPath)) await this.exportKubeconfig();
    } else {
      await progress.step("Creation of the kind cluster", async () => {
        mkdirSync(this.args.folder, { recursive: true, mode: 0o700 });
        await execute(
          "kind",
          [
            ...["create", "cluster", "--name", this.args.name],
            ...["--config", "-", "--wait", "180s"],
            // kind merges into the user's own kubeconfig otherwise.
            ...["--kubeconfig", this.kubeconfigPath],
          ],
          { input: stringify(kindConfig()) },
        );
        this.renameContext();
      });
    }
    await progress.step("Wait for the kind cluster's nodes", async () => {
      await this.kubectl(["wait", "node", "--all", "--for=condition=Ready", "--timeout=180s"]);
    });
  }

  async stop(): Promise<void> {
    const nodes = await this.nodes();
    if (nodes.length > 0) await execute("docker", ["stop", ...nodes]);
  }

  async remove(): Promise<void> {
    await execute("kind", [
      ...["delete", "cluster", "--name", this.args.name],
      ...["--kubeconfig", this.kubeconfigPath],
    ]);
    rmSync(this.args.folder, { recursive: true, force: true });
  }

  async status(): Promise<ClusterStatus> {
    const nodes = await this.nodes();
    if (nodes.length === 0) return { running: false, summary: `no kind cluster ${this.args.name}` };
    const stdout = await execute("docker", [
      ...["inspect", "--format", "{{.State.Running}}"],
      ...nodes,
    ]);
    const running = stdout.split("\n").every((state) => state.trim() === "true");
    return {
      running,
      summary: `kind cluster ${this.args.name}, ${nodes.length} nodes${running ? "" : ", stopped"}`,
    };
  }

  /** The control plane's container has kubectl, so that none is needed on this machine. */
  private async kubectl(args: readonly string[]): Promise<void> {
    await execute("docker", [
      ...["exec", `${this.args.name}-control-plane`],
      ...["kubectl", "--kubeconfig", "/etc/kubernetes/admin.conf"],
      ...args,
    ]);
  }

  private async nodes(): Promise<string[]> {
    const stdout = await execute("kind", ["get", "nodes", "--name", this.args.name]);
    return stdout.split("\n").filter((line) => line !== "");
  }

  private async exportKubeconfig(): Promise<void> {
    await execute("kind", [
      ...["export", "kubeconfig", "--name", this.args.name],
      ...["--kubeconfig", this.kubeconfigPath],
    ]);
    this.renameContext();
  }

  /** kind prefixes its contexts with `kind-`; ours has one name whoever runs the cluster. */
  private renameContext(): void {
    const renamed = renameKindContext(readFileSync(this.kubeconfigPath, "utf8"), this.context);
    writeFileSync(this.kubeconfigPath, renamed, { mode: 0o600 });
    chmodSync(this.kubeconfigPath, 0o600);
  }
}

interface Kubeconfig {
  contexts: { name: string }[];
  "current-context": string;
}

/** A kubeconfig of kind with its one context renamed. */
export function renameKindContext(kubeconfig: string, context: string): string {
  const config = parse(kubeconfig) as Kubeconfig;
  return stringify({
    ...config,
    contexts: config.contexts.map((entry) => ({ ...entry, name: context })),
    "current-context": context,
  });
}

/** The cluster's shape, in kind's own configuration format. */
export function kindConfig(): object {
  const workers = zones.map((zone) => ({
    role: "worker",
    labels: { "topology.kubernetes.io/zone": zone },
  }));
  return {
    kind: "Cluster",
    apiVersion: "kind.x-k8s.io/v1alpha4",
    networking: { apiServerAddress: "127.0.0.1" },
    nodes: [{ role: "control-plane" }, ...workers],
  };
}
