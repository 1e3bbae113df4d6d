import * as ec2 from "@pulumi/aws/ec2";
import * as eks from "@pulumi/aws/eks";
import { getPartitionOutput } from "@pulumi/aws/getPartition";
import * as iam from "@pulumi/aws/iam";
import type { ClusterArgs } from "@pulumi/eks/cluster";
import { Provider as KubernetesProvider } from "@pulumi/kubernetes/provider";
import * as pulumi from "@pulumi/pulumi";

import { createAccessEntries } from "./access-entries";
import { createCoreDns, createKubeProxy } from "./cluster-addons";
import { checkClusterArgs } from "./cluster-checks";
import type { CniOptions } from "./cni-configuration";
import { createControlPlane } from "./control-plane";
import { kubeconfigOf } from "./kubeconfig";
import { createClusterGroup, createNodeGroupSecurity } from "./security-groups";
import { ServiceRole } from "./service-role";
import { VpcCniAddon } from "./vpc-cni-addon";

/** Thumbprint that AWS ignores for EKS issuers; the real component reads it over the network. */
const thumbprint = "9e99a48a9960b14926bb7f3b02e22da2b0ab7280";

/**
 * `eks:index:Cluster`, with the children that the real component makes: same types, names, parents
 * and inputs. Two things are left out, which need more than a program: it looks for no AWS CLI, and
 * does not wait until the API server answers.
 *
 * Source: pulumi/pulumi-eks 4.3, the public documentation of `@pulumi/eks` and its provider.
 */
export class Cluster extends pulumi.ComponentResource {
  /** What the program gets, named as in the package's schema. */
  readonly outputs: pulumi.Inputs;

  private readonly args: ClusterArgs;
  private readonly partition: pulumi.Output<string>;

  constructor(
    private readonly name: string,
    inputs: pulumi.Inputs,
    opts: pulumi.ComponentResourceOptions,
  ) {
    super("eks:index:Cluster", name, inputs, opts);
    // The SDK of the program has type-checked them against the same interface.
    this.args = inputs;
    const { args } = this;
    checkClusterArgs(args);
    this.partition = getPartitionOutput({}, { parent: this }).partition;

    const subnetIds = this.subnetIds();
    const clusterRole = this.createClusterRole();
    const nodeRole = this.createAutoModeNodeRole();
    const clusterGroup = this.createClusterSecurityGroup();
    const roles = [clusterRole, nodeRole].filter((role) => role !== undefined);
    const roleArn = args.serviceRole
      ? pulumi.output(args.serviceRole).arn
      : (clusterRole?.role.arn ?? "");
    const cluster = createControlPlane(
      name,
      {
        args,
        roleArn,
        subnetIds,
        securityGroupIds: clusterGroup && [clusterGroup.id],
        nodeRole,
        dependsOn: roles.flatMap(({ role, attachments }) => [role, ...attachments]),
      },
      this,
    );
    createKubeProxy(name, args, cluster, this);
    const kubeconfig = kubeconfigOf(cluster, args.providerCredentialOpts, false);
    const provider = this.createKubernetesProvider(cluster);
    const instanceRoles = this.createInstanceRoles();
    const entries = this.createEntries(cluster, instanceRoles.own);
    const vpcCni = this.createVpcCni(cluster, provider, entries);
    createCoreDns(name, args, cluster, this);
    const oidcProvider = this.createOidcProvider(cluster);
    const nodeSecurity = this.createNodeSecurity(cluster, clusterGroup);

    const ownGroupId = cluster.vpcConfig.clusterSecurityGroupId;
    const issuer = cluster.identities.apply((all) => all[0]?.oidcs?.[0]?.issuer ?? "");
    const core = {
      vpcId: args.vpcId,
      subnetIds,
      publicSubnetIds: args.publicSubnetIds,
      privateSubnetIds: args.privateSubnetIds,
      clusterSecurityGroup: clusterGroup,
      cluster,
      endpoint: cluster.endpoint,
      nodeGroupOptions: args.nodeGroupOptions ?? { version: args.version },
      kubeconfig,
      provider,
      vpcCni,
      instanceRoles: instanceRoles.all,
      tags: args.tags,
      nodeSecurityGroupTags: args.nodeSecurityGroupTags,
      storageClasses: {},
      oidcProvider,
      encryptionConfig: cluster.encryptionConfig,
      clusterIamRole: args.serviceRole ?? clusterRole?.role,
      accessEntries: Object.values(args.accessEntries ?? {}),
      autoModeNodeRoleName: nodeRole?.role.name ?? "",
    };
    this.outputs = {
      kubeconfig,
      kubeconfigJson: pulumi.jsonStringify(kubeconfig),
      clusterSecurityGroup: clusterGroup,
      instanceRoles: instanceRoles.all,
      nodeSecurityGroup: nodeSecurity?.group,
      eksClusterIngressRule: nodeSecurity?.clusterIngress,
      eksCluster: cluster,
      core,
      clusterSecurityGroupId: clusterGroup?.id ?? ownGroupId,
      nodeSecurityGroupId: nodeSecurity?.group.id ?? ownGroupId,
      clusterIngressRuleId: nodeSecurity?.clusterIngress.securityGroupRuleId ?? "",
      defaultNodeGroupAsgName: "",
      fargateProfileId: "",
      fargateProfileStatus: "",
      oidcProviderArn: oidcProvider?.arn ?? "",
      oidcProviderUrl: issuer,
      oidcIssuer: issuer.apply((url) => url.replace("https://", "")),
      autoModeNodeRoleName: core.autoModeNodeRoleName,
    };
    this.registerOutputs(this.outputs);
  }

