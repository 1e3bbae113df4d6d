import assert from "node:assert/strict";

import { RdsPostgresql } from "../../components/data/postgresql-rds";
import { managedSecretArn } from "../../components/data/rds-master-password";
import type { RdsPostgresqlArgs } from "../../components/data/postgresql-rds-args";
import { valueOf, withMocks } from "../support/program";
import { compare, protectedNames } from "./compare";
import { remembered } from "./remembered";

const topic = "arn:aws:sns:sa-east-1:123456789012:alarms";

const args: RdsPostgresqlArgs = {
  identifier: "dtem-prod",
  databaseName: "dtem_prod",
  version: "17.7",
  instanceClass: "db.m7g.large",
  storageGiB: 100,
  maxStorageGiB: 500,
  multiAz: true,
  backupRetentionDays: 35,
  backupWindow: "05:00-06:00",
  maintenanceWindow: "sun:06:30-sun:07:30",
  performanceInsightsRetentionDays: 7,
  monitoringIntervalSeconds: 60,
  deletionProtection: true,
  vpcId: "vpc-1",
  subnetIds: ["subnet-a", "subnet-b"],
  clientSecurityGroupIds: { nodes: "sg-nodes" },
  alarmTopicArn: topic,
  logRetentionDays: 90,
};

const run = remembered((changes: Partial<RdsPostgresqlArgs> = {}, preview?: boolean) =>
  withMocks(() => new RdsPostgresql("db", { ...args, ...changes }), { preview }),
);

const keyArn = (name: string) => `arn:aws:kms:sa-east-1:123456789012:key/${name}`;

