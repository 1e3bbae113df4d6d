import * as cloudwatch from "@pulumi/aws/cloudwatch";
import * as elasticache from "@pulumi/aws/elasticache";
import * as pulumi from "@pulumi/pulumi";
import { RandomPassword } from "@pulumi/random";

import { valkeyReleases } from "../versions";
import { cacheConditions } from "./cache-alarms";
import { ClientAccess } from "./client-access";
import { EncryptionKey } from "./encryption-key";
import type { CacheEndpoint, SecretReference, Tls } from "./endpoints";
import { createMetricAlarm } from "./metric-alarm";
import type { ElastiCacheRedisArgs } from "./redis-elasticache-args";
import { StoredSecret } from "./stored-secret";

const port = 6379;

/** Logs that ElastiCache delivers. */
const logTypes = ["slow-log", "engine-log"] as const;

/**
 * Redis on Amazon ElastiCache for Valkey (docs/decisions/0001): one shard, encrypted at rest and in
 * transit, with an auth token in Secrets Manager.
 *
 * To change the token, `pulumi up --replace` its `RandomPassword`: `ROTATE` makes the new token
 * valid beside the old one, the secret follows, and the services take it up when they next read it.
 * The old token ends with the following rotation.
 */
export class ElastiCacheRedis extends pulumi.ComponentResource implements CacheEndpoint {
  readonly host: pulumi.Output<string>;
  readonly port = port;
  readonly secret: SecretReference;
  readonly tls: Tls = "require";
  /** Host that spreads reads over the replicas; the primary's if there are none. */
  readonly readerHost: pulumi.Output<string>;

  constructor(
    private readonly name: string,
    private readonly args: ElastiCacheRedisArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("dtem:data:ElastiCacheRedis", name, {}, opts);
    if (!Number.isInteger(args.replicas) || args.replicas < 0 || args.replicas > 5) {
      throw new pulumi.ResourceError(`replicas: got ${args.replicas}, need 0 to 5`, this);
    }
    // ElastiCache takes 16 to 128 characters; letters and digits need no escaping anywhere.
    const token = new RandomPassword(
      `${name}-token`,
      { length: 64, special: false },
      { parent: this },
    );
    const group = this.createGroup(token.result);
    this.createAlarms(group);

    this.host = group.primaryEndpointAddress;
    this.readerHost = group.readerEndpointAddress;
    this.secret = { store: "aws-secrets-manager", name: this.storeToken(token.result).arn };
    this.registerOutputs({
      host: this.host,
      port: this.port,
      secret: this.secret,
      tls: this.tls,
      readerHost: this.readerHost,
    });
  }

  private createGroup(token: pulumi.Output<string>): elasticache.ReplicationGroup {
    const { args, name } = this;
    const highlyAvailable = args.replicas > 0;
    const key = new EncryptionKey(
      `${name}-encryption`,
      {
        alias: `${args.replicationGroupId}-redis`,
        description: `Data at rest and snapshots of ${args.replicationGroupId}`,
        deletionProtection: args.deletionProtection,
      },
      { parent: this },
    );
    const access = new ClientAccess(
      `${name}-access`,
      {
        groupName: `${args.replicationGroupId}-redis`,
        vpcId: args.vpcId,
        port,
        clientSecurityGroupIds: args.clientSecurityGroupIds,
      },
      { parent: this },
    );
    const subnets = new elasticache.SubnetGroup(
      `${name}-subnets`,
      {
        name: args.replicationGroupId,
        description: `Isolated subnets of ${args.replicationGroupId}`,
        subnetIds: args.subnetIds,
        tags: { Name: args.replicationGroupId },
      },
      { parent: this },
    );
    return new elasticache.ReplicationGroup(
      `${name}-group`,
      {
        replicationGroupId: args.replicationGroupId,
        description: `DTEM queues, sessions and caches (${args.replicationGroupId})`,
        engine: "valkey",
        engineVersion: args.version,
        // ElastiCache applies patches by itself either way. With minor upgrades left to it, the
        // declared version would become a downgrade, which the provider answers by replacement.
        autoMinorVersionUpgrade: false,
        nodeType: args.nodeType,
        port,
        clusterMode: "disabled",
        numCacheClusters: args.replicas + 1,
        automaticFailoverEnabled: highlyAvailable,
        multiAzEnabled: highlyAvailable,
        parameterGroupName: this.createParameters().name,
        subnetGroupName: subnets.name,
        securityGroupIds: [access.securityGroupId],
        atRestEncryptionEnabled: true,
        kmsKeyId: key.arn,
        transitEncryptionEnabled: true,
        transitEncryptionMode: "required",
        authToken: token,
        authTokenUpdateStrategy: "ROTATE",
        snapshotRetentionLimit: args.snapshotRetentionDays,
        snapshotWindow: args.snapshotWindow,
        finalSnapshotIdentifier: args.finalSnapshotIdentifier ?? `${args.replicationGroupId}-final`,
        maintenanceWindow: args.maintenanceWindow,
        applyImmediately: false,
        logDeliveryConfigurations: this.createLogGroups(),
        tags: { Name: args.replicationGroupId },
      },
      { parent: this, protect: args.deletionProtection },
    );
  }

