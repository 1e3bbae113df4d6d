import type * as pulumi from "@pulumi/pulumi";

import type { PostgresVersion } from "../versions";

/** Arguments of `RdsPostgresql`. Windows are UTC; ids and ARNs come from other stages. */
export interface RdsPostgresqlArgs {
  /** Identifier of the instance, for example `dtem-prod`; also prefixes what belongs to it. */
  readonly identifier: string;
  /**
   * Database that is created with the instance. Fixed from then on: a later change is ignored
   * rather than answered with a new, empty instance. With {@link restoreFromSnapshot}, a database
   * of this name must be in the snapshot.
   */
  readonly databaseName: string;
  /** Its major part goes to RDS, the minor belongs to RDS's upgrades (docs/decisions/0002). */
  readonly version: PostgresVersion;
  /** For example `db.m7g.large`; must be known to `memoryGiB`. */
  readonly instanceClass: string;
  /** Initial storage (gp3), GiB. Growth by autoscaling is not seen as drift. */
  readonly storageGiB: number;
  /** Where storage autoscaling stops, GiB; equal to {@link storageGiB} for none. */
  readonly maxStorageGiB: number;
  /** Synchronous standby in a second zone, with automatic failover. */
  readonly multiAz: boolean;
  /** Days of daily backups and of point-in-time recovery, 1 to 35. */
  readonly backupRetentionDays: number;
  /** Daily, UTC, `hh:mm-hh:mm`; must not overlap with {@link maintenanceWindow}. */
  readonly backupWindow: string;
  /** Weekly, UTC, `ddd:hh:mm-ddd:hh:mm`. Changes and minor upgrades are applied in it. */
  readonly maintenanceWindow: string;
  /** 7 (free of charge), a multiple of 31, or 731. */
  readonly performanceInsightsRetentionDays: number;
  /** Interval of enhanced monitoring; 0 turns it off. */
  readonly monitoringIntervalSeconds: 0 | 1 | 5 | 10 | 15 | 30 | 60;
  /**
   * RDS's own deletion protection and Pulumi's `protect` on instance, replica and keys; automated
   * backups then outlive the instance as well. To delete: set it to false, `pulumi up`, destroy.
   */
  readonly deletionProtection: boolean;
  /**
   * Snapshot (identifier, or ARN if shared by another account) that a new instance starts from.
   * Read once, when the instance is created: setting, changing or removing it later never touches
   * the running database. To load another one, delete the instance
   * (`pulumi destroy --target <urn> --target-dependents`) and run `pulumi up`.
   */
  readonly restoreFromSnapshot?: string;
  /**
   * Name of the snapshot that is taken when the instance is deleted. If one of this name is there
   * already, from an earlier life of the stack, RDS refuses the deletion and nothing is lost:
   * rename by copying and deleting the old one, or set another name here, `pulumi up`, destroy.
   *
   * It is encrypted with the instance's key. If that goes too, copy the snapshot under another key
   * within the 30 days that the key waits for its deletion.
   *
   * @default `<identifier>-final`
   */
  readonly finalSnapshotIdentifier?: string;
  /**
   * Read replica. AWS allows none while it manages the master password, so with a replica the
   * password is made by the program and held by its state, encrypted (docs/decisions/0002).
   */
  readonly replica?: { readonly instanceClass: string };
  readonly vpcId: pulumi.Input<string>;
  /** Isolated subnets in at least two zones. */
  readonly subnetIds: pulumi.Input<string[]>;
  /** Security groups that may connect, by the name of what carries them. */
  readonly clientSecurityGroupIds: Readonly<Record<string, pulumi.Input<string>>>;
  /** Topic of alarms and RDS events. */
  readonly alarmTopicArn: pulumi.Input<string>;
  /** Days that exported logs are kept; a retention that CloudWatch accepts. */
  readonly logRetentionDays: number;
  /**
   * KMS key of the log groups; its policy must admit CloudWatch Logs.
   *
   * @default the key that AWS owns
   */
  readonly logKeyArn?: pulumi.Input<string>;
}