describe("data: RdsPostgresql", () => {
  it("declares the instance exactly", async () => {
    const program = await run();
    assert.equal(program.ofType("aws:rds/instance:Instance").length, 1);
    assert.deepEqual(program.get("db-primary-instance").inputs, {
      identifier: "dtem-prod",
      engine: "postgres",
      // The major version only, so that RDS's minor upgrades are no drift.
      engineVersion: "17",
      instanceClass: "db.m7g.large",
      dbName: "dtem_prod",
      username: "dtem",
      manageMasterUserPassword: true,
      masterUserSecretKmsKeyId: keyArn("db-master-encryption-key"),
      allocatedStorage: 100,
      maxAllocatedStorage: 500,
      storageType: "gp3",
      storageEncrypted: true,
      kmsKeyId: keyArn("db-encryption-key"),
      multiAz: true,
      port: 5432,
      publiclyAccessible: false,
      dbSubnetGroupName: "dtem-prod",
      vpcSecurityGroupIds: ["sg-db-access-group"],
      parameterGroupName: "dtem-prod-postgres17",
      caCertIdentifier: "rds-ca-rsa2048-g1",
      backupRetentionPeriod: 35,
      backupWindow: "05:00-06:00",
      maintenanceWindow: "sun:06:30-sun:07:30",
      applyImmediately: false,
      autoMinorVersionUpgrade: true,
      allowMajorVersionUpgrade: false,
      copyTagsToSnapshot: true,
      deletionProtection: true,
      deleteAutomatedBackups: false,
      skipFinalSnapshot: false,
      finalSnapshotIdentifier: "dtem-prod-final",
      performanceInsightsEnabled: true,
      performanceInsightsKmsKeyId: keyArn("db-encryption-key"),
      performanceInsightsRetentionPeriod: 7,
      monitoringInterval: 60,
      monitoringRoleArn: "arn:aws:iam::123456789012:role/db-monitoring-role",
      enabledCloudwatchLogsExports: ["postgresql", "upgrade"],
      tags: { Name: "dtem-prod" },
    });
  });

  it("is reachable from the named clients on 5432 only, and has no egress rule", async () => {
    const program = await run({ clientSecurityGroupIds: { nodes: "sg-nodes", bastion: "sg-b" } });
    assert.deepEqual(program.get("db-access-group").inputs, {
      description: "Clients of dtem-prod-postgresql",
      vpcId: "vpc-1",
      tags: { Name: "dtem-prod-postgresql" },
    });
    const rules = program.ofType("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule");
    assert.deepEqual(rules.map((rule) => rule.inputs.referencedSecurityGroupId).sort(), [
      "sg-b",
      "sg-nodes",
    ]);
    assert.deepEqual(program.get("db-access-from-nodes").inputs, {
      securityGroupId: "sg-db-access-group",
      description: "From nodes",
      ipProtocol: "tcp",
      fromPort: 5432,
      toPort: 5432,
      referencedSecurityGroupId: "sg-nodes",
      tags: { Name: "dtem-prod-postgresql-from-nodes" },
    });
    assert.deepEqual(
      program.resources.filter((resource) => /egress/i.test(resource.type)),
      [],
    );
  });

  it("sits in the given subnets", async () => {
    assert.deepEqual((await run()).get("db-subnets").inputs, {
      name: "dtem-prod",
      description: "Isolated subnets of dtem-prod",
      subnetIds: ["subnet-a", "subnet-b"],
      tags: { Name: "dtem-prod" },
    });
  });

  it("takes family and name of the parameter group from the version", async () => {
    const [seventeen, sixteen] = [await run(), await run({ version: "16.11" })];
    assert.equal(seventeen.get("db-primary-parameters").inputs.family, "postgres17");
    assert.equal(sixteen.get("db-primary-parameters").inputs.name, "dtem-prod-postgres16");
    assert.deepEqual(compare(seventeen, sixteen), [
      "~ db-primary-instance: engineVersion, parameterGroupName",
      "~ db-primary-parameters: family, name, tags",
    ]);
  });

  it("has log groups with retention before RDS could make them without", async () => {
    const program = await run();
    for (const log of ["postgresql", "upgrade"]) {
      assert.deepEqual(program.get(`db-primary-log-${log}`).inputs, {
        name: `/aws/rds/instance/dtem-prod/${log}`,
        retentionInDays: 90,
      });
      assert.ok(program.waitsFor("db-primary-instance", `db-primary-log-${log}`));
    }
    const encrypted = await run({ logKeyArn: "arn:aws:kms:sa-east-1:123456789012:key/logs" });
    assert.deepEqual(compare(program, encrypted), [
      "~ db-primary-log-postgresql: kmsKeyId",
      "~ db-primary-log-upgrade: kmsKeyId",
    ]);
  });

  it("hands over the monitoring role with its permission, and none for interval 0", async () => {
    const program = await run();
    assert.ok(program.waitsFor("db-primary-instance", "db-monitoring-permission"));
    assert.equal(
      program.get("db-monitoring-permission").inputs.policyArn,
      "arn:aws:iam::aws:policy/service-role/AmazonRDSEnhancedMonitoringRole",
    );
    assert.deepEqual(compare(program, await run({ monitoringIntervalSeconds: 0 })), [
      "- db-monitoring",
      "- db-monitoring-permission",
      "- db-monitoring-role",
      "~ db-primary-instance: (dependencies), monitoringInterval, monitoringRoleArn",
    ]);
  });

  it("alarms on the instance, and tells the topic of alarm and recovery", async () => {
    const program = await run();
    assert.deepEqual(program.names("aws:cloudwatch/metricAlarm:MetricAlarm"), [
      "db-primary-connections",
      "db-primary-cpu",
      "db-primary-free-storage",
      "db-primary-freeable-memory",
    ]);
    const { alarmDescription, ...inputs } = program.get("db-primary-connections").inputs;
    assert.match(String(alarmDescription), /80 % of the 682 connections/);
    assert.deepEqual(inputs, {
      name: "dtem-prod-postgresql-connections",
      namespace: "AWS/RDS",
      metricName: "DatabaseConnections",
      dimensions: { DBInstanceIdentifier: "dtem-prod" },
      statistic: "Maximum",
      comparisonOperator: "GreaterThanThreshold",
      threshold: 545,
      period: 60,
      evaluationPeriods: 5,
      datapointsToAlarm: 5,
      treatMissingData: "missing",
      alarmActions: [topic],
      okActions: [topic],
    });
    assert.equal(
      program.get("db-primary-free-storage").inputs.comparisonOperator,
      "LessThanThreshold",
    );
  });

  it("subscribes the topic to the events that matter", async () => {
    const { eventCategories, ...inputs } = (await run()).get("db-events").inputs;
    assert.deepEqual(inputs, {
      name: "dtem-prod",
      snsTopic: topic,
      sourceType: "db-instance",
      sourceIds: ["dtem-prod"],
      tags: { Name: "dtem-prod" },
    });
    for (const category of ["backup", "failover", "failure", "low storage"]) {
      assert.ok((eventCategories as string[]).includes(category), category);
    }
  });

  it("protects instance and keys if and only if asked to", async () => {
    const [on, off] = [await run(), await run({ deletionProtection: false })];
    assert.deepEqual(protectedNames(on), [
      "db-encryption-key",
      "db-master-encryption-key",
      "db-primary-instance",
    ]);
    assert.deepEqual(compare(on, off), [
      "~ db-encryption-key: (protect)",
      "~ db-master-encryption-key: (protect)",
      "~ db-primary-instance: (protect), deleteAutomatedBackups, deletionProtection",
    ]);
    assert.ok(on.resources.every((resource) => !resource.retainOnDelete));
  });

  it("starts from a copy of a snapshot under its own key, without naming database and user", async () => {
    const [fresh, restored] = [await run(), await run({ restoreFromSnapshot: "anonymised-1" })];
    assert.deepEqual(compare(fresh, restored), [
      "+ db-origin",
      "~ db-primary-instance: (dependencies), dbName, snapshotIdentifier, username",
    ]);
    assert.deepEqual(restored.get("db-origin").inputs, {
      sourceDbSnapshotIdentifier: "anonymised-1",
      targetDbSnapshotIdentifier: "dtem-prod-origin",
      kmsKeyId: keyArn("db-encryption-key"),
      tags: { Name: "dtem-prod-origin" },
    });
    assert.equal(restored.get("db-primary-instance").inputs.snapshotIdentifier, "dtem-prod-origin");
  });

  it("never replaces a live database for what is fixed at its creation", async () => {
    for (const program of [await run(), await run({ restoreFromSnapshot: "anonymised-1" })]) {
      assert.deepEqual(program.get("db-primary-instance").ignoreChanges, [
        "snapshotIdentifier",
        "dbName",
        "username",
      ]);
    }
    assert.deepEqual(
      (await run({ restoreFromSnapshot: "anonymised-1" })).get("db-origin").ignoreChanges,
      ["sourceDbSnapshotIdentifier"],
    );
  });

  it("names the final snapshot as told", async () => {
    assert.deepEqual(
      compare(await run(), await run({ finalSnapshotIdentifier: "dtem-prod-final-2" })),
      ["~ db-primary-instance: finalSnapshotIdentifier"],
    );
  });

  it("leaves the password to RDS, and answers where it is kept", async () => {
    const program = await run();
    assert.deepEqual(program.names("random:index/randomPassword:RandomPassword"), []);
    assert.deepEqual(
      program.resources.flatMap((resource) => resource.secretInputs),
      [],
    );
    const { host, port, database, username, tls, secret, replicaHost } = program.result;
    assert.deepEqual(await valueOf({ host, port, database, username, tls, replicaHost }), {
      host: "dtem-prod.abcdefghijkl.sa-east-1.rds.amazonaws.com",
      port: 5432,
      database: "dtem_prod",
      username: "dtem",
      tls: "require",
      replicaHost: undefined,
    });
    assert.equal(secret.store, "aws-secrets-manager");
    assert.equal(
      await valueOf(secret.name),
      "arn:aws:secretsmanager:sa-east-1:123456789012:secret:rds!db-dtem-prod",
    );
  });

  it("says so when RDS reports no managed secret", () => {
    assert.throws(() => managedSecretArn([]), /RDS reports no master password in its keeping/);
  });

  it("refuses an instance class of unknown size before anything is declared", async () => {
    await assert.rejects(run({ instanceClass: "db.z9.large" }), /db\.z9\.large: memory unknown/);
  });

  it("registers the same in a preview, with and without replica and snapshot", async () => {
    for (const changes of [
      {},
      { replica: { instanceClass: "db.m7g.large" }, restoreFromSnapshot: "s" },
    ]) {
      const urns = async (preview: boolean) =>
        (await run(changes, preview)).resources.map((resource) => resource.urn).sort();
      assert.deepEqual(await urns(true), await urns(false));
    }
  });
});

