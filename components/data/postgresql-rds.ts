import * as rds from "@pulumi/aws/rds";
import * as pulumi from "@pulumi/pulumi";

import type { PostgresVersion } from "../versions";
import { ClientAccess } from "./client-access";
import { EncryptionKey } from "./encryption-key";
import type { DatabaseEndpoint, SecretReference, Tls } from "./endpoints";
import { rdsEventCategories } from "./rds-alarms";
import type { RdsPostgresqlArgs } from "./postgresql-rds-args";
import { postgresPort, RdsInstance, type RdsInstanceArgs } from "./rds-instance";
import { MasterPassword } from "./rds-master-password";
import { RdsMonitoringRole } from "./rds-monitoring-role";
import { maxConnections } from "./rds-sizing";

/** Master user of every environment: a snapshot of one is restored in another with its users. */
const masterUsername = "dtem";

/** PostgreSQL on Amazon RDS, encrypted, reachable over TLS by named security groups only. */
export class RdsPostgresql extends pulumi.ComponentResource implements DatabaseEndpoint {
  readonly host: pulumi.Output<string>;
  readonly port = postgresPort;
  readonly database: string;
  readonly username = masterUsername;
  readonly secret: SecretReference;
  readonly tls: Tls = "require";
  /** Host of the read replica, if there is one. */
  readonly replicaHost: pulumi.Output<string> | undefined;

  constructor(
    private readonly name: string,
    private readonly args: RdsPostgresqlArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("dtem:data:RdsPostgresql", name, {}, opts);
    const key = this.createKey();
    const common = this.commonArgs(key);
    const password = this.createPassword();
    const primary = this.createPrimary(common, password, this.createOrigin(key));
    const replica = this.createReplica(common, primary);
    this.createEventSubscription(replica === undefined ? [primary] : [primary, replica]);

    this.host = primary.address;
    this.database = args.databaseName;
    this.secret = password.referenceFor(primary);
    this.replicaHost = replica?.address;
    this.registerOutputs({
      host: this.host,
      port: this.port,
      database: this.database,
      username: this.username,
      secret: this.secret,
      tls: this.tls,
      replicaHost: this.replicaHost,
    });
  }

  private createKey(): EncryptionKey {
    return new EncryptionKey(
      `${this.name}-encryption`,
      {
        alias: `${this.args.identifier}-postgresql`,
        description: `Storage, backups and Performance Insights of ${this.args.identifier}`,
        deletionProtection: this.args.deletionProtection,
      },
      { parent: this },
    );
  }

  private createPassword(): MasterPassword {
    return new MasterPassword(
      `${this.name}-master`,
      {
        identifier: this.args.identifier,
        username: masterUsername,
        keeper: this.args.replica === undefined ? "rds" : "stored",
        deletionProtection: this.args.deletionProtection,
      },
      { parent: this },
    );
  }

  /** What primary and replica share. */
  private commonArgs(key: EncryptionKey) {
    const { args, name } = this;
    const access = new ClientAccess(
      `${name}-access`,
      {
        groupName: `${args.identifier}-postgresql`,
        vpcId: args.vpcId,
        port: postgresPort,
        clientSecurityGroupIds: args.clientSecurityGroupIds,
      },
      { parent: this },
    );
    const monitoring =
      args.monitoringIntervalSeconds === 0
        ? undefined
        : new RdsMonitoringRole(
            `${name}-monitoring`,
            { identifier: args.identifier },
            { parent: this },
          );
    return {
      version: args.version,
      storageGiB: args.storageGiB,
      maxStorageGiB: args.maxStorageGiB,
      connections: maxConnections(args.instanceClass),
      maintenanceWindow: args.maintenanceWindow,
      performanceInsightsRetentionDays: args.performanceInsightsRetentionDays,
      monitoringIntervalSeconds: args.monitoringIntervalSeconds,
      monitoringRoleArn: monitoring?.arn,
      keyArn: key.arn,
      securityGroupId: access.securityGroupId,
      alarmTopicArn: args.alarmTopicArn,
      logRetentionDays: args.logRetentionDays,
      logKeyArn: args.logKeyArn,
      deletionProtection: args.deletionProtection,
    } satisfies Partial<RdsInstanceArgs>;
  }

