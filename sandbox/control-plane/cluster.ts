import type { Progress } from "../progress";

/** What {@link Cluster.status} tells. */
export interface ClusterStatus {
  readonly running: boolean;
  /** For people: `five processes on 127.0.0.1:40123`, or what is missing. */
  readonly summary: string;
}

/** A Kubernetes cluster that the sandbox uses, whoever made it. */
export interface Cluster {
  /** A kubeconfig that has {@link context}; readable by the user alone where we write it. */
  readonly kubeconfigPath: string;
  /** Name of the context in the kubeconfig. */
  readonly context: string;
  /** Brings it up with the data it had; returns when the API answers and Pods can be scheduled. */
  start(progress: Progress): Promise<void>;
  /** Ends its processes; the data stay. */
  stop(): Promise<void>;
  /** Ends its processes and deletes its data. */
  remove(): Promise<void>;
  status(): Promise<ClusterStatus>;
}

/** What a cluster of the sandbox's own is made from. */
export interface OwnClusterArgs {
  /** The cluster's name and its context's: `dtem-sandbox-<stack>`. */
  readonly name: string;
  /** Folder of its files, the kubeconfig among them. */
  readonly folder: string;
}

/** Zones of the nodes of the sandbox's own clusters: those of the region the platform runs in. */
export const zones = ["sa-east-1a", "sa-east-1b", "sa-east-1c"] as const;
