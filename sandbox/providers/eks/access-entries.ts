/** Access entries of the component, with their policies. */
import * as eks from "@pulumi/aws/eks";
import type { ClusterArgs } from "@pulumi/eks/cluster";
import * as pulumi from "@pulumi/pulumi";

type AccessEntries = NonNullable<ClusterArgs["accessEntries"]>;

/** One entry a key, and below it one association a policy. */
export function createAccessEntries(
  name: string,
  cluster: eks.Cluster,
  entries: AccessEntries,
  parent: pulumi.Resource,
): eks.AccessEntry[] {
  return Object.entries(entries).map(([key, { accessPolicies, username, ...rest }]) => {
    const entry = new eks.AccessEntry(
      `${name}-${key}`,
      { ...rest, clusterName: cluster.name, userName: username },
      { parent, dependsOn: [cluster] },
    );
    for (const [policyKey, policy] of Object.entries(accessPolicies ?? {})) {
      const { accessScope, policyArn } = pulumi.output(policy);
      new eks.AccessPolicyAssociation(
        `${name}-${key}-${policyKey}`,
        { clusterName: cluster.name, principalArn: rest.principalArn, accessScope, policyArn },
        { parent: entry, dependsOn: [entry] },
      );
    }
    return entry;
  });
}
