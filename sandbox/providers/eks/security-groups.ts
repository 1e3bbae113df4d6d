/** The security groups of control plane and nodes that the component makes unless told not to. */
import * as ec2 from "@pulumi/aws/ec2";
import * as pulumi from "@pulumi/pulumi";

import type { Tags } from "./service-role";

const everything = { fromPort: 0, toPort: 0, protocol: "-1" } as const;

/** The control plane's own group, open outwards. */
export function createClusterGroup(
  name: string,
  vpcId: pulumi.Input<string>,
  tags: Tags,
  groupTags: Tags,
  parent: pulumi.Resource,
): ec2.SecurityGroup {
  const group = new ec2.SecurityGroup(
    `${name}-eksClusterSecurityGroup`,
    {
      vpcId,
      revokeRulesOnDelete: true,
      tags: pulumi
        .all([tags, groupTags])
        .apply(([common, own]) => ({ Name: `${name}-eksClusterSecurityGroup`, ...own, ...common })),
    },
    { parent },
  );
  new ec2.SecurityGroupRule(
    `${name}-eksClusterInternetEgressRule`,
    {
      description: "Allow internet access.",
      type: "egress",
      ...everything,
      cidrBlocks: ["0.0.0.0/0"],
      securityGroupId: group.id,
    },
    { parent },
  );
  return group;
}

/** The nodes' group, and the rule that lets pods reach the API server. */
export function createNodeGroupSecurity(
  name: string,
  args: {
    readonly vpcId: pulumi.Input<string>;
    readonly clusterName: pulumi.Output<string>;
    readonly clusterGroupId: pulumi.Output<string>;
    readonly tags: Tags;
  },
  parent: pulumi.Resource,
): { readonly group: ec2.SecurityGroup; readonly clusterIngress: ec2.SecurityGroupRule } {
  const group = new ec2.SecurityGroup(
    `${name}-nodeSecurityGroup`,
    {
      vpcId: args.vpcId,
      revokeRulesOnDelete: true,
      tags: pulumi.all([args.tags, args.clusterName]).apply(([tags, clusterName]) => ({
        Name: `${name}-nodeSecurityGroup`,
        [`kubernetes.io/cluster/${clusterName}`]: "owned",
        ...tags,
      })),
    },
    { parent },
  );
  const rule = (
    role: string,
    rest: Omit<ec2.SecurityGroupRuleArgs, "securityGroupId">,
    securityGroupId: pulumi.Input<string> = group.id,
  ): ec2.SecurityGroupRule =>
    new ec2.SecurityGroupRule(`${name}-${role}`, { ...rest, securityGroupId }, { parent });

  rule("eksNodeIngressRule", {
    description: "Allow nodes to communicate with each other",
    type: "ingress",
    ...everything,
    self: true,
  });
  rule("eksNodeClusterIngressRule", {
    description:
      "Allow worker Kubelets and pods to receive communication from the cluster control plane",
    type: "ingress",
    fromPort: 1025,
    toPort: 65535,
    protocol: "tcp",
    sourceSecurityGroupId: args.clusterGroupId,
  });
  rule("eksExtApiServerClusterIngressRule", {
    description:
      "Allow pods running extension API servers on port 443 to receive communication from cluster control plane",
    type: "ingress",
    fromPort: 443,
    toPort: 443,
    protocol: "tcp",
    sourceSecurityGroupId: args.clusterGroupId,
  });
  rule("eksNodeInternetEgressRule", {
    description: "Allow internet access.",
    type: "egress",
    ...everything,
    cidrBlocks: ["0.0.0.0/0"],
  });
  const clusterIngress = rule(
    "eksClusterIngressRule",
    {
      description: "Allow pods to communicate with the cluster API Server",
      type: "ingress",
      fromPort: 443,
      toPort: 443,
      protocol: "tcp",
      sourceSecurityGroupId: group.id,
    },
    args.clusterGroupId,
  );
  return { group, clusterIngress };
}
