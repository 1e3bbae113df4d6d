/** Ties pods to a node group: labels and taints on one side, selectors and tolerations on the other. */

/** A taint in the form of the EKS API. */
export interface NodeTaint {
  readonly key: string;
  readonly value: string;
  readonly effect: "NO_SCHEDULE" | "NO_EXECUTE" | "PREFER_NO_SCHEDULE";
}

/** A toleration in the form of the Kubernetes API. */
export interface Toleration {
  readonly key: string;
  readonly operator: "Equal";
  readonly value: string;
  readonly effect: TaintEffect;
}

/** A taint's effect in the form of the Kubernetes API. */
export type TaintEffect = "NoSchedule" | "NoExecute" | "PreferNoSchedule";

/** Where pods run: part of a pod's specification. */
export interface Placement {
  readonly nodeSelector: Readonly<Record<string, string>>;
  readonly tolerations: readonly Toleration[];
}

/**
 * Label that every node carries with the plain name of its group. EKS's own label holds the full
 * name, which changes whenever a group is replaced.
 */
export const nodeGroupLabel = "dtem/node-group";

/** EKS API → Kubernetes API. */
export const taintEffects = {
  NO_SCHEDULE: "NoSchedule",
  NO_EXECUTE: "NoExecute",
  PREFER_NO_SCHEDULE: "PreferNoSchedule",
} as const satisfies Record<NodeTaint["effect"], TaintEffect>;

/** Placement of pods that belong on one node group and nowhere else. */
export function placementOn(groupName: string, taints: readonly NodeTaint[]): Placement {
  return {
    nodeSelector: { [nodeGroupLabel]: groupName },
    tolerations: taints.map(({ key, value, effect }) => ({
      key,
      operator: "Equal",
      value,
      effect: taintEffects[effect],
    })),
  };
}
