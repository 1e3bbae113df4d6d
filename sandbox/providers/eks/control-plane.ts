/** The `aws.eks.Cluster` of the component. */
import * as eks from "@pulumi/aws/eks";
import type { ClusterArgs } from "@pulumi/eks/cluster";
import * as pulumi from "@pulumi/pulumi";

import { checkedCidrs } from "./cluster-checks";
import type { ServiceRole } from "./service-role";

/** What the control plane needs beside the component's own arguments. */
export interface ControlPlaneArgs {
  readonly args: ClusterArgs;
  readonly roleArn: pulumi.Input<string>;
  readonly subnetIds: pulumi.Input<pulumi.Input<string>[]>;
  readonly securityGroupIds: pulumi.Input<string>[] | undefined;
  /** Role of Auto Mode's nodes. */
  readonly nodeRole: ServiceRole | undefined;
  /** What must be there first, so that EKS may act. */
  readonly dependsOn: readonly pulumi.Resource[];
}

/** Makes the cluster itself. */
export function createControlPlane(
  name: string,
  { args, ...rest }: ControlPlaneArgs,
  parent: pulumi.Resource,
): eks.Cluster {
  const automatic = args.autoMode?.enabled === true;
  return new eks.Cluster(
    `${name}-eksCluster`,
    {
      name: args.name,
      roleArn: rest.roleArn,
      computeConfig: automatic
        ? pulumi
            .all([args.autoMode?.computeConfig, rest.nodeRole?.role.arn])
            .apply(([config, nodeRoleArn]) => ({
              enabled: true,
              nodeRoleArn,
              nodePools: ["general-purpose", "system"],
              ...config,
            }))
        : undefined,
      storageConfig: automatic ? { blockStorage: { enabled: true } } : undefined,
      kubernetesNetworkConfig: networkConfig(args),
      bootstrapSelfManagedAddons: automatic ? false : (args.bootstrapSelfManagedAddons ?? true),
      vpcConfig: {
        securityGroupIds: rest.securityGroupIds,
        subnetIds: rest.subnetIds,
        endpointPrivateAccess: args.endpointPrivateAccess,
        endpointPublicAccess: args.endpointPublicAccess,
        publicAccessCidrs: checkedCidrs(args),
      },
      version: args.version,
      enabledClusterLogTypes: args.enabledClusterLogTypes,
      tags: pulumi
        .all([args.tags, args.clusterTags])
        .apply(([tags, own]) => ({ Name: `${name}-eksCluster`, ...own, ...tags })),
      encryptionConfig:
        args.encryptionConfigKeyArn === undefined
          ? undefined
          : pulumi
              .output(args.encryptionConfigKeyArn)
              .apply((keyArn) => ({ provider: { keyArn }, resources: ["secrets"] })),
      accessConfig: {
        authenticationMode: args.authenticationMode,
        bootstrapClusterCreatorAdminPermissions: true,
      },
      upgradePolicy: args.upgradePolicy,
      deletionProtection: args.deletionProtection,
    },
    {
      parent,
      ignoreChanges: [
        "accessConfig.bootstrapClusterCreatorAdminPermissions",
        "bootstrapSelfManagedAddons",
      ],
      dependsOn: [...rest.dependsOn],
    },
  );
}

function networkConfig(args: ClusterArgs): eks.ClusterArgs["kubernetesNetworkConfig"] {
  const { kubernetesServiceIpAddressRange: range, ipFamily } = args;
  const automatic = args.autoMode?.enabled === true;
  if (range === undefined && ipFamily === undefined && !automatic) return undefined;
  return pulumi.all([range, ipFamily]).apply(([serviceIpv4Cidr, family = "ipv4"]) => ({
    serviceIpv4Cidr: family === "ipv4" ? serviceIpv4Cidr : undefined,
    ipFamily: family,
    elasticLoadBalancing: automatic ? { enabled: true } : undefined,
  }));
}
