/**
 * The schema of `Pulumi.<stack>.yaml`: every difference between environments, and nothing else.
 *
 * Each key carries a description (`docs/configuration.md` is generated from them) and, where the
 * library's own message would not say it, what is allowed. Rules that span several keys are in
 * `cross-checks.ts`.
 */
import { z } from "zod";

import { environments } from "../naming";
import {
  type KubernetesVersion,
  kubernetesReleases,
  type PostgresVersion,
  postgresReleases,
  type ValkeyVersion,
  valkeyReleases,
} from "../versions";

/** An enum schema of a version table's keys, so that the table stays the one truth. */
function versionOf<V extends string>(table: Record<V, unknown>) {
  return z.enum(Object.keys(table) as [V, ...V[]]);
}

const ipv4Cidr = z
  .string()
  .regex(
    /^(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d)\/(?:3[0-2]|[12]?\d)$/,
    "an IPv4 CIDR such as 10.40.0.0/16",
  );

const principalArn = z
  .string()
  .regex(
    /^arn:aws[\w-]*:iam::\d{12}:(?:role|user)\/[\w+=,.@/-]+$/,
    "the ARN of an IAM role or user such as arn:aws:iam::123456789012:role/platform-admin",
  );

const port = z.int().min(1).max(65535);

/** A whole number of a closed list, as many AWS APIs want it. */
function oneOf<N extends number>(...values: N[]) {
  return z.literal(values, `one of ${values.join(", ")}`);
}

/** Days that CloudWatch accepts as a retention; any other number is refused by its API. */
const logRetentionDays = oneOf(30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 3653);

const windowOfDay = z
  .string()
  .regex(/^(?:[01]\d|2[0-3]):[0-5]\d-(?:[01]\d|2[0-3]):[0-5]\d$/, "UTC hh:mm-hh:mm");

const windowOfWeek = z
  .string()
  .regex(
    /^(?:mon|tue|wed|thu|fri|sat|sun):(?:[01]\d|2[0-3]):[0-5]\d-(?:mon|tue|wed|thu|fri|sat|sun):(?:[01]\d|2[0-3]):[0-5]\d$/,
    "UTC ddd:hh:mm-ddd:hh:mm",
  );

const kubernetesName = z
  .string()
  .regex(/^[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?$/, "a DNS label: a-z, 0-9, '-', at most 63");

const platform = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("eks").meta({ description: "AWS: the program makes network and cluster." }),
    region: z
      .string()
      .regex(/^[a-z]{2}(?:-[a-z]+)+-\d$/, "an AWS region such as sa-east-1")
      .meta({ description: "AWS region." }),
    accountId: z
      .string()
      .regex(/^\d{12}$/, "the twelve digits of an AWS account, quoted")
      .meta({ description: "The only AWS account the provider may touch." }),
    profile: z.string().min(1).optional().meta({ description: "Profile of the AWS CLI." }),
    deployRoleArn: principalArn
      .optional()
      .meta({ description: "Role that the provider assumes before it touches AWS." }),
  }),
  z.strictObject({
    kind: z.literal("cluster").meta({ description: "An existing Kubernetes cluster." }),
    context: z
      .string()
      .min(1)
      .meta({ description: "Context of the kubeconfig; never the current one by accident." }),
    kubeconfig: z
      .string()
      .min(1)
      .default("~/.kube/config")
      .meta({ description: "Path of the kubeconfig file." }),
    storageClass: kubernetesName.optional().meta({
      description: "Storage class of persistent volumes; the cluster's default if absent.",
    }),
  }),
]);

const network = z.strictObject({
  vpcCidr: ipv4Cidr.meta({ description: "Addresses of the VPC, /16 to /20." }),
  availabilityZones: z
    .array(z.string().regex(/^[a-z]{2}(?:-[a-z]+)+-\d[a-z]$/, "a zone such as sa-east-1a"))
    .min(2)
    .max(3)
    .meta({ description: "Zones in ascending order. Add at the end; subnets go by position." }),
  natGateways: z
    .enum(["single", "perZone"])
    .meta({ description: "One NAT gateway, or one a zone (survives the loss of a zone)." }),
  gatewayEndpoints: z
    .array(z.enum(["s3", "dynamodb"]))
    .default(["s3"])
    .meta({ description: "Gateway VPC endpoints (free)." }),
  interfaceEndpoints: z
    .array(
      z.enum([
        "autoscaling",
        "ec2",
        "ecr.api",
        "ecr.dkr",
        "eks",
        "eks-auth",
        "elasticloadbalancing",
        "kms",
        "logs",
        "secretsmanager",
        "sts",
      ]),
    )
    .default([])
    .meta({ description: "Interface VPC endpoints (each is billed per hour and zone)." }),
  flowLogRetentionDays: logRetentionDays
    .default(90)
    .meta({ description: "Days that VPC flow logs are kept." }),
});

