import * as iam from "@pulumi/aws/iam";
import * as pulumi from "@pulumi/pulumi";

/** Arguments of {@link NodeRole}. */
export interface NodeRoleArgs {
  /** Prefix of the role's name; at most 32 characters. */
  readonly clusterName: string;
}

/**
 * What a node may do by itself: join, pull images, and be reached by Session Manager.
 *
 * The CNI's permissions are not here (it has Pod Identity), since every pod on the host network can
 * take this role. Session Manager is here because the nodes have no SSH and no key pair: it is the
 * one way in for an incident, is granted by IAM and is logged.
 */
const policies = {
  join: "arn:aws:iam::aws:policy/AmazonEKSWorkerNodeMinimalPolicy",
  "pull-images": "arn:aws:iam::aws:policy/AmazonEC2ContainerRegistryPullOnly",
  "session-manager": "arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore",
} as const;

/**
 * The IAM role of all nodes. Node groups depend on the component, not just on the ARN: then the
 * permissions are there before the first node and stay until the last is gone. EKS makes the access
 * entry of a managed group's role by itself.
 */
export class NodeRole extends pulumi.ComponentResource {
  readonly arn: pulumi.Output<string>;

  constructor(name: string, args: NodeRoleArgs, opts?: pulumi.ComponentResourceOptions) {
    super("dtem:cluster:NodeRole", name, {}, opts);
    const role = new iam.Role(
      `${name}-role`,
      {
        namePrefix: `${args.clusterName}-node-`,
        description: `Nodes of ${args.clusterName}`,
        assumeRolePolicy: JSON.stringify({
          Version: "2012-10-17",
          Statement: [
            {
              Effect: "Allow",
              Principal: { Service: "ec2.amazonaws.com" },
              Action: "sts:AssumeRole",
            },
          ],
        }),
      },
      { parent: this },
    );
    for (const [purpose, policyArn] of Object.entries(policies)) {
      new iam.RolePolicyAttachment(
        `${name}-${purpose}`,
        { role: role.name, policyArn },
        { parent: this },
      );
    }
    this.arn = role.arn;
    this.registerOutputs({ arn: this.arn });
  }
}