  /**
   * The snapshot to start from, under the instance's own key: restoring keeps the key of a
   * snapshot, and another key than the declared one would ask for a replacement for ever.
   */
  private createOrigin(key: EncryptionKey): rds.SnapshotCopy | undefined {
    const { identifier, restoreFromSnapshot } = this.args;
    if (restoreFromSnapshot === undefined) {
      return undefined;
    }
    return new rds.SnapshotCopy(
      `${this.name}-origin`,
      {
        sourceDbSnapshotIdentifier: restoreFromSnapshot,
        targetDbSnapshotIdentifier: `${identifier}-origin`,
        kmsKeyId: key.arn,
        tags: { Name: `${identifier}-origin` },
      },
      { parent: this, ignoreChanges: ["sourceDbSnapshotIdentifier"] },
    );
  }

  private createPrimary(
    common: ReturnType<RdsPostgresql["commonArgs"]>,
    password: MasterPassword,
    origin: rds.SnapshotCopy | undefined,
  ): rds.Instance {
    const { args, name } = this;
    const subnets = new rds.SubnetGroup(
      `${name}-subnets`,
      {
        name: args.identifier,
        description: `Isolated subnets of ${args.identifier}`,
        subnetIds: args.subnetIds,
        tags: { Name: args.identifier },
      },
      { parent: this },
    );
    return new RdsInstance(
      `${name}-primary`,
      {
        ...common,
        role: "primary",
        identifier: args.identifier,
        instanceClass: args.instanceClass,
        roleInputs: {
          ...password.inputs,
          engine: "postgres",
          // A prefix: RDS compares it with the running version, so no preview asks for a downgrade.
          engineVersion: majorVersion(args.version),
          // A snapshot brings its database and users, and RDS refuses to name them again.
          ...(origin === undefined
            ? { dbName: args.databaseName, username: masterUsername }
            : { snapshotIdentifier: origin.targetDbSnapshotIdentifier }),
          allocatedStorage: args.storageGiB,
          dbSubnetGroupName: subnets.name,
          multiAz: args.multiAz,
          backupRetentionPeriod: args.backupRetentionDays,
          backupWindow: args.backupWindow,
          deleteAutomatedBackups: !args.deletionProtection,
          skipFinalSnapshot: false,
          finalSnapshotIdentifier: args.finalSnapshotIdentifier ?? `${args.identifier}-final`,
        },
      },
      { parent: this },
    ).instance;
  }

  private createReplica(
    common: ReturnType<RdsPostgresql["commonArgs"]>,
    primary: rds.Instance,
  ): rds.Instance | undefined {
    const { identifier, replica } = this.args;
    if (replica === undefined) {
      return undefined;
    }
    return new RdsInstance(
      `${this.name}-replica`,
      {
        ...common,
        role: "replica",
        identifier: `${identifier}-replica`,
        instanceClass: replica.instanceClass,
        // By identifier, in the same region: subnet group, version and storage are the primary's.
        roleInputs: { replicateSourceDb: primary.identifier, skipFinalSnapshot: true },
      },
      { parent: this },
    ).instance;
  }

  private createEventSubscription(instances: readonly rds.Instance[]): void {
    new rds.EventSubscription(
      `${this.name}-events`,
      {
        name: this.args.identifier,
        snsTopic: this.args.alarmTopicArn,
        sourceType: "db-instance",
        sourceIds: instances.map((instance) => instance.identifier),
        eventCategories: [...rdsEventCategories],
        tags: { Name: this.args.identifier },
      },
      { parent: this },
    );
  }
}

/** `17` of `17.7`. */
function majorVersion(version: PostgresVersion): string {
  return version.slice(0, version.indexOf("."));
}
