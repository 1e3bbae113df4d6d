/** Rules about RDS. */
import { advisoryInDev, everywhere, inProd, type Resource, type ResourceRule } from "../rule";

const instanceType = "aws:rds/instance:Instance";

/** A replica takes storage, backups and credentials from its primary. */
const isReplica = ({ props }: Resource): boolean => props.isSet("replicateSourceDb");

/** What all rules of this file have in common. */
const onInstances = { kind: "resource", types: [instanceType] } as const;

/** The database is reached through the VPC only. */
export const databaseNotPublic: ResourceRule = {
  ...onInstances,
  id: "rds-not-public",
  title: "Databases have no public address",
  severity: "critical",
  controls: ["FSBP RDS.2", "NSA network separation"],
  remedy: "Set `publiclyAccessible: false`.",
  levels: everywhere,
  whenUnknown: "violate",
  *check({ props }) {
    if (props.get("publiclyAccessible") === true) yield "is publicly accessible";
  },
};

/** With AWS's own key there is nobody whose access could be revoked. */
export const databaseEncrypted: ResourceRule = {
  ...onInstances,
  id: "rds-encrypted",
  title: "Databases are encrypted with a key of our own",
  severity: "high",
  controls: ["FSBP RDS.3"],
  remedy: "Set `storageEncrypted: true` and `kmsKeyId`; it takes a restore to change later.",
  levels: everywhere,
  whenUnknown: "violate",
  *check(resource) {
    const { props } = resource;
    if (isReplica(resource)) return;
    if (props.get("storageEncrypted") !== true) yield "is not encrypted";
    else if (!props.isSet("kmsKeyId")) yield "is encrypted with AWS's key";
  },
};

/** Query texts hold taxpayers' data too. */
export const performanceInsightsEncrypted: ResourceRule = {
  ...onInstances,
  id: "rds-performance-insights-encrypted",
  title: "Performance Insights are encrypted with a key of our own",
  severity: "medium",
  controls: ["DTEM personal data under own keys"],
  remedy: "Set `performanceInsightsKmsKeyId`.",
  levels: everywhere,
  whenUnknown: "advise",
  *check({ props }) {
    const on = props.get("performanceInsightsEnabled") === true;
    if (on && !props.isSet("performanceInsightsKmsKeyId"))
      yield "keeps query texts under AWS's key";
  },
};

/** The server refuses plain connections, whatever the client says. */
export const databaseTls: ResourceRule = {
  kind: "resource",
  id: "rds-tls-forced",
  title: "PostgreSQL refuses connections without TLS",
  severity: "high",
  controls: ["FSBP RDS.38"],
  remedy: "Set the parameter `rds.force_ssl` to 1.",
  levels: everywhere,
  whenUnknown: "violate",
  types: ["aws:rds/parameterGroup:ParameterGroup"],
  *check({ props }) {
    if (!props.text("family")?.startsWith("postgres")) return;
    const forced = props
      .list("parameters")
      .some((entry) => entry.text("name") === "rds.force_ssl" && entry.text("value") === "1");
    if (!forced) yield "accepts connections without TLS";
  },
};

/** A zone may fail on any day. */
export const databaseMultiAz: ResourceRule = {
  ...onInstances,
  id: "rds-multi-az",
  title: "Databases have a standby in a second zone",
  severity: "high",
  controls: ["FSBP RDS.5", "DTEM availability"],
  remedy: "Set `multiAz: true`.",
  levels: inProd,
  whenUnknown: "violate",
  *check(resource) {
    if (!isReplica(resource) && resource.props.get("multiAz") !== true) yield "has no standby";
  },
};

/** Point-in-time recovery reaches as far back as backups are kept. */
export const databaseBackups: ResourceRule = {
  ...onInstances,
  id: "rds-backups",
  title: "Databases are backed up",
  severity: "high",
  controls: ["FSBP RDS.11", "DTEM backups"],
  remedy: "Set `backupRetentionPeriod` to at least a week (prod: 35 days).",
  levels: everywhere,
  whenUnknown: "violate",
  parameters: {
    days: { schema: { type: "integer", minimum: 1, maximum: 35, default: 7 } },
    daysInProd: { schema: { type: "integer", minimum: 1, maximum: 35, default: 35 } },
  },
  *check(resource, context) {
    if (isReplica(resource)) return;
    const kept = resource.props.number("backupRetentionPeriod") ?? 0;
    const needed = context.number(context.environment === "prod" ? "daysInProd" : "days");
    if (kept < needed) yield `keeps backups for ${kept} days, needed are ${needed}`;
  },
};

/** The last backup goes with the instance unless a snapshot is taken. */
export const databaseFinalSnapshot: ResourceRule = {
  ...onInstances,
  id: "rds-final-snapshot",
  title: "A final snapshot is taken when a database is deleted",
  severity: "high",
  controls: ["DTEM data protection"],
  remedy: "Set `skipFinalSnapshot: false` and `finalSnapshotIdentifier`.",
  levels: everywhere,
  whenUnknown: "violate",
  *check(resource) {
    const { props } = resource;
    if (isReplica(resource)) return;
    if (props.get("skipFinalSnapshot") === true) yield "is deleted without a final snapshot";
    else if (!props.isSet("finalSnapshotIdentifier")) yield "does not name its final snapshot";
  },
};

