/** Alarms of RDS instances; thresholds come from `rds-sizing.ts`. */
import type { DatabaseRole } from "./rds-parameters";
import { rdsThresholds } from "./rds-sizing";
import type { MetricCondition } from "./metric-alarm";

/** What the thresholds follow from. */
export interface RdsAlarmArgs {
  readonly role: DatabaseRole;
  readonly instanceClass: string;
  /** Initial storage, GiB. */
  readonly storageGiB: number;
  /** `max_connections` of the instance. */
  readonly connections: number;
}

/** Conditions to watch on one instance. */
export function rdsConditions(args: RdsAlarmArgs): MetricCondition[] {
  const limits = rdsThresholds(args.instanceClass, args.storageGiB);
  const conditions: MetricCondition[] = [
    {
      role: "free-storage",
      description:
        "Less than a tenth of the initial storage is free: storage autoscaling has reached its limit or is late. A full disk stops the database.",
      metric: "FreeStorageSpace",
      statistic: "Minimum",
      when: "below",
      threshold: limits.freeStorageBytes,
      forMinutes: 15,
    },
    {
      role: "cpu",
      description: "CPU above 80 % for a quarter of an hour: see the top SQL in Database Insights.",
      metric: "CPUUtilization",
      statistic: "Average",
      when: "above",
      threshold: 80,
      forMinutes: 15,
    },
    {
      role: "freeable-memory",
      description: "Less than a tenth of the memory is available: the instance is about to swap.",
      metric: "FreeableMemory",
      statistic: "Minimum",
      when: "below",
      threshold: limits.freeableMemoryBytes,
      forMinutes: 15,
    },
    {
      role: "connections",
      description: `More than 80 % of the ${args.connections} connections are taken: a pool is leaking or too large.`,
      metric: "DatabaseConnections",
      statistic: "Maximum",
      when: "above",
      threshold: Math.floor(args.connections * 0.8),
      forMinutes: 5,
    },
  ];
  if (args.role === "replica") {
    conditions.push({
      role: "replica-lag",
      description: "The replica is more than a minute behind, or replication has stopped.",
      metric: "ReplicaLag",
      statistic: "Maximum",
      when: "above",
      threshold: 60,
      forMinutes: 10,
      // A replica that no longer replicates stops reporting its lag.
      noData: "breaching",
    });
  }
  return conditions;
}

/**
 * Categories of RDS events that are sent to the topic. `backup` tells twice a day that backups run,
 * which is what makes their absence noticeable; creation and configuration changes are left out,
 * since a deployment causes them by the dozen.
 */
export const rdsEventCategories = [
  "availability",
  "backup",
  "deletion",
  "failover",
  "failure",
  "low storage",
  "maintenance",
  "notification",
  "read replica",
  "recovery",
  "restoration",
] as const;
