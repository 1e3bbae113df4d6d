import * as cloudwatch from "@pulumi/aws/cloudwatch";
import * as rds from "@pulumi/aws/rds";
import * as pulumi from "@pulumi/pulumi";

import { type PostgresVersion, postgresReleases } from "../versions";
import { createMetricAlarm } from "./metric-alarm";
import { rdsConditions } from "./rds-alarms";
import { type DatabaseRole, databaseParameters } from "./rds-parameters";

/** TCP port of PostgreSQL. */
export const postgresPort = 5432;

/** Logs of RDS for PostgreSQL that can be exported to CloudWatch. */
const exportedLogs = ["postgresql", "upgrade"] as const;

/** Arguments of {@link RdsInstance}; see `RdsPostgresqlArgs` for those of the same name. */
export interface RdsInstanceArgs {
  readonly role: DatabaseRole;
  readonly identifier: string;
  readonly version: PostgresVersion;
  readonly instanceClass: string;
  readonly storageGiB: number;
  readonly maxStorageGiB: number;
  /** `max_connections`. */
  readonly connections: number;
  readonly maintenanceWindow: string;
  readonly performanceInsightsRetentionDays: number;
  readonly monitoringIntervalSeconds: number;
  /** Required unless the interval is 0. */
  readonly monitoringRoleArn: pulumi.Input<string> | undefined;
  /** Key of storage, backups and Performance Insights. */
  readonly keyArn: pulumi.Input<string>;
  readonly securityGroupId: pulumi.Input<string>;
  readonly alarmTopicArn: pulumi.Input<string>;
  readonly logRetentionDays: number;
  readonly logKeyArn?: pulumi.Input<string>;
  readonly deletionProtection: boolean;
  /** Inputs that only an instance of this role has. */
  readonly roleInputs: Partial<rds.InstanceArgs>;
}

/** Inputs of which a change would replace the instance, that is, drop a live database. */
const fixedAtCreation = ["snapshotIdentifier", "dbName", "username"];

/**
 * One RDS instance with what belongs to it alone: parameter group, log groups, alarms.
 *
 * A primary and its replica differ only in role, class and `roleInputs`.
 */
export class RdsInstance extends pulumi.ComponentResource {
  readonly instance: rds.Instance;

  constructor(
    private readonly name: string,
    private readonly args: RdsInstanceArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("dtem:data:RdsInstance", name, {}, opts);
    const parameters = this.createParameters();
    const logs = this.createLogGroups();
    this.instance = this.createInstance(parameters, logs);
    this.createAlarms();
    this.registerOutputs({ address: this.instance.address });
  }

  private createParameters(): rds.ParameterGroup {
    const { identifier, version, role, connections } = this.args;
    // The family in the name lets a group of the next major version exist beside this one.
    const family = postgresReleases[version].parameterGroupFamily;
    return new rds.ParameterGroup(
      `${this.name}-parameters`,
      {
        name: `${identifier}-${family}`,
        family,
        description: `Parameters of ${identifier}`,
        parameters: databaseParameters(role, connections),
        tags: { Name: `${identifier}-${family}` },
      },
      { parent: this },
    );
  }

  private createLogGroups(): cloudwatch.LogGroup[] {
    const { identifier, logRetentionDays, logKeyArn } = this.args;
    return exportedLogs.map(
      (log) =>
        new cloudwatch.LogGroup(
          `${this.name}-log-${log}`,
          {
            name: `/aws/rds/instance/${identifier}/${log}`,
            retentionInDays: logRetentionDays,
            kmsKeyId: logKeyArn,
          },
          { parent: this },
        ),
    );
  }

  private createInstance(
    parameters: rds.ParameterGroup,
    logs: cloudwatch.LogGroup[],
  ): rds.Instance {
    const { args } = this;
    return new rds.Instance(
      `${this.name}-instance`,
      {
        identifier: args.identifier,
        instanceClass: args.instanceClass,
        parameterGroupName: parameters.name,
        port: postgresPort,
        publiclyAccessible: false,
        vpcSecurityGroupIds: [args.securityGroupId],
        caCertIdentifier: "rds-ca-rsa2048-g1",
        storageType: "gp3",
        storageEncrypted: true,
        kmsKeyId: args.keyArn,
        maxAllocatedStorage: args.maxStorageGiB,
        copyTagsToSnapshot: true,
        deletionProtection: args.deletionProtection,
        maintenanceWindow: args.maintenanceWindow,
        applyImmediately: false,
        autoMinorVersionUpgrade: true,
        allowMajorVersionUpgrade: false,
        performanceInsightsEnabled: true,
        performanceInsightsKmsKeyId: args.keyArn,
        performanceInsightsRetentionPeriod: args.performanceInsightsRetentionDays,
        monitoringInterval: args.monitoringIntervalSeconds,
        monitoringRoleArn: args.monitoringRoleArn,
        enabledCloudwatchLogsExports: [...exportedLogs],
        tags: { Name: args.identifier },
        ...args.roleInputs,
      },
      {
        parent: this,
        protect: args.deletionProtection,
        // RDS would make the log groups itself, without a retention, if they were not there first.
        dependsOn: logs,
        ignoreChanges: fixedAtCreation,
        // Restoring or replicating a large database takes longer than the provider's 40 minutes.
        customTimeouts: { create: "120m", update: "120m", delete: "120m" },
      },
    );
  }

  private createAlarms(): void {
    for (const condition of rdsConditions(this.args)) {
      createMetricAlarm(
        this.name,
        {
          subject: `${this.args.identifier}-postgresql`,
          namespace: "AWS/RDS",
          dimensions: { DBInstanceIdentifier: this.instance.identifier },
          topicArn: this.args.alarmTopicArn,
          condition,
        },
        { parent: this },
      );
    }
  }
}
