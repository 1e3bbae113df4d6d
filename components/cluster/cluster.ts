import * as cloudwatch from "@pulumi/aws/cloudwatch";
import * as eksAws from "@pulumi/aws/eks";
import * as kms from "@pulumi/aws/kms";
// The file rather than the package, whose index loads all of @pulumi/aws (0.4 s a run).
import { Cluster as EksCluster } from "@pulumi/eks/cluster";
import * as pulumi from "@pulumi/pulumi";

import { logKeyPolicy } from "../key-policy";
import { kubernetesReleases, type KubernetesVersion } from "../versions";
import { type ClusterAccessArgs, planAccess } from "./access-plan";
import { ClusterAccess } from "./cluster-access";
import { WorkloadIdentity } from "./pod-identity";

/** Arguments of {@link Cluster}. */
export interface ClusterArgs {
  /** Physical name; prefixes every other. */
  readonly clusterName: string;
  readonly kubernetesVersion: KubernetesVersion;
  readonly region: string;
  /** Twelve digits. */
  readonly accountId: string;
  readonly vpcId: pulumi.Input<string>;
  /** Private subnets, for the control plane's network interfaces. */
  readonly subnetIds: pulumi.Input<string[]>;
  /** Networks that may reach the public endpoint; none: private only. Private access is always on. */
  readonly endpoint: { readonly publicAccessCidrs: readonly string[] };
  /** One of the values that CloudWatch accepts. */
  readonly logRetentionDays: number;
  readonly access: ClusterAccessArgs;
  /** How this program enters AWS; the kubeconfig enters the cluster in the same way. */
  readonly deployer: {
    readonly profile?: string;
    /** The role that creates the cluster. EKS makes it an administrator by itself. */
    readonly roleArn?: string;
  };
  /**
   * EKS's deletion protection, and Pulumi `protect` on control plane, key and logs. Access and
   * identities stay changeable, so that somebody who leaves can be shut out at once.
   */
  readonly deletionProtection: boolean;
}

/**
 * An EKS control plane, and what nodes need from it before they join.
 *
 * `@pulumi/eks` makes the control plane, its role, vpc-cni and kube-proxy; it is a remote component,
 * so everything that need not be inside is outside, where tests and policies see it. All versions
 * are given, so that no preview looks any up. Pods get AWS identities by Pod Identity; there is no
 * OIDC provider, whose thumbprint would need a live connection at preview.
 */
export class Cluster extends pulumi.ComponentResource {
  /** Known in preview, and an edge to the control plane for whoever uses it. */
  readonly name: pulumi.Output<string>;
  readonly arn: pulumi.Output<string>;
  /** URL of the API server. */
  readonly endpoint: pulumi.Output<string>;
  /** JSON with the one context `aws`; logs in by `aws eks get-token` and holds no credentials. */
  readonly kubeconfig: pulumi.Output<string>;
  /** The group that EKS makes for control plane and nodes. */
  readonly clusterSecurityGroupId: pulumi.Output<string>;
  /**
   * What nodes and everything on the cluster depend on: control plane with CNI and kube-proxy,
   * access entries, Pod Identity agent, the CNI's identity. On the way down all of it outlives them:
   * access, or deletes on the cluster fail; the CNI's role, or network interfaces leak.
   */
  readonly ready: readonly pulumi.Resource[];

  constructor(
    private readonly logicalName: string,
    private readonly args: ClusterArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("dtem:cluster:Cluster", logicalName, {}, opts);
    const entries = planAccess(args.access, args.deployer.roleArn);

    const key = this.createKey();
    const logGroup = this.createLogGroup(key);
    const controlPlane = this.createControlPlane(key, logGroup);

    // The urn is known even in preview and comes from the control plane: the names stay readable in
    // a preview, and whatever uses them is created after the cluster and deleted before it.
    this.name = controlPlane.urn.apply(() => args.clusterName);
    this.arn = controlPlane.urn.apply(
      () => `arn:aws:eks:${args.region}:${args.accountId}:cluster/${args.clusterName}`,
    );
    this.endpoint = controlPlane.core.apply((core) => core.endpoint);
    this.kubeconfig = controlPlane.kubeconfigJson;
    this.clusterSecurityGroupId = controlPlane.clusterSecurityGroupId;

    const access = new ClusterAccess(
      `${logicalName}-access`,
      { clusterName: this.name, entries },
      { parent: this },
    );
    const identityAgent = this.createIdentityAgent();
    const cniIdentity = this.createCniIdentity();
    this.ready = [controlPlane, access, identityAgent, cniIdentity];

    this.registerOutputs({
      name: this.name,
      arn: this.arn,
      endpoint: this.endpoint,
      kubeconfig: this.kubeconfig,
      clusterSecurityGroupId: this.clusterSecurityGroupId,
    });
  }

  private get logGroupName(): string {
    // The name under which EKS looks for it; otherwise EKS makes its own, which never expires.
    return `/aws/eks/${this.args.clusterName}/cluster`;
  }

