import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";

import { parse, stringify } from "yaml";

import { firstOf, type Link } from "../chain";
import type { Progress } from "../progress";
import type { Cluster, ClusterStatus, OwnClusterArgs } from "./cluster";
import { ExternalCluster } from "./external-cluster";
import { KindCluster, requireKind } from "./kind-cluster";
import { LocalCluster } from "./local-cluster";

/** What makes a {@link ControlPlane}. */
export interface ControlPlaneArgs {
  readonly stack: string;
  /** The stack's folder; the cluster's files are in its `cluster/`. */
  readonly folder: string;
  /** A context of the ambient kubeconfig to use instead of a cluster of our own. */
  readonly context?: string;
}

/** How a cluster of our own is run. */
type Kind = "kind" | "processes";

/**
 * The Kubernetes cluster behind one stack, by the first way that works: an explicit context, kind
 * where Docker runs, or a control plane built from Go modules. Which way it was is remembered, so
 * that a stack finds its data again when Docker comes or goes.
 */
export class ControlPlane {
  readonly kubeconfigPath: string;
  readonly context: string;
  private readonly own: OwnClusterArgs;
  private readonly external: ExternalCluster | undefined;

  constructor(args: ControlPlaneArgs) {
    this.own = {
      name: `dtem-sandbox-${args.stack}`,
      folder: resolve(args.folder, "cluster"),
    };
    if (args.context !== undefined) this.external = new ExternalCluster(args.context);
    this.kubeconfigPath = this.external?.kubeconfigPath ?? join(this.own.folder, "kubeconfig");
    this.context = this.external?.context ?? this.own.name;
  }

  /**
   * Brings the cluster up with the data it had; quick where it runs already.
   *
   * @throws {SandboxError} when no way works, with the reason of each.
   */
  async start(progress: Progress): Promise<void> {
    const chosen = this.chosen();
    if (chosen !== undefined) return await chosen.start(progress);
    await firstOf("Kubernetes control plane", this.links(), progress);
  }

  /** Ends its processes; the data stay. A cluster that is not ours is left alone. */
  async stop(): Promise<void> {
    await this.chosen()?.stop();
  }

  /** Ends its processes and deletes its data. A cluster that is not ours is left alone. */
  async remove(): Promise<void> {
    await this.chosen()?.remove();
  }

  /** What runs now. */
  async status(): Promise<ClusterStatus> {
    return (await this.chosen()?.status()) ?? { running: false, summary: "not made yet" };
  }

  /**
   * A kubeconfig in which every cluster of the modelled AWS account is this one; others, such as
   * the user's own, are left as they are.
   *
   * @param kubeconfig contents, YAML or JSON.
   */
  standInFor(kubeconfig: string): string {
    return standInForEks(kubeconfig, readFileSync(this.kubeconfigPath, "utf8"), this.context);
  }

  /** The ways to a cluster of our own, in the order in which they are tried. */
  private links(): Link<void>[] {
    return [
      {
        name: "kind",
        attempt: async (progress) => {
          await requireKind();
          await this.startNew("kind", progress);
        },
      },
      {
        name: "a Go build",
        attempt: async (progress) => {
          await this.startNew("processes", progress);
        },
      },
    ];
  }

  private chosen(): Cluster | undefined {
    if (this.external !== undefined) return this.external;
    if (!existsSync(this.madeByPath())) return undefined;
    const kind = readFileSync(this.madeByPath(), "utf8").trim();
    return kind === "kind" ? new KindCluster(this.own) : new LocalCluster(this.own);
  }

  /** Remembers the way before it is gone, so that {@link stop} finds what a killed start left. */
  private async startNew(kind: Kind, progress: Progress): Promise<void> {
    mkdirSync(this.own.folder, { recursive: true, mode: 0o700 });
    writeFileSync(this.madeByPath(), `${kind}\n`);
    const cluster = kind === "kind" ? new KindCluster(this.own) : new LocalCluster(this.own);
    try {
      await cluster.start(progress);
    } catch (error) {
      await cluster.remove();
      throw error;
    }
  }

  private madeByPath(): string {
    return join(this.own.folder, "made-by");
  }
}

interface Kubeconfig {
  readonly clusters?: readonly Named<"cluster", { server: string }>[];
  readonly users?: readonly Named<"user", object>[];
  readonly contexts?: readonly Named<"context", { cluster: string; user: string }>[];
  readonly "current-context"?: string;
}

type Named<K extends string, T> = { readonly name: string } & { readonly [P in K]: T };

/** {@link ControlPlane.standInFor} as a function of the two kubeconfigs' contents. */
export function standInForEks(kubeconfig: string, own: string, ownContext: string): string {
  const given = parse(kubeconfig) as Kubeconfig;
  const real = parse(own) as Kubeconfig;
  const context = real.contexts?.find(({ name }) => name === ownContext)?.context;
  const cluster = real.clusters?.find(({ name }) => name === context?.cluster)?.cluster;
  const user = real.users?.find(({ name }) => name === context?.user)?.user;
  if (cluster === undefined || user === undefined) {
    throw new Error(`the sandbox's kubeconfig has no complete context ${ownContext}`);
  }

  const modelled = new Set(
    (given.clusters ?? []).filter(({ cluster }) => isEks(cluster.server)).map(({ name }) => name),
  );
  if (modelled.size === 0) return kubeconfig;
  const modelledUsers = new Set(
    (given.contexts ?? [])
      .filter(({ context }) => modelled.has(context.cluster))
      .map(({ context }) => context.user),
  );
  return stringify({
    ...given,
    clusters: given.clusters?.map((entry) =>
      modelled.has(entry.name) ? { ...entry, cluster } : entry,
    ),
    users: given.users?.map((entry) =>
      modelledUsers.has(entry.name) ? { ...entry, user } : entry,
    ),
  });
}

function isEks(server: string): boolean {
  return URL.canParse(server) && new URL(server).hostname.endsWith(".eks.amazonaws.com");
}
