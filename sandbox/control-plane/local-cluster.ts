import { generateKeyPairSync, randomBytes } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import getPort from "get-port";
import { stringify } from "yaml";

import { pinnedVersion } from "../engine/version";
import { SandboxError } from "../errors";
import { exclusively } from "../exclusively";
import { execute } from "../execute";
import { ensureGoProgram, type GoProgram } from "../go-build";
import type { Progress } from "../progress";
import type { Cluster, ClusterStatus, OwnClusterArgs } from "./cluster";
import { DetachedProgram } from "./detached-program";
import { initialObjects, nodeNames } from "./initial-objects";
import { KubeApi } from "./kube-api";
import { controlPlanePrograms, kubeconfigPath, type Ports, type User, users } from "./programs";

/** Longest wait for the API server, and then for nodes and service accounts. */
const readyTimeoutMs = 60_000;
const pollMs = 100;

/** The control plane's programs as one Go program. */
export function controlPlaneProgram(): GoProgram {
  const version = pinnedVersion("control-plane", "k8s.io/kubernetes");
  const [major = "", minor = ""] = version.slice(1).split(".");
  return {
    module: "control-plane",
    version,
    mainPackage: ".",
    binary: "control-plane",
    title: "Kubernetes control plane",
    // A release build sets these; the API server reports them, and clients choose by them.
    linkerVariables: {
      "k8s.io/component-base/version.gitVersion": version,
      "k8s.io/component-base/version.gitMajor": major,
      "k8s.io/component-base/version.gitMinor": minor,
    },
  };
}

/**
 * A real control plane in plain processes: etcd, API server, controller manager and scheduler, with
 * kwok in the place of kubelets. Everything works but what needs a running container (logs, exec).
 */
export class LocalCluster implements Cluster {
  readonly kubeconfigPath: string;
  readonly context: string;
  private readonly folder: string;

  constructor(args: OwnClusterArgs) {
    this.folder = resolve(args.folder);
    this.context = args.name;
    this.kubeconfigPath = kubeconfigPath(this.folder, "admin");
  }

  async start(progress: Progress): Promise<void> {
    const binary = await ensureGoProgram(controlPlaneProgram(), progress);
    await exclusively(`${this.folder}.lock`, async () => {
      await this.prepare(binary);
      const ports = await this.choosePorts();
      const programs = this.programs(binary, ports);
      if (await this.isRunning(programs, ports)) return;
      await progress.step("Start of the Kubernetes control plane", async (report) => {
        await this.startPrograms(programs, ports, report);
      });
    });
  }

  async stop(): Promise<void> {
    await exclusively(`${this.folder}.lock`, async () => {
      // Last started, first ended: nobody is left without what it depends on.
      for (const program of this.programs("", noPorts).reverse()) await program.stop();
    });
  }

  async remove(): Promise<void> {
    await this.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }

  async status(): Promise<ClusterStatus> {
    const programs = this.programs("", noPorts);
    const missing: string[] = [];
    for (const program of programs) {
      if ((await program.pid()) === undefined) missing.push(program.program.name);
    }
    if (missing.length > 0)
      return { running: false, summary: `not running: ${missing.join(", ")}` };
    const { apiServer } = this.rememberedPorts() ?? noPorts;
    return {
      running: await this.withApi(apiServer, async (api) => await api.isReady()),
      summary: `${programs.length} processes, API server on 127.0.0.1:${apiServer}`,
    };
  }

  private programs(binary: string, ports: Ports): DetachedProgram[] {
    const kwokConfig = join(__dirname, "kwok.yaml");
    return controlPlanePrograms({ binary, folder: this.folder, ports, kwokConfig }).map(
      (program) => new DetachedProgram(program),
    );
  }

  private async isRunning(programs: readonly DetachedProgram[], ports: Ports): Promise<boolean> {
    for (const program of programs) if (!(await program.runsAsWanted())) return false;
    return await this.withApi(ports.apiServer, async (api) => await api.isReady());
  }

  private async startPrograms(
    programs: readonly DetachedProgram[],
    ports: Ports,
    report: (detail: string) => void,
  ): Promise<void> {
    const [etcd, apiServer, ...others] = programs;
    const kwok = others.at(-1);
    if (etcd === undefined || apiServer === undefined || kwok === undefined) {
      throw new Error("the control plane has five programs");
    }
    await this.withApi(ports.apiServer, async (api) => {
      report("etcd and kube-apiserver");
      // The API server retries until etcd answers, so they start side by side.
      const started = await Promise.all([etcd.start(), apiServer.start()]);
      await until("the API server is ready", [etcd, apiServer], async () => await api.isReady());

      report("controller manager, scheduler and kwok");
      // Those that outlived the server wait up to a minute before they look at it again.
      if (started.includes(true)) await Promise.all(others.map((program) => program.stop()));
      // A new kwok has another identity and would wait for the leases of the last one to expire.
      if (!(await kwok.runsAsWanted())) await api.deleteAll(nodeLeases);
      const version = controlPlaneProgram().version;
      await Promise.all([
        ...others.map(async (program) => await program.start()),
        ...initialObjects(version).map(async ({ collection, object }) => {
          await api.ensure(collection, object);
        }),
      ]);
      report("nodes");
      await until("Pods can be created and scheduled", programs, async () => await isUsable(api));
    });
  }

