/** `configurationValues` of the EKS add-ons, typed as far as they are used; pure. */
import type { Placement } from "./placement";

/** Spread of a Deployment's pods over zones. */
interface SpreadConstraint {
  readonly maxSkew: number;
  readonly topologyKey: string;
  readonly whenUnsatisfiable: "ScheduleAnyway" | "DoNotSchedule";
  readonly labelSelector: { readonly matchLabels: Readonly<Record<string, string>> };
}

/** Used part of the schema of add-on `coredns`. */
export interface CoreDnsConfiguration extends Placement {
  readonly replicaCount: number;
  readonly topologySpreadConstraints: readonly SpreadConstraint[];
}

/** Used part of the schema of add-on `aws-ebs-csi-driver`. */
export interface EbsCsiConfiguration {
  /** The controller only: the node part is a DaemonSet that tolerates every taint by default. */
  readonly controller: Placement & { readonly replicaCount: number };
}

/** Used part of the schema of add-on `metrics-server`. */
export interface MetricsServerConfiguration extends Placement {
  readonly replicas: number;
}

/** Two of everything: one may be on the node that is drained. */
const replicas = 2;

/** CoreDNS on the given nodes, spread over zones, since every lookup of every pod goes through it. */
export function coreDnsConfiguration(placement: Placement): CoreDnsConfiguration {
  return {
    ...placement,
    replicaCount: replicas,
    topologySpreadConstraints: [
      {
        maxSkew: 1,
        topologyKey: "topology.kubernetes.io/zone",
        // A preference: a lost zone must not leave the remaining one without DNS.
        whenUnsatisfiable: "ScheduleAnyway",
        labelSelector: { matchLabels: { "k8s-app": "kube-dns" } },
      },
    ],
  };
}

/** The EBS CSI controller on the given nodes. */
export function ebsCsiConfiguration(placement: Placement): EbsCsiConfiguration {
  return { controller: { ...placement, replicaCount: replicas } };
}

/** metrics-server on the given nodes. */
export function metricsServerConfiguration(placement: Placement): MetricsServerConfiguration {
  return { ...placement, replicas };
}
