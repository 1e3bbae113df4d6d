/** Who may do what on the cluster, as EKS access entries; pure. */

/** IAM principals (role or user ARNs) by what they may do. */
export interface ClusterAccessArgs {
  /** Full administrators. */
  readonly adminArns: readonly string[];
  /** Pipelines that deploy the platform. */
  readonly deployerArns: readonly string[];
  /** People who look but do not touch, and do not see Secrets. */
  readonly readerArns: readonly string[];
}

/** One access entry with its one policy. */
export interface PlannedAccess {
  /** Stable and unique: `<account>-<role|user>-<name>`. IAM names are unique within these. */
  readonly key: string;
  readonly principalArn: string;
  /** ARN of an EKS access policy, granted on the whole cluster. */
  readonly policyArn: string;
}

const policyArn = (policy: string): string => `arn:aws:eks::aws:cluster-access-policy/${policy}`;

/**
 * Deployers get cluster administration, the least that can deploy this platform: it makes
 * namespaces, CRDs, cluster roles and webhooks, which `AmazonEKSAdminPolicy` (the `admin` role)
 * excludes. Readers get `AmazonEKSViewPolicy`; `AmazonEKSAdminViewPolicy` would show Secrets.
 */
const policies = {
  adminArns: policyArn("AmazonEKSClusterAdminPolicy"),
  deployerArns: policyArn("AmazonEKSClusterAdminPolicy"),
  readerArns: policyArn("AmazonEKSViewPolicy"),
} as const satisfies Record<keyof ClusterAccessArgs, string>;

/**
 * Plans one entry a principal. The level is no part of the key, so that a promotion changes the
 * policy of an entry instead of making a second entry, which EKS refuses.
 *
 * @param creatorArn the principal that creates the cluster, if known. EKS itself makes an
 * administrator entry for it, and refuses another; so it is left out here.
 * @throws RangeError for a principal at two levels, a creator who should only read, or a string
 * that is not the ARN of a role or user.
 */
export function planAccess(access: ClusterAccessArgs, creatorArn?: string): PlannedAccess[] {
  const planned = new Map<string, PlannedAccess>();
  for (const level of ["adminArns", "deployerArns", "readerArns"] as const) {
    for (const principalArn of access[level]) {
      if (principalArn === creatorArn) {
        if (level === "readerArns") {
          throw new RangeError(
            `access.readerArns: ${principalArn} creates the cluster, which makes it an administrator`,
          );
        }
        continue;
      }
      const key = keyOf(principalArn);
      if (planned.has(key)) {
        throw new RangeError(`access: ${principalArn} is listed twice; EKS takes one entry each`);
      }
      planned.set(key, { key, principalArn, policyArn: policies[level] });
    }
  }
  return [...planned.values()];
}

function keyOf(principalArn: string): string {
  const match = /^arn:aws[\w-]*:iam::(\d{12}):(role|user)\/(?:.*\/)?([^/]+)$/.exec(principalArn);
  if (match === null) {
    throw new RangeError(`access: ${principalArn} is not the ARN of an IAM role or user`);
  }
  const [, account, kind, name] = match;
  return `${account}-${kind}-${name}`;
}