const cluster = z.strictObject({
  kubernetesVersion: versionOf<KubernetesVersion>(kubernetesReleases).meta({
    description: "Kubernetes minor version; add-on versions follow from it.",
  }),
  publicAccessCidrs: z
    .array(ipv4Cidr)
    .default([])
    .meta({ description: "Networks that reach the public API endpoint; none: private only." }),
  logRetentionDays: logRetentionDays
    .default(90)
    .meta({ description: "Days that control-plane logs are kept." }),
  access: z
    .strictObject({
      adminArns: z.array(principalArn).min(1).meta({ description: "Full administrators." }),
      deployerArns: z
        .array(principalArn)
        .default([])
        .meta({ description: "Pipelines that deploy the platform." }),
      readerArns: z.array(principalArn).default([]).meta({ description: "Read-only people." }),
    })
    .meta({ description: "IAM principals with access to the cluster." }),
});

const nodeGroup = z.strictObject({
  instanceTypes: z
    .array(z.string().regex(/^[a-z][a-z0-9-]*\.[a-z0-9-]+$/, "EC2 types such as m7i.large"))
    .min(1)
    .meta({ description: "EC2 instance types; several make a spot pool deeper." }),
  capacityType: z
    .enum(["ON_DEMAND", "SPOT"])
    .default("ON_DEMAND")
    .meta({ description: "How the instances are bought." }),
  minSize: z.int().min(0).max(450).meta({ description: "Fewest nodes." }),
  maxSize: z.int().min(1).max(450).meta({ description: "Most nodes." }),
  diskGiB: z.int().min(20).max(16384).default(50).meta({ description: "Root volume, GiB (gp3)." }),
  labels: z
    .record(z.string().min(1), z.string())
    .default({})
    .meta({ description: "Labels of the nodes." }),
  taints: z
    .array(
      z.strictObject({
        key: z.string().min(1),
        value: z.string().default(""),
        effect: z.enum(["NO_SCHEDULE", "NO_EXECUTE", "PREFER_NO_SCHEDULE"]),
      }),
    )
    .default([])
    .meta({ description: "Taints of the nodes." }),
});

const externalServer = {
  kind: z.literal("external").meta({ description: "A server that exists already." }),
  host: z.string().min(1).meta({ description: "DNS name or address of the server." }),
  secretName: kubernetesName.meta({
    description: "Existing Secret in namespace dtem-data whose key `password` is the password.",
  }),
};

const databaseName = z
  .string()
  .regex(/^[a-z][a-z0-9_]{0,62}$/, "a PostgreSQL identifier: a-z, 0-9, _, at most 63")
  .meta({ description: "Name of the database." });

const postgresVersion = versionOf<PostgresVersion>(postgresReleases).meta({
  description: "PostgreSQL version.",
});

const database = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("rds").meta({ description: "Amazon RDS for PostgreSQL." }),
    version: postgresVersion,
    name: databaseName,
    instanceClass: z
      .string()
      .regex(/^db\.[a-z0-9]+\.[a-z0-9]+$/, "an RDS class such as db.m7g.large")
      .meta({ description: "Instance class." }),
    storageGiB: z.int().min(20).max(65536).meta({ description: "Allocated storage, GiB (gp3)." }),
    maxStorageGiB: z.int().min(20).max(65536).meta({ description: "Autoscaling limit, GiB." }),
    multiAz: z.boolean().meta({ description: "Standby in a second zone." }),
    backupRetentionDays: z
      .int()
      .min(1)
      .max(35)
      .meta({ description: "Days of backups and point-in-time recovery." }),
    backupWindow: windowOfDay.default("05:00-06:00").meta({ description: "Daily backup, UTC." }),
    maintenanceWindow: windowOfWeek
      .default("sun:06:30-sun:07:30")
      .meta({ description: "Weekly maintenance, UTC." }),
    performanceInsightsRetentionDays: oneOf(7, 31, 62, 93, 186, 372, 731)
      .default(7)
      .meta({ description: "Days of Performance Insights (7 are free)." }),
    monitoringIntervalSeconds: oneOf(1, 5, 10, 15, 30, 60)
      .default(60)
      .meta({ description: "Interval of enhanced monitoring, seconds." }),
    logRetentionDays: logRetentionDays
      .default(90)
      .meta({ description: "Days that the server's logs are kept." }),
    restoreFromSnapshot: z
      .string()
      .min(1)
      .optional()
      .meta({ description: "Snapshot id or ARN that a new instance starts from." }),
    replica: z
      .strictObject({
        instanceClass: z
          .string()
          .regex(/^db\.[a-z0-9]+\.[a-z0-9]+$/, "an RDS class such as db.m7g.large")
          .meta({ description: "Instance class." }),
      })
      .optional()
      .meta({
        description: "Read replica. RDS then cannot manage the password, see docs/decisions/0002.",
      }),
  }),
  z.strictObject({
    kind: z.literal("inCluster").meta({ description: "A StatefulSet: not highly available." }),
    version: postgresVersion,
    name: databaseName,
    storageGiB: z.int().min(1).max(1024).meta({ description: "Persistent volume, GiB." }),
    seed: z.boolean().default(false).meta({ description: "Fill with mock documents." }),
  }),
  z.strictObject({
    ...externalServer,
    name: databaseName,
    port: port.default(5432).meta({ description: "TCP port." }),
    username: z.string().min(1).meta({ description: "Role that DTEM logs in as." }),
  }),
]);