  /** Certificates, keys, tokens and kubeconfigs; made once, they live as long as the data. */
  private async prepare(binary: string): Promise<void> {
    const { folder } = this;
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    chmodSync(folder, 0o700);
    if (!existsSync(join(folder, "etcd-client.crt"))) {
      await execute(binary, ["certificates", folder]);
    }
    if (!existsSync(join(folder, "service-accounts.pub"))) {
      const { privateKey, publicKey } = generateKeyPairSync("rsa", {
        modulusLength: 2048,
        privateKeyEncoding: { type: "pkcs1", format: "pem" },
        publicKeyEncoding: { type: "spki", format: "pem" },
      });
      writeFileSync(join(folder, "service-accounts.key"), privateKey, { mode: 0o600 });
      writeFileSync(join(folder, "service-accounts.pub"), publicKey, { mode: 0o600 });
    }
    if (!existsSync(join(folder, "tokens.csv"))) {
      const lines = Object.values(users).map(({ name, groups }) => {
        const token = randomBytes(32).toString("base64url");
        return `${token},${name},${name},"${groups.join(",")}"\n`;
      });
      writeFileSync(join(folder, "tokens.csv"), lines.join(""), { mode: 0o600 });
    }
  }

  /** The ports of the last start, others only where somebody else has taken one since. */
  private async choosePorts(): Promise<Ports> {
    const remembered = this.rememberedPorts();
    const running = this.programs("", noPorts);
    const isUp = async (index: number): Promise<boolean> =>
      (await running[index]?.pid()) !== undefined;
    const etcdUp = await isUp(0);
    const apiServerUp = await isUp(1);
    const choose = async (port: number | undefined, inUseByUs: boolean): Promise<number> =>
      port !== undefined && inUseByUs ? port : await getPort({ host: "127.0.0.1", port });
    const ports = {
      apiServer: await choose(remembered?.apiServer, apiServerUp),
      etcd: await choose(remembered?.etcd, etcdUp),
      etcdPeer: await choose(remembered?.etcdPeer, etcdUp),
    };
    if (JSON.stringify(ports) !== JSON.stringify(remembered)) {
      writeFileSync(join(this.folder, "ports.json"), JSON.stringify(ports), { mode: 0o600 });
    }
    for (const user of Object.keys(users) as User[]) this.writeKubeconfig(user, ports);
    return ports;
  }

  private rememberedPorts(): Ports | undefined {
    const path = join(this.folder, "ports.json");
    return existsSync(path) ? (JSON.parse(readFileSync(path, "utf8")) as Ports) : undefined;
  }

  private writeKubeconfig(user: User, ports: Ports): void {
    const name = this.context;
    const contents = stringify({
      apiVersion: "v1",
      kind: "Config",
      clusters: [
        {
          name,
          cluster: {
            server: `https://127.0.0.1:${ports.apiServer}`,
            "certificate-authority-data": readFileSync(join(this.folder, "ca.crt"), "base64"),
          },
        },
      ],
      users: [{ name, user: { token: this.token(user) } }],
      contexts: [{ name, context: { cluster: name, user: name } }],
      "current-context": name,
    });
    writeFileSync(kubeconfigPath(this.folder, user), contents, { mode: 0o600 });
  }

  private token(user: User): string {
    const wanted = users[user].name;
    for (const line of readFileSync(join(this.folder, "tokens.csv"), "utf8").split("\n")) {
      const [token, name] = line.split(",");
      if (token !== undefined && name === wanted) return token;
    }
    throw new SandboxError(
      `${this.folder}/tokens.csv has no token for ${wanted}. Remove the folder to make a new cluster.`,
    );
  }

  private async withApi<T>(port: number, work: (api: KubeApi) => Promise<T>): Promise<T> {
    const api = new KubeApi(port, this.token("admin"), join(this.folder, "ca.crt"));
    try {
      return await work(api);
    } finally {
      api.close();
    }
  }
}

/** Path of the nodes' leases. */
const nodeLeases = "/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases";

/** Stands where only the programs' names count. */
const noPorts: Ports = { apiServer: 0, etcd: 0, etcdPeer: 0 };

/** Every node is ready and free of the taints of an unready one, and Pods get a service account. */
async function isUsable(api: KubeApi): Promise<boolean> {
  const account = await api.call("GET", "/api/v1/namespaces/default/serviceaccounts/default");
  if (account.status !== 200) return false;
  for (const name of nodeNames) {
    const { status, body } = await api.call("GET", `/api/v1/nodes/${name}`);
    if (status !== 200 || !isNodeReady(JSON.parse(body) as Node)) return false;
  }
  return true;
}

interface Node {
  readonly spec: { readonly taints?: readonly { readonly key: string }[] };
  readonly status: {
    readonly conditions?: readonly { readonly type: string; readonly status: string }[];
  };
}

function isNodeReady({ spec, status }: Node): boolean {
  const unready = spec.taints?.some(({ key }) => key.startsWith("node.kubernetes.io/")) ?? false;
  return (
    !unready &&
    (status.conditions ?? []).some(({ type, status }) => type === "Ready" && status === "True")
  );
}

/** Waits; a program that ends meanwhile ends the waiting, with its last words. */
async function until(
  what: string,
  programs: readonly DetachedProgram[],
  condition: () => Promise<boolean>,
): Promise<void> {
  const deadline = Date.now() + readyTimeoutMs;
  while (!(await condition())) {
    for (const program of programs) {
      if ((await program.pid()) === undefined) {
        throw new SandboxError(
          `${program.program.name} has ended by itself (${program.logPath}):\n${program.lastWords()}`,
        );
      }
    }
    if (Date.now() > deadline) {
      throw new SandboxError(
        `Gave up waiting until ${what}, after ${readyTimeoutMs / 1000} s. ` +
          `Logs: ${programs.map(({ logPath }) => logPath).join(", ")}`,
      );
    }
    await sleep(pollMs);
  }
}