  private get automatic(): boolean {
    return this.args.autoMode?.enabled === true;
  }

  private get withSecurityGroups(): boolean {
    return !(this.args.skipDefaultSecurityGroups ?? this.automatic);
  }

  private subnetIds(): pulumi.Input<pulumi.Input<string>[]> {
    const { subnetIds, publicSubnetIds, privateSubnetIds } = this.args;
    return (
      subnetIds ??
      pulumi
        .all([publicSubnetIds ?? [], privateSubnetIds ?? []])
        .apply(([open, hidden]) => [...open, ...hidden])
    );
  }

  private createClusterRole(): ServiceRole | undefined {
    if (this.args.serviceRole) return undefined;
    return new ServiceRole(
      `${this.name}-eksRole`,
      {
        service: "eks.amazonaws.com",
        description: "Allows EKS to manage clusters on your behalf.",
        managedPolicies: [
          "AmazonEKSClusterPolicy",
          ...(this.automatic
            ? [
                "AmazonEKSComputePolicy",
                "AmazonEKSBlockStoragePolicy",
                "AmazonEKSLoadBalancingPolicy",
                "AmazonEKSNetworkingPolicy",
              ]
            : []),
        ],
        actions: ["sts:AssumeRole", "sts:TagSession"],
        partition: this.partition,
        tags: this.args.tags,
      },
      { parent: this },
    );
  }

  private createAutoModeNodeRole(): ServiceRole | undefined {
    if (!this.automatic || this.args.autoMode?.createNodeRole === false) return undefined;
    return new ServiceRole(
      `${this.name}-nodeRole`,
      {
        service: "ec2.amazonaws.com",
        managedPolicies: ["AmazonEKSWorkerNodeMinimalPolicy", "AmazonEC2ContainerRegistryPullOnly"],
        partition: this.partition,
        tags: this.args.tags,
      },
      { parent: this },
    );
  }

  private createClusterSecurityGroup(): pulumi.Output<ec2.SecurityGroup> | undefined {
    const { clusterSecurityGroup, vpcId = "", tags, clusterSecurityGroupTags } = this.args;
    if (clusterSecurityGroup) return pulumi.output(clusterSecurityGroup);
    if (!this.withSecurityGroups) return undefined;
    return pulumi.output(
      createClusterGroup(this.name, vpcId, tags, clusterSecurityGroupTags, this),
    );
  }