/** Also stops what does not go through Pulumi. */
export const databaseDeletionProtection: ResourceRule = {
  ...onInstances,
  id: "rds-deletion-protection",
  title: "Databases cannot be deleted by a slip",
  severity: "high",
  controls: ["FSBP RDS.8", "DTEM deletion protection"],
  remedy: "Set `deletionProtection: true`.",
  levels: inProd,
  whenUnknown: "violate",
  *check({ props }) {
    if (props.get("deletionProtection") !== true) yield "has no deletion protection";
  },
};

/** What is only on the instance is lost with it. */
export const databaseLogs: ResourceRule = {
  ...onInstances,
  id: "rds-logs-exported",
  title: "PostgreSQL's log goes to CloudWatch",
  severity: "medium",
  controls: ["FSBP RDS.9", "FSBP RDS.36", "NSA audit logging"],
  remedy: 'Add "postgresql" to `enabledCloudwatchLogsExports`.',
  levels: everywhere,
  whenUnknown: "violate",
  *check({ props }) {
    if (!props.texts("enabledCloudwatchLogsExports").includes("postgresql"))
      yield "keeps its log to itself";
  },
};

/** Without it nobody knows which process took the memory. */
export const databaseMonitoring: ResourceRule = {
  ...onInstances,
  id: "rds-enhanced-monitoring",
  title: "Enhanced monitoring is on",
  severity: "low",
  controls: ["FSBP RDS.6"],
  remedy: "Set `monitoringInterval` and `monitoringRoleArn`.",
  levels: inProd,
  whenUnknown: "violate",
  *check({ props }) {
    if ((props.number("monitoringInterval") ?? 0) === 0) yield "has no enhanced monitoring";
  },
};

/** Security fixes come as minor versions. */
export const databaseMinorUpgrades: ResourceRule = {
  ...onInstances,
  id: "rds-minor-upgrades",
  title: "Minor upgrades are applied",
  severity: "medium",
  controls: ["FSBP RDS.13", "NSA upgrading"],
  remedy: "Set `autoMinorVersionUpgrade: true`.",
  levels: everywhere,
  whenUnknown: "violate",
  *check({ props }) {
    if (props.get("autoMinorVersionUpgrade") === false) yield "skips minor upgrades";
  },
};

/** Major upgrades are planned, not a side effect of a version bump. */
export const databaseNoMajorUpgrade: ResourceRule = {
  ...onInstances,
  id: "rds-no-major-upgrade",
  title: "A major upgrade is a decision of its own",
  severity: "medium",
  controls: ["DTEM planned upgrades"],
  remedy: "Set `allowMajorVersionUpgrade: false`, and true only in the change that upgrades.",
  levels: inProd,
  whenUnknown: "violate",
  *check({ props }) {
    if (props.get("allowMajorVersionUpgrade") === true)
      yield "may be upgraded to another major version";
  },
};

/** Who finds a snapshot must be able to tell whose it is. */
export const databaseSnapshotTags: ResourceRule = {
  ...onInstances,
  id: "rds-snapshot-tags",
  title: "Snapshots carry the tags of their database",
  severity: "low",
  controls: ["FSBP RDS.17"],
  remedy: "Set `copyTagsToSnapshot: true`.",
  levels: everywhere,
  whenUnknown: "violate",
  *check({ props }) {
    if (props.get("copyTagsToSnapshot") !== true) yield "leaves its snapshots without tags";
  },
};

/** The first name that is tried. */
export const databaseAdminName: ResourceRule = {
  ...onInstances,
  id: "rds-admin-name",
  title: "The administrator is not called as everywhere",
  severity: "low",
  controls: ["FSBP RDS.25"],
  remedy: "Choose another `username`; it can only be set at creation.",
  levels: advisoryInDev,
  whenUnknown: "violate",
  *check(resource) {
    const name = resource.props.text("username");
    if (!isReplica(resource) && ["postgres", "admin", "root"].includes(name ?? "")) {
      yield `has the administrator ${name}`;
    }
  },
};

/** Changes outside the window restart the database in the middle of the day. */
export const databaseChangesInWindow: ResourceRule = {
  ...onInstances,
  id: "rds-changes-in-window",
  title: "Changes wait for the maintenance window",
  severity: "medium",
  controls: ["DTEM availability"],
  remedy: "Set `applyImmediately: false` and a `maintenanceWindow`.",
  levels: inProd,
  whenUnknown: "violate",
  *check({ props }) {
    if (props.get("applyImmediately") === true) yield "applies changes at once";
    if (!props.isSet("maintenanceWindow")) yield "leaves the maintenance window to AWS";
  },
};

/** One zone, one fate. */
export const dataSubnetGroups: ResourceRule = {
  kind: "resource",
  id: "data-subnet-groups-span-zones",
  title: "Subnet groups of data servers span zones",
  severity: "medium",
  controls: ["FSBP RDS.5", "DTEM availability"],
  remedy: "Pass subnets of at least two zones.",
  levels: everywhere,
  whenUnknown: "advise",
  types: ["aws:rds/subnetGroup:SubnetGroup", "aws:elasticache/subnetGroup:SubnetGroup"],
  *check({ props }) {
    const { length } = props.list("subnetIds");
    if (length < 2) yield `has ${length} subnets`;
  },
};
