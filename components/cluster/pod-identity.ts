import * as eks from "@pulumi/aws/eks";
import * as iam from "@pulumi/aws/iam";
import * as pulumi from "@pulumi/pulumi";

/** Arguments of {@link WorkloadIdentity}. */
export interface WorkloadIdentityArgs {
  /** The cluster's `name` output, so that the association goes before the cluster does. */
  readonly clusterName: pulumi.Input<string>;
  readonly namespace: string;
  readonly serviceAccount: string;
  /** AWS managed policies by what they are for, for example `{ csi: "arn:aws:iam::aws:policy/..." }`. */
  readonly managedPolicies?: Readonly<Record<string, string>>;
  /** Policy document of the workload's own, as JSON. */
  readonly policy?: pulumi.Input<string>;
}

/** IAM's limit for `namePrefix`, which it extends by 26 characters. */
const maxPrefix = 38;

/**
 * An AWS identity for one Kubernetes service account, through EKS Pod Identity.
 *
 * The trust policy names cluster, namespace and service account (the session tags that EKS sends),
 * so that the role is of no use to any other association in the account.
 *
 * Source: Amazon EKS user guide, "Create IAM role with trust policy required by EKS Pod Identity".
 */
export class WorkloadIdentity extends pulumi.ComponentResource {
  readonly roleArn: pulumi.Output<string>;

  constructor(name: string, args: WorkloadIdentityArgs, opts?: pulumi.ComponentResourceOptions) {
    super("dtem:cluster:WorkloadIdentity", name, {}, opts);
    const role = new iam.Role(
      `${name}-role`,
      {
        namePrefix: pulumi
          .output(args.clusterName)
          .apply((cluster) => `${cluster}-${args.serviceAccount}`.slice(0, maxPrefix - 1) + "-"),
        description: pulumi.interpolate`${args.namespace}/${args.serviceAccount} on ${args.clusterName}`,
        assumeRolePolicy: trustPolicy(args),
      },
      { parent: this },
    );
    const permissions: pulumi.Resource[] = Object.entries(args.managedPolicies ?? {}).map(
      ([purpose, policyArn]) =>
        new iam.RolePolicyAttachment(
          `${name}-${purpose}`,
          { role: role.name, policyArn },
          { parent: this },
        ),
    );
    if (args.policy !== undefined) {
      permissions.push(
        new iam.RolePolicy(
          `${name}-policy`,
          { role: role.name, policy: args.policy },
          { parent: this },
        ),
      );
    }
    new eks.PodIdentityAssociation(
      `${name}-association`,
      {
        clusterName: args.clusterName,
        namespace: args.namespace,
        serviceAccount: args.serviceAccount,
        roleArn: role.arn,
      },
      // A pod that starts between association and permission would run without the latter.
      { parent: this, dependsOn: permissions },
    );
    this.roleArn = role.arn;
    this.registerOutputs({ roleArn: this.roleArn });
  }
}

function trustPolicy(args: WorkloadIdentityArgs): pulumi.Output<string> {
  return pulumi.jsonStringify({
    Version: "2012-10-17",
    Statement: [
      {
        Effect: "Allow",
        Principal: { Service: "pods.eks.amazonaws.com" },
        Action: ["sts:AssumeRole", "sts:TagSession"],
        Condition: {
          StringEquals: {
            "aws:RequestTag/eks-cluster-name": args.clusterName,
            "aws:RequestTag/kubernetes-namespace": args.namespace,
            "aws:RequestTag/kubernetes-service-account": args.serviceAccount,
          },
        },
      },
    ],
  });
}
