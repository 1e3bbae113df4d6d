/** Rules about ElastiCache. */
import { everywhere, inProd, type ResourceRule } from "../rule";

const onGroups = {
  kind: "resource",
  types: ["aws:elasticache/replicationGroup:ReplicationGroup"],
} as const;

/** Snapshots and swap lie on disks. */
export const cacheEncryptedAtRest: ResourceRule = {
  ...onGroups,
  id: "cache-encrypted-at-rest",
  title: "Caches are encrypted at rest with a key of our own",
  severity: "high",
  controls: ["FSBP ElastiCache.4"],
  remedy:
    "Set `atRestEncryptionEnabled: true` and `kmsKeyId`; it takes a new group to change later.",
  levels: everywhere,
  whenUnknown: "violate",
  *check({ props }) {
    if (String(props.get("atRestEncryptionEnabled")) !== "true") yield "is not encrypted at rest";
    else if (!props.isSet("kmsKeyId")) yield "is encrypted with AWS's key";
  },
};

/** `preferred` still lets plain connections in. */
export const cacheTls: ResourceRule = {
  ...onGroups,
  id: "cache-tls-required",
  title: "Caches refuse connections without TLS",
  severity: "high",
  controls: ["FSBP ElastiCache.5"],
  remedy: 'Set `transitEncryptionEnabled: true` and `transitEncryptionMode: "required"`.',
  levels: everywhere,
  whenUnknown: "violate",
  *check({ props }) {
    if (props.get("transitEncryptionEnabled") !== true) yield "does not offer TLS";
    else if (props.text("transitEncryptionMode") === "preferred") {
      yield "accepts connections without TLS";
    }
  },
};

/** The network alone decides otherwise. */
export const cacheAuthentication: ResourceRule = {
  ...onGroups,
  id: "cache-authentication",
  title: "Caches ask for credentials",
  severity: "high",
  controls: ["FSBP ElastiCache.6"],
  remedy: "Set `authToken` or `userGroupIds`.",
  levels: everywhere,
  whenUnknown: "advise",
  *check({ props }) {
    if (!props.isSet("authToken") && !props.isSet("userGroupIds")) yield "asks for no credentials";
  },
};

/** The queue must survive the node. */
export const cacheFailover: ResourceRule = {
  ...onGroups,
  id: "cache-failover",
  title: "Caches fail over to a replica in another zone",
  severity: "high",
  controls: ["FSBP ElastiCache.3", "DTEM availability"],
  remedy: "Set `automaticFailoverEnabled` and `multiAzEnabled` to true, with a replica at least.",
  levels: inProd,
  whenUnknown: "violate",
  *check({ props }) {
    if (props.get("automaticFailoverEnabled") !== true) yield "does not fail over";
    if (props.get("multiAzEnabled") !== true) yield "may have all nodes in one zone";
    const nodes = props.number("numCacheClusters") ?? 0;
    if (nodes < 2 && !props.isSet("replicasPerNodeGroup")) yield "has no replica";
  },
};

/** Documents wait in the queue. */
export const cacheBackups: ResourceRule = {
  ...onGroups,
  id: "cache-backups",
  title: "Caches are backed up daily",
  severity: "medium",
  controls: ["FSBP ElastiCache.1", "DTEM backups"],
  remedy: "Set `snapshotRetentionLimit` to 1 or more (prod: 7).",
  levels: everywhere,
  whenUnknown: "violate",
  parameters: {
    days: { schema: { type: "integer", minimum: 0, default: 1 } },
    daysInProd: { schema: { type: "integer", minimum: 0, default: 7 } },
  },
  *check({ props }, context) {
    const kept = props.number("snapshotRetentionLimit") ?? 0;
    const needed = context.number(context.environment === "prod" ? "daysInProd" : "days");
    if (kept < needed) yield `keeps snapshots for ${kept} days, needed are ${needed}`;
  },
};

/** Deletion takes the daily snapshots along. */
export const cacheFinalSnapshot: ResourceRule = {
  ...onGroups,
  id: "cache-final-snapshot",
  title: "A final snapshot is taken when a cache is deleted",
  severity: "medium",
  controls: ["DTEM data protection"],
  remedy: "Set `finalSnapshotIdentifier`.",
  levels: everywhere,
  whenUnknown: "violate",
  *check({ props }) {
    if (!props.isSet("finalSnapshotIdentifier")) yield "is deleted without a final snapshot";
  },
};

/** The default group spans every subnet of the default VPC. */
export const cacheOwnSubnets: ResourceRule = {
  ...onGroups,
  id: "cache-own-subnet-group",
  title: "Caches are in subnets of our choice",
  severity: "high",
  controls: ["FSBP ElastiCache.7"],
  remedy: "Set `subnetGroupName` to a group of isolated subnets.",
  levels: everywhere,
  whenUnknown: "advise",
  *check({ props }) {
    if (!props.isSet("subnetGroupName")) yield "is in the default subnet group";
    else if (props.literal("subnetGroupName") === "default") yield "is in the default subnet group";
  },
};

/** Slow commands are found afterwards or never. */
export const cacheLogs: ResourceRule = {
  ...onGroups,
  id: "cache-logs-delivered",
  title: "Caches deliver their logs",
  severity: "low",
  controls: ["NSA audit logging"],
  remedy: "Add `slow-log` and `engine-log` to `logDeliveryConfigurations`.",
  levels: everywhere,
  whenUnknown: "violate",
  *check({ props }) {
    const delivered = props.list("logDeliveryConfigurations").map((log) => log.text("logType"));
    for (const log of ["slow-log", "engine-log"]) {
      if (!delivered.includes(log)) yield `does not deliver its ${log}`;
    }
  },
};

/** Resharding or an upgrade at noon fails the clients. */
export const cacheChangesInWindow: ResourceRule = {
  ...onGroups,
  id: "cache-changes-in-window",
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
