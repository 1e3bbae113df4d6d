import type * as pulumi from "@pulumi/pulumi";

import type { ValkeyVersion } from "../versions";

/** Arguments of `ElastiCacheRedis`. Windows are UTC; ids and ARNs come from other stages. */
export interface ElastiCacheRedisArgs {
  /** For example `dtem-prod`: letters, digits and hyphens, at most 40; prefixes the rest. */
  readonly replicationGroupId: string;
  readonly version: ValkeyVersion;
  /** For example `cache.m7g.large`. */
  readonly nodeType: string;
  /** Replicas beside the primary, 0 to 5. One or more gives Multi-AZ with automatic failover. */
  readonly replicas: number;
  /** Days that daily snapshots are kept; 0 for none. */
  readonly snapshotRetentionDays: number;
  /** Daily, UTC, `hh:mm-hh:mm`; must not overlap with the maintenance. */
  readonly snapshotWindow: string;
  /** Weekly, UTC, `ddd:hh:mm-ddd:hh:mm`. */
  readonly maintenanceWindow: string;
  /**
   * Pulumi's `protect` on replication group, secret and keys; ElastiCache has no deletion
   * protection of its own. To delete: set it to false, `pulumi up`, destroy.
   */
  readonly deletionProtection: boolean;
  /**
   * Name of the snapshot that is taken at deletion. If it is taken already, ElastiCache refuses the
   * deletion and nothing is lost: delete the old one, or set another name here, `pulumi up`,
   * destroy. It needs the group's key (see `EncryptionKey`).
   *
   * @default `<replicationGroupId>-final`
   */
  readonly finalSnapshotIdentifier?: string;
  readonly vpcId: pulumi.Input<string>;
  /** Isolated subnets, in two zones at least if there are replicas. */
  readonly subnetIds: pulumi.Input<string[]>;
  /** Security groups that may connect, by the name of what carries them. */
  readonly clientSecurityGroupIds: Readonly<Record<string, pulumi.Input<string>>>;
  /** Topic of alarms. */
  readonly alarmTopicArn: pulumi.Input<string>;
  /** Days that logs are kept; a retention that CloudWatch accepts. */
  readonly logRetentionDays: number;
  /**
   * KMS key of the log groups; its policy must admit CloudWatch Logs.
   *
   * @default the key that AWS owns
   */
  readonly logKeyArn?: pulumi.Input<string>;
}
