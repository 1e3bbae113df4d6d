import assert from "node:assert/strict";

import { ElastiCacheRedis } from "../../components/data/redis-elasticache";
import type { ElastiCacheRedisArgs } from "../../components/data/redis-elasticache-args";
import { valueOf, withMocks } from "../support/program";
import { compare, protectedNames } from "./compare";
import { remembered } from "./remembered";

const topic = "arn:aws:sns:sa-east-1:123456789012:alarms";

const args: ElastiCacheRedisArgs = {
  replicationGroupId: "dtem-prod",
  version: "8.1",
  nodeType: "cache.m7g.large",
  replicas: 1,
  snapshotRetentionDays: 7,
  snapshotWindow: "04:00-05:00",
  maintenanceWindow: "sun:07:30-sun:08:30",
  deletionProtection: true,
  vpcId: "vpc-1",
  subnetIds: ["subnet-a", "subnet-b"],
  clientSecurityGroupIds: { nodes: "sg-nodes" },
  alarmTopicArn: topic,
  logRetentionDays: 90,
};

const run = remembered((changes: Partial<ElastiCacheRedisArgs> = {}, preview?: boolean) =>
  withMocks(() => new ElastiCacheRedis("redis", { ...args, ...changes }), { preview }),
);

const keyArn = (name: string) => `arn:aws:kms:sa-east-1:123456789012:key/${name}`;

