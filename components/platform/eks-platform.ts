/** Platform `eks`: network, cluster, nodes and managed data tier on AWS (spec 3.1, staging and prod). */
import type * as pulumi from "@pulumi/pulumi";

import { Cluster } from "../cluster/cluster";
import { EksAddons } from "../cluster/eks-addons";
import { NodeGroup } from "../cluster/node-group";
import { NodeRole } from "../cluster/node-role";
import { placementOn } from "../cluster/placement";
import { AlarmTopic } from "../data/alarms";
import type { CacheEndpoint, DatabaseEndpoint } from "../data/endpoints";
import { RdsPostgresql } from "../data/postgresql-rds";
import { ElastiCacheRedis } from "../data/redis-elasticache";
import { awsTags, platformName } from "../naming";
import { Network } from "../network/network";
import {
  createAwsProvider,
  createEksProvider,
  createKubernetesProvider,
  createRandomProvider,
} from "../providers";
import type { EksSettings } from "../settings/settings";
import { externalCache, externalDatabase } from "./data-endpoints";
import type { Platform } from "./platform";

/** Name of the node group that the system add-ons run on; the schema requires it. */
const systemGroup = "system";

/** Declares the platform on AWS; values move one way, from the network to the data tier. */
export function createEksPlatform(settings: EksSettings): Platform {
  const { environment, platform } = settings;
  const tags = awsTags(environment, settings.tags);
  const aws = createAwsProvider({ ...platform, tags });
  const onAws: pulumi.ComponentResourceOptions = { providers: { aws } };

  const network = createNetwork(settings, onAws);
  const cluster = createCluster(settings, network, {
    providers: { aws, eks: createEksProvider() },
  });
  const nodeGroups = createNodeGroups(settings, network, cluster, tags, onAws);
  const addons = new EksAddons(
    "eks-addons",
    {
      clusterName: cluster.name,
      kubernetesVersion: settings.cluster.kubernetesVersion,
      placement: placementOn(systemGroup, settings.nodeGroups[systemGroup]?.taints ?? []),
    },
    { ...onAws, dependsOn: nodeGroups },
  );

  return {
    clusterName: cluster.name,
    // What runs on the cluster goes before its add-ons, nodes and access do.
    kubernetes: createKubernetesProvider(
      {
        kubeconfig: cluster.kubeconfig,
        // The one context in the kubeconfig that pulumi-eks writes.
        context: "aws",
        clusterIdentifier: platformName(environment),
      },
      { dependsOn: [...cluster.ready, addons] },
    ),
    ...createDataTier(settings, network, cluster, aws),
  };
}

function createNetwork(settings: EksSettings, opts: pulumi.ComponentResourceOptions): Network {
  const { network, platform, environment, deletionProtection } = settings;
  return new Network(
    "network",
    {
      vpcCidr: network.vpcCidr,
      availabilityZones: network.availabilityZones,
      natGateways: network.natGateways,
      gatewayEndpoints: network.gatewayEndpoints,
      interfaceEndpoints: network.interfaceEndpoints,
      flowLogs: { retentionDays: network.flowLogRetentionDays },
      region: platform.region,
      accountId: platform.accountId,
      clusterName: platformName(environment),
      deletionProtection,
    },
    opts,
  );
}

function createCluster(
  settings: EksSettings,
  network: Network,
  opts: pulumi.ComponentResourceOptions,
): Cluster {
  const { cluster, platform, environment, deletionProtection } = settings;
  return new Cluster(
    "cluster",
    {
      clusterName: platformName(environment),
      kubernetesVersion: cluster.kubernetesVersion,
      region: platform.region,
      accountId: platform.accountId,
      vpcId: network.vpcId,
      subnetIds: network.privateSubnetIds,
      endpoint: { publicAccessCidrs: cluster.publicAccessCidrs },
      logRetentionDays: cluster.logRetentionDays,
      access: cluster.access,
      deployer: { profile: platform.profile, roleArn: platform.deployRoleArn },
      deletionProtection,
    },
    opts,
  );
}

function createNodeGroups(
  settings: EksSettings,
  network: Network,
  cluster: Cluster,
  tags: Readonly<Record<string, string>>,
  opts: pulumi.ComponentResourceOptions,
): NodeGroup[] {
  const role = new NodeRole("node-role", { clusterName: platformName(settings.environment) }, opts);
  return Object.entries(settings.nodeGroups).map(
    ([groupName, group]) =>
      new NodeGroup(
        `node-group-${groupName}`,
        {
          ...group,
          groupName,
          clusterName: cluster.name,
          kubernetesVersion: settings.cluster.kubernetesVersion,
          subnetIds: network.privateSubnetIds,
          nodeRoleArn: role.arn,
          clusterSecurityGroupId: cluster.clusterSecurityGroupId,
          tags,
        },
        { ...opts, dependsOn: [...cluster.ready, ...network.ready, role] },
      ),
  );
}

function createDataTier(
  settings: EksSettings,
  network: Network,
  cluster: Cluster,
  aws: pulumi.ProviderResource,
): { database: DatabaseEndpoint; cache: CacheEndpoint } {
  const { database, cache, platform, environment, deletionProtection } = settings;
  const name = platformName(environment);
  const opts: pulumi.ComponentResourceOptions = {
    providers: { aws, random: createRandomProvider() },
  };
  const topic = new AlarmTopic(
    "alarms",
    {
      topicName: `${name}-alarms`,
      accountId: platform.accountId,
      emails: settings.alarms.emails,
      deletionProtection,
    },
    opts,
  );
  const shared = {
    deletionProtection,
    vpcId: network.vpcId,
    subnetIds: network.databaseSubnetIds,
    clientSecurityGroupIds: { nodes: cluster.clusterSecurityGroupId },
    alarmTopicArn: topic.arn,
  };
  return {
    database:
      database.kind === "external"
        ? externalDatabase(database)
        : new RdsPostgresql(
            "database",
            { ...database, ...shared, identifier: name, databaseName: database.name },
            opts,
          ),
    cache:
      cache.kind === "external"
        ? externalCache(cache)
        : new ElastiCacheRedis("cache", { ...cache, ...shared, replicationGroupId: name }, opts),
  };
}
