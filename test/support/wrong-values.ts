/**
 * One wrong value for each key of the configuration, and the message it must be answered with.
 * The unit tests check the messages, the end-to-end tests that nothing is created.
 */
import type { StackName } from "./stack-config";

export interface WrongValue {
  readonly stack: StackName;
  /** Path below the project's namespace. */
  readonly path: string;
  /** `undefined` removes the key. */
  readonly value: unknown;
  /** What the message must say about the fault. */
  readonly expected: RegExp;
}

const arn = "arn:aws:iam::123456789012:role/platform-admin";

export const wrongValues: readonly WrongValue[] = [
  {
    stack: "prod",
    path: "environment",
    value: "production",
    expected: /dtem:environment = "production"; allowed: dev, staging, prod/,
  },
  {
    stack: "prod",
    path: "environment",
    value: "staging",
    expected:
      /dtem:environment = "staging"; allowed: the environment that stack "prod" is named after/,
  },
  {
    stack: "prod",
    path: "deletionProtection",
    value: "perhaps",
    expected: /dtem:deletionProtection = "perhaps"; allowed: a boolean/,
  },
  {
    stack: "prod",
    path: "deletionProtection",
    value: false,
    expected: /dtem:deletionProtection = false; allowed: true in environment prod/,
  },
  {
    stack: "prod",
    path: "decommission",
    value: "staging",
    expected: /dtem:decommission = "staging"; allowed: prod, or not set/,
  },
  {
    stack: "prod",
    path: "tags",
    value: { "dtem:project": "other" },
    expected: /dtem:tags.dtem:project = "other"; allowed: not aws:\* or dtem:\*/,
  },
  {
    stack: "prod",
    path: "surprise",
    value: 1,
    expected: /dtem:surprise = 1; allowed: no such key; known are environment/,
  },
  {
    stack: "prod",
    path: "platform.kind",
    value: "gke",
    expected: /dtem:platform.kind = "gke"; allowed: eks, cluster/,
  },
  {
    stack: "prod",
    path: "platform.region",
    value: "Brazil",
    expected: /dtem:platform.region = "Brazil"; allowed: an AWS region/,
  },
  {
    stack: "prod",
    path: "platform.accountId",
    value: 123456789012,
    expected: /dtem:platform.accountId = 123456789012; allowed: a string/,
  },
  {
    stack: "prod",
    path: "platform.accountId",
    value: "1234",
    expected: /dtem:platform.accountId = "1234"; allowed: the twelve digits/,
  },
  {
    stack: "prod",
    path: "platform.profile",
    value: "",
    expected: /dtem:platform.profile = ""; allowed: at least 1 characters/,
  },
  {
    stack: "prod",
    path: "platform.deployRoleArn",
    value: "deployer",
    expected: /dtem:platform.deployRoleArn = "deployer"; allowed: the ARN of an IAM role/,
  },
  {
    stack: "dev",
    path: "platform.context",
    value: undefined,
    expected: /dtem:platform.context = \(not set\); allowed: a string/,
  },
  {
    stack: "dev",
    path: "platform.kubeconfig",
    value: 7,
    expected: /dtem:platform.kubeconfig = 7; allowed: a string/,
  },
  {
    stack: "dev",
    path: "platform.storageClass",
    value: "Fast_SSD",
    expected: /dtem:platform.storageClass = "Fast_SSD"; allowed: a DNS label/,
  },
  {
    stack: "dev",
    path: "network",
    value: {
      vpcCidr: "10.1.0.0/16",
      availabilityZones: ["sa-east-1a", "sa-east-1b"],
      natGateways: "single",
    },
    expected: /dtem:network = .*allowed: absent on platform cluster/,
  },
  {
    stack: "prod",
    path: "network",
    value: undefined,
    expected: /dtem:network = \(not set\); allowed: required on platform eks/,
  },
  {
    stack: "prod",
    path: "network.vpcCidr",
    value: "10.40.0.0",
    expected: /dtem:network.vpcCidr = "10.40.0.0"; allowed: an IPv4 CIDR/,
  },
  {
    stack: "prod",
    path: "network.vpcCidr",
    value: "10.40.0.0/24",
    expected: /dtem:network.vpcCidr = "10.40.0.0\/24"; allowed: a block of \/16 to \/20/,
  },
  {
    stack: "prod",
    path: "network.vpcCidr",
    value: "10.40.1.0/16",
    expected: /allowed: an aligned block, here 10.40.0.0\/16/,
  },
  {
    stack: "prod",
    path: "network.vpcCidr",
    value: "8.8.0.0/16",
    expected: /allowed: a block inside RFC 1918/,
  },
  {
    stack: "prod",
    path: "network.vpcCidr",
    value: "172.20.0.0/16",
    expected: /does not overlap the Service range 172.20.0.0\/16/,
  },
  {
    stack: "prod",
    path: "network.availabilityZones",
    value: ["sa-east-1a", "sa-east-1b"],
    expected: /dtem:network.availabilityZones = .*allowed: three zones in environment prod/,
  },
  {
    stack: "staging",
    path: "network.availabilityZones",
    value: ["sa-east-1a"],
    expected: /allowed: at least 2 entries/,
  },
  {
    stack: "staging",
    path: "network.availabilityZones",
    value: ["sa-east-1b", "sa-east-1a"],
    expected: /allowed: distinct zones in ascending order/,
  },
  {
    stack: "staging",
    path: "network.availabilityZones",
    value: ["us-east-1a", "us-east-1b"],
    expected: /allowed: zones of region sa-east-1/,
  },
  {
    stack: "prod",
    path: "network.natGateways",
    value: "single",
    expected: /dtem:network.natGateways = "single"; allowed: perZone in environment prod/,
  },
  {
    stack: "prod",
    path: "network.natGateways",
    value: 3,
    expected: /dtem:network.natGateways = 3; allowed: single, perZone/,
  },
  {
    stack: "prod",
    path: "network.gatewayEndpoints",
    value: ["s4"],
    expected: /dtem:network.gatewayEndpoints\[0\] = "s4"; allowed: s3, dynamodb/,
  },
  {
    stack: "prod",
    path: "network.interfaceEndpoints",
    value: ["ecr"],
    expected: /dtem:network.interfaceEndpoints\[0\] = "ecr"; allowed: autoscaling, ec2, ecr.api/,
  },
  {
    stack: "prod",
    path: "network.flowLogRetentionDays",
    value: 45,
    expected: /dtem:network.flowLogRetentionDays = 45; allowed: one of 30, 60/,
  },
  {
    stack: "prod",
    path: "network.vpcCdir",
    value: "10.0.0.0/16",
    expected: /dtem:network.vpcCdir = "10.0.0.0\/16"; allowed: no such key/,
  },
  {
    stack: "prod",
    path: "cluster.kubernetesVersion",
    value: "1.28",
    expected: /dtem:cluster.kubernetesVersion = "1.28"; allowed: 1.34, 1.35/,
  },
  {
    stack: "prod",
    path: "cluster.publicAccessCidrs",
    value: ["0.0.0.0/0"],
    expected: /dtem:cluster.publicAccessCidrs\[0\] = "0.0.0.0\/0"; allowed: \/8 or narrower/,
  },
  {
    stack: "prod",
    path: "cluster.logRetentionDays",
    value: 0,
    expected: /dtem:cluster.logRetentionDays = 0; allowed: one of 30, 60/,
  },
  {
    stack: "prod",
    path: "cluster.access.adminArns",
    value: [],
    expected: /dtem:cluster.access.adminArns = \[\]; allowed: at least 1 entries/,
  },
  {
    stack: "prod",
    path: "cluster.access.deployerArns",
    value: ["gitlab"],
    expected: /dtem:cluster.access.deployerArns\[0\] = "gitlab"; allowed: the ARN/,
  },
  {
    stack: "prod",
    path: "cluster.access.readerArns",
    value: [arn],
    expected: /dtem:cluster.access = .*platform-admin"; allowed: each principal once/,
  },
  {
    stack: "prod",
    path: "nodeGroups.system",
    value: undefined,
    expected: /dtem:nodeGroups.system = \(not set\); allowed: required/,
  },
  {
    stack: "prod",
    path: "nodeGroups.workload.minSize",
    value: 20,
    expected: /dtem:nodeGroups.workload.minSize = 20; allowed: at most maxSize \(12\)/,
  },
  {
    stack: "prod",
    path: "nodeGroups.workload.minSize",
    value: 1,
    expected: /dtem:nodeGroups.workload.minSize = 1; allowed: at least 2 in environment prod/,
  },
  {
    stack: "staging",
    path: "nodeGroups.system.minSize",
    value: 0,
    expected: /dtem:nodeGroups.system.minSize = 0; allowed: at least 1 \(CoreDNS\)/,
  },
  {
    stack: "prod",
    path: "nodeGroups.workload.maxSize",
    value: 0,
    expected: /dtem:nodeGroups.workload.maxSize = 0; allowed: at least 1/,
  },
  {
    stack: "prod",
    path: "nodeGroups.workload.capacityType",
    value: "SPOT",
    expected:
      /dtem:nodeGroups.workload.capacityType = "SPOT"; allowed: ON_DEMAND in environment prod/,
  },
  {
    stack: "prod",
    path: "nodeGroups.workload.instanceTypes",
    value: ["large"],
    expected: /dtem:nodeGroups.workload.instanceTypes\[0\] = "large"; allowed: EC2 types/,
  },
  {
    stack: "prod",
    path: "nodeGroups.workload.diskGiB",
    value: 5,
    expected: /dtem:nodeGroups.workload.diskGiB = 5; allowed: at least 20/,
  },
  {
    stack: "prod",
    path: "nodeGroups.workload.labels",
    value: { tier: 1 },
    expected: /dtem:nodeGroups.workload.labels.tier = 1; allowed: a string/,
  },
  {
    stack: "prod",
    path: "nodeGroups.workload.taints",
    value: [{ key: "x", effect: "NoSchedule" }],
    expected: /dtem:nodeGroups.workload.taints\[0\].effect = "NoSchedule"; allowed: NO_SCHEDULE/,
  },
  {
    stack: "prod",
    path: "database.kind",
    value: "aurora",
    expected: /dtem:database.kind = "aurora"; allowed: rds, inCluster, external/,
  },
  {
    stack: "prod",
    path: "database.version",
    value: "14.9",
    expected: /dtem:database.version = "14.9"; allowed: 16.11, 17.7/,
  },
  {
    stack: "prod",
    path: "database.name",
    value: "DTEM-prod",
    expected: /dtem:database.name = "DTEM-prod"; allowed: a PostgreSQL identifier/,
  },
  {
    stack: "prod",
    path: "database.instanceClass",
    value: "m7g.large",
    expected: /dtem:database.instanceClass = "m7g.large"; allowed: an RDS class/,
  },
  {
    stack: "prod",
    path: "database.storageGiB",
    value: 10,
    expected: /dtem:database.storageGiB = 10; allowed: at least 20/,
  },
  {
    stack: "prod",
    path: "database.maxStorageGiB",
    value: 105,
    expected: /dtem:database.maxStorageGiB = 105; allowed: at least 110/,
  },
  {
    stack: "prod",
    path: "database.multiAz",
    value: false,
    expected: /dtem:database.multiAz = false; allowed: true in environment prod/,
  },
  {
    stack: "prod",
    path: "database.backupRetentionDays",
    value: 7,
    expected: /dtem:database.backupRetentionDays = 7; allowed: 35 in environment prod/,
  },
  {
    stack: "prod",
    path: "database.backupWindow",
    value: "5am",
    expected: /dtem:database.backupWindow = "5am"; allowed: UTC hh:mm-hh:mm/,
  },
  {
    stack: "prod",
    path: "database.maintenanceWindow",
    value: "sunday",
    expected: /dtem:database.maintenanceWindow = "sunday"; allowed: UTC ddd/,
  },
  {
    stack: "prod",
    path: "database.performanceInsightsRetentionDays",
    value: 8,
    expected: /dtem:database.performanceInsightsRetentionDays = 8; allowed: one of 7, 31/,
  },
  {
    stack: "prod",
    path: "database.monitoringIntervalSeconds",
    value: 2,
    expected: /dtem:database.monitoringIntervalSeconds = 2; allowed: one of 1, 5/,
  },
  {
    stack: "prod",
    path: "database.logRetentionDays",
    value: 1,
    expected: /dtem:database.logRetentionDays = 1; allowed: one of 30/,
  },
  {
    stack: "prod",
    path: "database.restoreFromSnapshot",
    value: "",
    expected: /dtem:database.restoreFromSnapshot = ""; allowed: at least 1 characters/,
  },
  {
    stack: "prod",
    path: "database.replica",
    value: { instanceClass: "big" },
    expected: /dtem:database.replica.instanceClass = "big"; allowed: an RDS class/,
  },
  {
    stack: "dev",
    path: "database.storageGiB",
    value: 0,
    expected: /dtem:database.storageGiB = 0; allowed: at least 1/,
  },
  {
    stack: "dev",
    path: "database.seed",
    value: "yes",
    expected: /dtem:database.seed = "yes"; allowed: a boolean/,
  },
  {
    stack: "dev",
    path: "database",
    value: { kind: "external", host: "", name: "dtem", secretName: "postgresql", username: "dtem" },
    expected: /dtem:database.host = ""; allowed: at least 1 characters/,
  },
  {
    stack: "dev",
    path: "database",
    value: {
      kind: "external",
      host: "db.empresa.cl",
      name: "dtem",
      secretName: "postgresql",
      username: "dtem",
      port: 0,
    },
    expected: /dtem:database.port = 0; allowed: at least 1/,
  },
  {
    stack: "dev",
    path: "database",
    value: {
      kind: "external",
      host: "db.empresa.cl",
      name: "dtem",
      secretName: "Postgres Secret",
      username: "dtem",
    },
    expected: /dtem:database.secretName = "Postgres Secret"; allowed: a DNS label/,
  },
  {
    stack: "dev",
    path: "database",
    value: { kind: "external", host: "db.empresa.cl", name: "dtem", secretName: "postgresql" },
    expected: /dtem:database.username = \(not set\); allowed: a string/,
  },
  {
    stack: "dev",
    path: "cache.kind",
    value: "elastiCache",
    expected: /dtem:cache.nodeType = \(not set\); allowed: a string/,
  },
  {
    stack: "prod",
    path: "cache.kind",
    value: "memcached",
    expected: /dtem:cache.kind = "memcached"; allowed: elastiCache, inCluster, external/,
  },
  {
    stack: "prod",
    path: "cache.version",
    value: "7.1",
    expected: /dtem:cache.version = "7.1"; allowed: 8.0, 8.1/,
  },
  {
    stack: "prod",
    path: "cache.nodeType",
    value: "m7g",
    expected: /dtem:cache.nodeType = "m7g"; allowed: a node type/,
  },
  {
    stack: "prod",
    path: "cache.replicas",
    value: 0,
    expected: /dtem:cache.replicas = 0; allowed: at least 1 in environment prod/,
  },
  {
    stack: "prod",
    path: "cache.replicas",
    value: 6,
    expected: /dtem:cache.replicas = 6; allowed: at most 5/,
  },
  {
    stack: "prod",
    path: "cache.snapshotRetentionDays",
    value: 0,
    expected: /dtem:cache.snapshotRetentionDays = 0; allowed: at least 1 in environment prod/,
  },
  {
    stack: "prod",
    path: "cache.snapshotWindow",
    value: "night",
    expected: /dtem:cache.snapshotWindow = "night"; allowed: UTC hh:mm/,
  },
  {
    stack: "prod",
    path: "cache.maintenanceWindow",
    value: "night",
    expected: /dtem:cache.maintenanceWindow = "night"; allowed: UTC ddd/,
  },
  {
    stack: "prod",
    path: "cache.logRetentionDays",
    value: 2,
    expected: /dtem:cache.logRetentionDays = 2; allowed: one of 30/,
  },
  {
    stack: "dev",
    path: "cache.storageGiB",
    value: 0.5,
    expected: /dtem:cache.storageGiB = 0.5; allowed: a whole number/,
  },
  {
    stack: "prod",
    path: "alarms.emails",
    value: ["plataforma"],
    expected: /dtem:alarms.emails\[0\] = "plataforma"; allowed: an e-mail address/,
  },
  {
    stack: "dev",
    path: "cache",
    value: { kind: "external", host: "", secretName: "Redis Secret", port: 65536 },
    expected:
      /dtem:cache.host = "".*\n.*dtem:cache.secretName = "Redis Secret".*\n.*dtem:cache.port = 65536; allowed: at most 65535/,
  },
];
