/**
 * The only file that constructs providers. Default providers are disabled for the whole project
 * (`Pulumi.yaml`), so what is not made here cannot be used by accident (pulumi#2059, #3383).
 */
import { Provider as AwsProvider } from "@pulumi/aws/provider";
import { Provider as EksProvider } from "@pulumi/eks/provider";
import { Provider as KubernetesProvider } from "@pulumi/kubernetes/provider";
import * as pulumi from "@pulumi/pulumi";
import { Provider as RandomProvider } from "@pulumi/random/provider";

/** What identifies an AWS account and how to enter it. */
export interface AwsProviderArgs {
  readonly region: string;
  /** Twelve digits; credentials of any other account are refused by the provider. */
  readonly accountId: string;
  /** Profile of the AWS CLI; the environment's credentials if absent. */
  readonly profile?: string;
  /** Role assumed before anything is read or written. */
  readonly deployRoleArn?: string;
  /** Tags on every resource. */
  readonly tags: Readonly<Record<string, string>>;
}

/** The AWS provider of the stack, fenced to one account and region. */
export function createAwsProvider(args: AwsProviderArgs): AwsProvider {
  return new AwsProvider("aws", {
    region: args.region,
    allowedAccountIds: [args.accountId],
    profile: args.profile,
    assumeRoles: args.deployRoleArn === undefined ? undefined : [{ roleArn: args.deployRoleArn }],
    defaultTags: { tags: args.tags },
  });
}

/** The provider of the remote component `eks.Cluster`; it holds no credentials of its own. */
export function createEksProvider(): EksProvider {
  return new EksProvider("eks");
}

/** The provider of generated passwords. */
export function createRandomProvider(): RandomProvider {
  return new RandomProvider("random");
}

/** How to reach a cluster. */
export interface KubernetesProviderArgs {
  /** Contents or path of a kubeconfig. */
  readonly kubeconfig: pulumi.Input<string>;
  /** Context inside it. */
  readonly context: string;
  /**
   * Identity of the cluster. While it stays the same, no change of endpoint, certificate or token
   * makes a preview claim that every object on the cluster is replaced (pulumi-eks#352).
   */
  readonly clusterIdentifier: string;
}

/** The provider of everything on the cluster, always with an explicit context. */
export function createKubernetesProvider(
  args: KubernetesProviderArgs,
  opts?: pulumi.ResourceOptions,
): KubernetesProvider {
  return new KubernetesProvider(
    "kubernetes",
    {
      kubeconfig: args.kubeconfig,
      context: args.context,
      clusterIdentifier: args.clusterIdentifier,
      enableServerSideApply: true,
    },
    opts,
  );
}
