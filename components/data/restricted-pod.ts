/** Security contexts that satisfy the Pod Security Standard `restricted`, and what goes with them. */
import type { types } from "@pulumi/kubernetes";

type PodSecurityContext = types.input.core.v1.PodSecurityContext;
type SecurityContext = types.input.core.v1.SecurityContext;

/** User and group of an image that runs as neither root nor a user of the cluster's choosing. */
export interface Account {
  readonly uid: number;
  /** Also the group that owns volumes. */
  readonly gid: number;
}

/** Security context of a pod. */
export function restrictedPod({ uid, gid }: Account): PodSecurityContext {
  return {
    runAsNonRoot: true,
    runAsUser: uid,
    runAsGroup: gid,
    fsGroup: gid,
    // Volumes that are right already are not walked through file by file at every start.
    fsGroupChangePolicy: "OnRootMismatch",
    seccompProfile: { type: "RuntimeDefault" },
  };
}

/** Security context of every container. The root file system is read-only: mount what is written. */
export const restrictedContainer: SecurityContext = {
  allowPrivilegeEscalation: false,
  readOnlyRootFilesystem: true,
  capabilities: { drop: ["ALL"] },
};

/** Neither a token of the API server nor addresses of services belong into a data server. */
export const withoutClusterAccess = {
  automountServiceAccountToken: false,
  enableServiceLinks: false,
} as const;