  /** The internal provider, which enters with the profile. */
  private createKubernetesProvider(cluster: eks.Cluster): KubernetesProvider {
    const { providerCredentialOpts, enableConfigMapMutable } = this.args;
    return new KubernetesProvider(
      `${this.name}-eks-k8s`,
      {
        kubeconfig: pulumi.jsonStringify(kubeconfigOf(cluster, providerCredentialOpts, true)),
        enableConfigMapMutable,
      },
      { parent: this },
    );
  }

  private createInstanceRoles(): {
    readonly all: pulumi.Input<pulumi.Input<iam.Role>[]>;
    readonly own: pulumi.Output<iam.Role> | undefined;
  } {
    const { instanceRoles, instanceRole, createInstanceRole } = this.args;
    if (instanceRoles) return { all: instanceRoles, own: undefined };
    if (instanceRole) return { all: [instanceRole], own: pulumi.output(instanceRole) };
    if (createInstanceRole !== true) return { all: [], own: undefined };
    const { role } = new ServiceRole(
      `${this.name}-instanceRole`,
      {
        service: "ec2.amazonaws.com",
        managedPolicies: [
          "AmazonEKSWorkerNodePolicy",
          "AmazonEKS_CNI_Policy",
          "AmazonEC2ContainerRegistryReadOnly",
        ],
        partition: this.partition,
        tags: this.args.tags,
      },
      { parent: this },
    );
    return { all: [role], own: pulumi.output(role) };
  }

  private createEntries(
    cluster: eks.Cluster,
    instanceRole: pulumi.Output<iam.Role> | undefined,
  ): eks.AccessEntry[] {
    return createAccessEntries(
      this.name,
      cluster,
      {
        ...(instanceRole && {
          defaultNodeGroupInstanceRole: { principalArn: instanceRole.arn, type: "EC2_LINUX" },
        }),
        ...this.args.accessEntries,
      },
      this,
    );
  }

  private createVpcCni(
    cluster: eks.Cluster,
    kubernetes: KubernetesProvider,
    entries: readonly eks.AccessEntry[],
  ): VpcCniAddon | undefined {
    const { useDefaultVpcCni, vpcCniOptions, tags } = this.args;
    if (useDefaultVpcCni ?? this.automatic) return undefined;
    return new VpcCniAddon(
      `${this.name}-vpc-cni`,
      {
        options: (vpcCniOptions ?? {}) as CniOptions,
        clusterName: cluster.name,
        clusterVersion: cluster.version,
        tags,
      },
      { parent: this, dependsOn: [...entries], providers: { kubernetes } },
    );
  }

  private createOidcProvider(cluster: eks.Cluster): iam.OpenIdConnectProvider | undefined {
    if (this.args.createOidcProvider !== true) return undefined;
    return new iam.OpenIdConnectProvider(
      `${this.name}-oidcProvider`,
      {
        clientIdLists: ["sts.amazonaws.com"],
        url: cluster.identities.apply((all) => all[0]?.oidcs?.[0]?.issuer ?? ""),
        thumbprintLists: [thumbprint],
      },
      { parent: this },
    );
  }

  private createNodeSecurity(
    cluster: eks.Cluster,
    clusterGroup: pulumi.Output<ec2.SecurityGroup> | undefined,
  ): ReturnType<typeof createNodeGroupSecurity> | undefined {
    if (!this.withSecurityGroups || clusterGroup === undefined) return undefined;
    const { vpcId = "", tags, nodeSecurityGroupTags } = this.args;
    return createNodeGroupSecurity(
      this.name,
      {
        vpcId,
        clusterName: cluster.name,
        clusterGroupId: clusterGroup.id,
        tags: pulumi
          .all([tags, nodeSecurityGroupTags])
          .apply(([common, own]) => ({ ...own, ...common })),
      },
      this,
    );
  }
}