  private createParameters(): elasticache.ParameterGroup {
    const { replicationGroupId, version } = this.args;
    const family = valkeyReleases[version].parameterGroupFamily;
    return new elasticache.ParameterGroup(
      `${this.name}-parameters`,
      {
        // The family in the name lets a group of the next version exist beside this one.
        name: `${replicationGroupId}-${family}`,
        family,
        description: `Parameters of ${replicationGroupId}`,
        parameters: [
          // The queue of documents lives here too: a full cache must refuse new work, not forget
          // accepted work. Cached entries carry a time to live and leave by themselves.
          { name: "maxmemory-policy", value: "noeviction" },
          // Microseconds.
          { name: "slowlog-log-slower-than", value: "10000" },
        ],
        tags: { Name: `${replicationGroupId}-${family}` },
      },
      { parent: this },
    );
  }

  private createLogGroups() {
    const { replicationGroupId, logRetentionDays, logKeyArn } = this.args;
    return logTypes.map((logType) => {
      const group = new cloudwatch.LogGroup(
        `${this.name}-log-${logType}`,
        {
          name: `/aws/elasticache/${replicationGroupId}/${logType}`,
          retentionInDays: logRetentionDays,
          kmsKeyId: logKeyArn,
        },
        { parent: this },
      );
      return {
        destination: group.name,
        destinationType: "cloudwatch-logs",
        logFormat: "json",
        logType,
      };
    });
  }

  private storeToken(token: pulumi.Output<string>): StoredSecret {
    return new StoredSecret(
      `${this.name}-token-store`,
      {
        namePrefix: `${this.args.replicationGroupId}-redis-token`,
        description: `Endpoint and auth token of ${this.args.replicationGroupId}`,
        value: pulumi.jsonStringify({ host: this.host, port, password: token }),
        deletionProtection: this.args.deletionProtection,
      },
      { parent: this },
    );
  }

  /** Per node: ElastiCache has no metric of the whole group for what matters here. */
  private createAlarms(group: elasticache.ReplicationGroup): void {
    for (let number = 1; number <= this.args.replicas + 1; number++) {
      // Nodes are named by AWS, `<group>-001` upwards; the list is known before they exist.
      const node = String(number).padStart(3, "0");
      for (const condition of cacheConditions) {
        createMetricAlarm(
          `${this.name}-${node}`,
          {
            subject: `${this.args.replicationGroupId}-redis-${node}`,
            namespace: "AWS/ElastiCache",
            dimensions: { CacheClusterId: pulumi.interpolate`${group.id}-${node}` },
            topicArn: this.args.alarmTopicArn,
            condition,
          },
          { parent: this },
        );
      }
    }
  }
}
