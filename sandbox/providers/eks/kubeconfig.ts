import * as pulumi from "@pulumi/pulumi";

/** How a kubeconfig enters AWS; the environment's credentials where nothing is given. */
export interface KubeconfigCredentials {
  /** ARN of a role that is assumed first. */
  readonly roleArn?: pulumi.Input<string>;
  /** Profile of the AWS CLI. */
  readonly profileName?: pulumi.Input<string>;
}

/** What a kubeconfig is made of. */
export interface KubeconfigArgs {
  readonly clusterName: string;
  readonly endpoint: string;
  /** PEM in base64, as EKS gives it. */
  readonly certificateAuthority: string;
  readonly region: string;
  readonly credentials: pulumi.Unwrap<KubeconfigCredentials> | undefined;
  /** Whether the profile is written: not into the one that a team shares. */
  readonly withProfile: boolean;
}

/** The kubeconfig that pulumi-eks writes: one context `aws`, tokens from `aws eks get-token`. */
export function kubeconfig(args: KubeconfigArgs): Record<string, unknown> {
  const { credentials } = args;
  const tokenArgs = ["--region", args.region, "eks", "get-token"];
  tokenArgs.push("--cluster-name", args.clusterName, "--output", "json");
  if (credentials?.roleArn) tokenArgs.push("--role", credentials.roleArn);
  if (args.withProfile && credentials?.profileName) {
    tokenArgs.push("--profile", credentials.profileName);
  }
  return {
    apiVersion: "v1",
    kind: "Config",
    clusters: [
      {
        name: "kubernetes",
        cluster: {
          server: args.endpoint,
          "certificate-authority-data": args.certificateAuthority,
        },
      },
    ],
    contexts: [{ name: "aws", context: { cluster: "kubernetes", user: "aws" } }],
    "current-context": "aws",
    users: [
      {
        name: "aws",
        user: {
          exec: {
            apiVersion: "client.authentication.k8s.io/v1beta1",
            command: "aws",
            args: tokenArgs,
            env: [
              {
                name: "KUBERNETES_EXEC_INFO",
                value: `{"apiVersion": "client.authentication.k8s.io/v1beta1"}`,
              },
            ],
          },
        },
      },
    ],
  };
}

/** What a kubeconfig needs of an `aws.eks.Cluster`. */
export interface ClusterAttributes {
  readonly name: pulumi.Input<string>;
  readonly arn: pulumi.Input<string>;
  readonly endpoint: pulumi.Input<string>;
  readonly certificateAuthority: pulumi.Input<{ readonly data: string }>;
}

/** The kubeconfig of a cluster; its region is read from the ARN, which names the true one. */
export function kubeconfigOf(
  cluster: ClusterAttributes,
  credentials: pulumi.Input<KubeconfigCredentials> | undefined,
  withProfile: boolean,
): pulumi.Output<Record<string, unknown>> {
  const { name, arn, endpoint, certificateAuthority } = cluster;
  return pulumi
    .all([name, arn, endpoint, certificateAuthority, credentials])
    .apply(([clusterName, clusterArn, server, authority, entry]) =>
      kubeconfig({
        clusterName,
        endpoint: server,
        certificateAuthority: authority.data,
        region: clusterArn.split(":")[3] ?? "",
        credentials: entry,
        withProfile,
      }),
    );
}