  /** One key for Secrets in etcd and for the control plane's logs. */
  private createKey(): kms.Key {
    const { accountId, region, clusterName, deletionProtection } = this.args;
    const key = new kms.Key(
      `${this.logicalName}-key`,
      {
        description: `Kubernetes Secrets and control-plane logs of ${clusterName}`,
        enableKeyRotation: true,
        deletionWindowInDays: 30,
        // EKS uses grants, which the account's own statement lets the deployer give.
        policy: logKeyPolicy({ accountId, region, logGroupName: this.logGroupName }),
        tags: { Name: `${clusterName}-cluster` },
      },
      { parent: this, protect: deletionProtection },
    );
    new kms.Alias(
      `${this.logicalName}-key-alias`,
      { name: `alias/${clusterName}-cluster`, targetKeyId: key.keyId },
      { parent: this },
    );
    return key;
  }

  private createLogGroup(key: kms.Key): cloudwatch.LogGroup {
    return new cloudwatch.LogGroup(
      `${this.logicalName}-logs`,
      {
        name: this.logGroupName,
        retentionInDays: this.args.logRetentionDays,
        kmsKeyId: key.arn,
      },
      { parent: this, protect: this.args.deletionProtection },
    );
  }

  private createControlPlane(key: kms.Key, logGroup: cloudwatch.LogGroup): EksCluster {
    const { args } = this;
    const { addons } = kubernetesReleases[args.kubernetesVersion];
    const publicAccess = args.endpoint.publicAccessCidrs.length > 0;
    return new EksCluster(
      `${this.logicalName}-eks`,
      {
        name: args.clusterName,
        version: args.kubernetesVersion,
        upgradePolicy: { supportType: "STANDARD" },
        // Without it the component looks up the account's default VPC.
        vpcId: args.vpcId,
        subnetIds: args.subnetIds,
        endpointPrivateAccess: true,
        endpointPublicAccess: publicAccess,
        // Even an empty list is refused while there is no public endpoint.
        publicAccessCidrs: publicAccess ? [...args.endpoint.publicAccessCidrs] : undefined,
        authenticationMode: "API",
        // Required beside an explicit provider.
        providerCredentialOpts: {
          profileName: args.deployer.profile,
          roleArn: args.deployer.roleArn,
        },
        encryptionConfigKeyArn: key.arn,
        enabledClusterLogTypes: ["api", "audit", "authenticator", "controllerManager", "scheduler"],
        deletionProtection: args.deletionProtection,
        createOidcProvider: false,
        skipDefaultNodeGroup: true,
        // They admit all egress, node groups do not use them, and they block the VPC's deletion.
        skipDefaultSecurityGroups: true,
        // All three are EKS add-ons here; the self-managed ones would only be overwritten.
        bootstrapSelfManagedAddons: false,
        vpcCniOptions: {
          addonVersion: addons.vpcCni,
          enableNetworkPolicy: true,
          logLevel: "INFO",
          configurationValues: { env: { AWS_VPC_K8S_PLUGIN_LOG_LEVEL: "INFO" } },
        },
        kubeProxyAddonOptions: { enabled: true, version: addons.kubeProxy },
        // Made by EksAddons: without nodes it stays degraded until it times out (pulumi-eks#1819).
        corednsAddonOptions: { enabled: false },
      },
      {
        parent: this,
        protect: args.deletionProtection,
        // A remote component takes its own provider and those of its children apart (pulumi#13071).
        provider: this.providerOf("eks"),
        providers: { aws: this.providerOf("aws") },
        // On the way up the group exists before EKS writes to it; on the way down EKS is gone first,
        // else its last lines bring the group back.
        dependsOn: [logGroup],
      },
    );
  }

  private createIdentityAgent(): eksAws.Addon {
    const { addons } = kubernetesReleases[this.args.kubernetesVersion];
    return new eksAws.Addon(
      `${this.logicalName}-pod-identity-agent`,
      {
        clusterName: this.name,
        addonName: "eks-pod-identity-agent",
        addonVersion: addons.podIdentityAgent,
        resolveConflictsOnCreate: "OVERWRITE",
        resolveConflictsOnUpdate: "OVERWRITE",
      },
      { parent: this },
    );
  }

  /** The CNI's own role, so that the nodes' role, which any pod on the host network has, lacks it. */
  private createCniIdentity(): WorkloadIdentity {
    return new WorkloadIdentity(
      `${this.logicalName}-cni-identity`,
      {
        clusterName: this.name,
        namespace: "kube-system",
        serviceAccount: "aws-node",
        managedPolicies: { cni: "arn:aws:iam::aws:policy/AmazonEKS_CNI_Policy" },
      },
      { parent: this },
    );
  }

  private providerOf(pkg: "aws" | "eks"): pulumi.ProviderResource {
    const provider = this.getProvider(`${pkg}:index:`);
    if (provider === undefined) {
      throw new pulumi.ResourceError(`pass an explicit ${pkg} provider in opts.providers`, this);
    }
    return provider;
  }
}
