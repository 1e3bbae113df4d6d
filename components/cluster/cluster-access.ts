import * as eks from "@pulumi/aws/eks";
import * as pulumi from "@pulumi/pulumi";

import type { PlannedAccess } from "./access-plan";

/** Arguments of {@link ClusterAccess}. */
export interface ClusterAccessEntriesArgs {
  /** An output of the cluster, so that entries go before the cluster does. */
  readonly clusterName: pulumi.Input<string>;
  readonly entries: readonly PlannedAccess[];
}

/** Access entries of a cluster, each with a policy for the whole cluster. */
export class ClusterAccess extends pulumi.ComponentResource {
  constructor(
    name: string,
    args: ClusterAccessEntriesArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("dtem:cluster:ClusterAccess", name, {}, opts);
    for (const { key, principalArn, policyArn } of args.entries) {
      const entry = new eks.AccessEntry(
        `${name}-${key}`,
        { clusterName: args.clusterName, principalArn, type: "STANDARD" },
        { parent: this },
      );
      new eks.AccessPolicyAssociation(
        `${name}-${key}-policy`,
        {
          clusterName: args.clusterName,
          // The entry's output and not the plain ARN: EKS refuses a policy without an entry.
          principalArn: entry.principalArn,
          policyArn,
          accessScope: { type: "cluster" },
        },
        { parent: this },
      );
    }
    this.registerOutputs({});
  }
}