describe("data: ElastiCacheRedis", () => {
  it("declares the replication group exactly, with the token as a secret", async () => {
    const group = (await run()).get("redis-group");
    assert.deepEqual(group.inputs, {
      replicationGroupId: "dtem-prod",
      description: "DTEM queues, sessions and caches (dtem-prod)",
      engine: "valkey",
      engineVersion: "8.1",
      autoMinorVersionUpgrade: false,
      nodeType: "cache.m7g.large",
      port: 6379,
      clusterMode: "disabled",
      numCacheClusters: 2,
      automaticFailoverEnabled: true,
      multiAzEnabled: true,
      parameterGroupName: "dtem-prod-valkey8",
      subnetGroupName: "dtem-prod",
      securityGroupIds: ["sg-redis-access-group"],
      atRestEncryptionEnabled: true,
      kmsKeyId: keyArn("redis-encryption-key"),
      transitEncryptionEnabled: true,
      transitEncryptionMode: "required",
      authToken: "password-of-redis-token",
      authTokenUpdateStrategy: "ROTATE",
      snapshotRetentionLimit: 7,
      snapshotWindow: "04:00-05:00",
      finalSnapshotIdentifier: "dtem-prod-final",
      maintenanceWindow: "sun:07:30-sun:08:30",
      applyImmediately: false,
      logDeliveryConfigurations: [
        {
          destination: "/aws/elasticache/dtem-prod/slow-log",
          destinationType: "cloudwatch-logs",
          logFormat: "json",
          logType: "slow-log",
        },
        {
          destination: "/aws/elasticache/dtem-prod/engine-log",
          destinationType: "cloudwatch-logs",
          logFormat: "json",
          logType: "engine-log",
        },
      ],
      tags: { Name: "dtem-prod" },
    });
    assert.deepEqual(group.secretInputs, ["authToken"]);
  });

  it("draws a token that ElastiCache and URLs take: 16 to 128 letters and digits", async () => {
    assert.deepEqual((await run()).get("redis-token").inputs, { length: 64, special: false });
  });

  it("evicts nothing: the queue of documents is in there", async () => {
    assert.deepEqual((await run()).get("redis-parameters").inputs, {
      name: "dtem-prod-valkey8",
      family: "valkey8",
      description: "Parameters of dtem-prod",
      parameters: [
        { name: "maxmemory-policy", value: "noeviction" },
        { name: "slowlog-log-slower-than", value: "10000" },
      ],
      tags: { Name: "dtem-prod-valkey8" },
    });
  });

  it("keeps host, port and token in Secrets Manager under a key of their own", async () => {
    const program = await run();
    const value = program.get("redis-token-store-value");
    assert.deepEqual(value.secretInputs, ["secretString"]);
    assert.deepEqual(JSON.parse(String(value.inputs.secretString)), {
      host: "master.dtem-prod.abcdef.sae1.cache.amazonaws.com",
      port: 6379,
      password: "password-of-redis-token",
    });
    assert.deepEqual(program.get("redis-token-store-secret").inputs, {
      namePrefix: "dtem-prod-redis-token-",
      description: "Endpoint and auth token of dtem-prod",
      kmsKeyId: keyArn("redis-token-store-encryption-key"),
      recoveryWindowInDays: 30,
      tags: { Name: "dtem-prod-redis-token" },
    });
  });

  it("answers with the primary and a reference, not with the token", async () => {
    const { host, port, tls, secret } = (await run()).result;
    assert.deepEqual(await valueOf({ host, port, tls, secret }), {
      host: "master.dtem-prod.abcdef.sae1.cache.amazonaws.com",
      port: 6379,
      tls: "require",
      secret: {
        store: "aws-secrets-manager",
        name: "arn:aws:secretsmanager:sa-east-1:123456789012:secret:redis-token-store-secret-AbCdEf",
      },
    });
  });

  it("is reachable from the named clients on 6379 only", async () => {
    const program = await run();
    const rules = program.ofType("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule");
    assert.deepEqual(
      rules.map(({ inputs }) => [inputs.referencedSecurityGroupId, inputs.fromPort, inputs.toPort]),
      [["sg-nodes", 6379, 6379]],
    );
    assert.equal(program.get("redis-access-group").inputs.egress, undefined);
  });

  it("has failover over zones with a replica, and neither without", async () => {
    const [one, none] = [await run(), await run({ replicas: 0 })];
    assert.deepEqual(compare(one, none), [
      "- redis-002-connections",
      "- redis-002-engine-cpu",
      "- redis-002-evictions",
      "- redis-002-memory",
      "- redis-002-replication-lag",
      "~ redis-group: automaticFailoverEnabled, multiAzEnabled, numCacheClusters",
    ]);
    const { automaticFailoverEnabled, multiAzEnabled, numCacheClusters } =
      none.get("redis-group").inputs;
    assert.deepEqual(
      { automaticFailoverEnabled, multiAzEnabled, numCacheClusters },
      { automaticFailoverEnabled: false, multiAzEnabled: false, numCacheClusters: 1 },
    );
  });

  it("watches every node for CPU, memory, evictions, lag and connections", async () => {
    const program = await run({ replicas: 2 });
    const alarms = program.ofType("aws:cloudwatch/metricAlarm:MetricAlarm");
    assert.equal(alarms.length, 15);
    const nodes = new Set(
      alarms.map(({ inputs }) => (inputs.dimensions as Record<string, string>).CacheClusterId),
    );
    assert.deepEqual([...nodes].sort(), ["dtem-prod-001", "dtem-prod-002", "dtem-prod-003"]);
    assert.deepEqual(
      alarms
        .filter((alarm) => alarm.name.startsWith("redis-003-"))
        .map(({ inputs }) => `${String(inputs.metricName)} ${String(inputs.threshold)}`)
        .sort(),
      [
        "CurrConnections 5000",
        "DatabaseMemoryUsagePercentage 80",
        "EngineCPUUtilization 80",
        "Evictions 0",
        "ReplicationLag 30",
      ],
    );
    for (const { inputs } of alarms) {
      assert.deepEqual([inputs.alarmActions, inputs.okActions], [[topic], [topic]]);
      assert.equal(inputs.comparisonOperator, "GreaterThanThreshold");
    }
  });

  it("has log groups with retention, which the group waits for", async () => {
    const program = await run();
    for (const log of ["slow-log", "engine-log"]) {
      assert.deepEqual(program.get(`redis-log-${log}`).inputs, {
        name: `/aws/elasticache/dtem-prod/${log}`,
        retentionInDays: 90,
      });
      assert.ok(program.waitsFor("redis-group", `redis-log-${log}`));
    }
  });

  it("protects group, secret and keys if and only if asked to", async () => {
    const [on, off] = [await run(), await run({ deletionProtection: false })];
    assert.deepEqual(protectedNames(on), [
      "redis-encryption-key",
      "redis-group",
      "redis-token-store-encryption-key",
      "redis-token-store-secret",
    ]);
    assert.deepEqual(compare(on, off), [
      "~ redis-encryption-key: (protect)",
      "~ redis-group: (protect)",
      "~ redis-token-store-encryption-key: (protect)",
      "~ redis-token-store-secret: (protect), recoveryWindowInDays",
    ]);
  });

  it("refuses a number of replicas that ElastiCache does not take", async () => {
    for (const replicas of [-1, 6, 1.5]) {
      await assert.rejects(run({ replicas }), new RegExp(`replicas: got ${replicas}, need 0 to 5`));
    }
  });

  it("registers the same in a preview", async () => {
    const urns = async (preview: boolean) =>
      (await run({}, preview)).resources.map((resource) => resource.urn).sort();
    assert.deepEqual(await urns(true), await urns(false));
  });
});