describe("data: RdsPostgresql with a read replica", () => {
  const replica = { instanceClass: "db.t4g.medium" };

  it("makes a second instance that differs in what a replica must not or need not have", async () => {
    const program = await run({ replica });
    const primary = program.get("db-primary-instance").inputs;
    const { engine, engineVersion, dbName, username, password, allocatedStorage, ...shared } = {
      ...primary,
    };
    for (const key of [
      "multiAz",
      "backupRetentionPeriod",
      "backupWindow",
      "dbSubnetGroupName",
      "deleteAutomatedBackups",
      "finalSnapshotIdentifier",
    ]) {
      delete shared[key];
    }
    assert.deepEqual(
      [engine, engineVersion, dbName, username, password, allocatedStorage],
      ["postgres", "17", "dtem_prod", "dtem", "password-of-db-master-password", 100],
    );
    assert.deepEqual(program.get("db-replica-instance").inputs, {
      ...shared,
      identifier: "dtem-prod-replica",
      instanceClass: "db.t4g.medium",
      parameterGroupName: "dtem-prod-replica-postgres17",
      replicateSourceDb: "dtem-prod",
      skipFinalSnapshot: true,
      tags: { Name: "dtem-prod-replica" },
    });
    assert.ok(program.waitsFor("db-replica-instance", "db-primary-instance"));
    assert.equal(program.get("db-replica-instance").protect, true);
  });

  it("gives the replica as many connections as its primary, whatever its size", async () => {
    const program = await run({ replica });
    const connections = ["db-primary-parameters", "db-replica-parameters"].map((name) => {
      const parameters = program.get(name).inputs.parameters as { name: string; value: string }[];
      return parameters.find((parameter) => parameter.name === "max_connections")?.value;
    });
    assert.deepEqual(connections, ["682", "682"]);
    // Memory, on the other hand, is its own.
    assert.equal(program.get("db-replica-freeable-memory").inputs.threshold, 429_496_729);
  });

  it("watches the replica's lag and events too", async () => {
    const program = await run({ replica });
    const { metricName, dimensions, treatMissingData } =
      program.get("db-replica-replica-lag").inputs;
    assert.deepEqual(
      { metricName, dimensions, treatMissingData },
      {
        metricName: "ReplicaLag",
        dimensions: { DBInstanceIdentifier: "dtem-prod-replica" },
        treatMissingData: "breaching",
      },
    );
    assert.deepEqual(program.get("db-events").inputs.sourceIds, ["dtem-prod", "dtem-prod-replica"]);
  });

  it("keeps the password itself, since AWS allows no managed one: in Secrets Manager, as a secret", async () => {
    const program = await run({ replica });
    const instance = program.get("db-primary-instance");
    assert.equal(instance.inputs.manageMasterUserPassword, undefined);
    assert.deepEqual(instance.secretInputs, ["password"]);
    const value = program.get("db-master-stored-value");
    assert.deepEqual(value.secretInputs, ["secretString"]);
    assert.deepEqual(JSON.parse(String(value.inputs.secretString)), {
      username: "dtem",
      password: "password-of-db-master-password",
    });
    assert.equal(
      await valueOf(program.result.secret.name),
      "arn:aws:secretsmanager:sa-east-1:123456789012:secret:db-master-stored-secret-AbCdEf",
    );
    assert.equal(
      await valueOf(program.result.replicaHost),
      "dtem-prod-replica.abcdefghijkl.sa-east-1.rds.amazonaws.com",
    );
  });
});