const valkeyVersion = versionOf<ValkeyVersion>(valkeyReleases).meta({
  description: "Valkey version (Redis protocol; see docs/decisions/0001).",
});

const cache = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("elastiCache").meta({ description: "Amazon ElastiCache for Valkey." }),
    version: valkeyVersion,
    nodeType: z
      .string()
      .regex(/^cache\.[a-z0-9]+\.[a-z0-9]+$/, "a node type such as cache.m7g.large")
      .meta({ description: "Node type." }),
    replicas: z
      .int()
      .min(0)
      .max(5)
      .meta({ description: "Replicas beside the primary; 1 or more gives Multi-AZ failover." }),
    snapshotRetentionDays: z.int().min(0).max(35).meta({ description: "Days of daily snapshots." }),
    snapshotWindow: windowOfDay
      .default("04:00-05:00")
      .meta({ description: "Daily snapshot, UTC." }),
    maintenanceWindow: windowOfWeek
      .default("sun:07:30-sun:08:30")
      .meta({ description: "Weekly maintenance, UTC." }),
    logRetentionDays: logRetentionDays
      .default(90)
      .meta({ description: "Days that slow and engine logs are kept." }),
  }),
  z.strictObject({
    kind: z.literal("inCluster").meta({ description: "A StatefulSet: not highly available." }),
    version: valkeyVersion,
    storageGiB: z.int().min(1).max(1024).meta({ description: "Persistent volume, GiB." }),
  }),
  z.strictObject({
    ...externalServer,
    port: port.default(6379).meta({ description: "TCP port." }),
  }),
]);

/** The sections of the configuration, one per top-level key of the project's namespace. */
export const sections = {
  environment: z.enum(environments).meta({ description: "Environment; prefixes every name." }),
  deletionProtection: z.boolean().meta({
    description: "Protects data, keys and cluster against deletion and replacement.",
  }),
  decommission: z
    .enum(environments)
    .optional()
    .meta({ description: "The environment, typed out, before its protection may be taken away." }),
  tags: z
    .record(
      z.string().regex(/^(?!aws:|dtem:).{1,128}$/, "not aws:* or dtem:*"),
      z.string().max(256),
    )
    .default({})
    .meta({ description: "Extra tags on every AWS resource." }),
  platform: platform.meta({ description: "Where the stack runs." }),
  network: network.optional().meta({ description: "VPC. Platform `eks` only." }),
  cluster: cluster.optional().meta({ description: "EKS control plane. Platform `eks` only." }),
  nodeGroups: z
    .record(kubernetesName, nodeGroup)
    .optional()
    .meta({ description: "Node groups by name. Platform `eks` only." }),
  database: database.meta({ description: "PostgreSQL." }),
  cache: cache.meta({ description: "Redis." }),
  alarms: z
    .strictObject({
      emails: z.array(z.email()).default([]).meta({ description: "Who receives alarms." }),
    })
    .optional()
    .meta({ description: "Alarms of the data tier. Platform `eks` only." }),
} as const;

/** Name of a top-level key. */
export type SectionName = keyof typeof sections;

/** The sections as parsed, before it is known that they fit together. */
export type Sections = { [K in SectionName]: z.output<(typeof sections)[K]> };
