/** RDS and ElastiCache. */
import { type Account, arn, digest, hex, type ResourceTypes, text } from "../resource-type";

const groupType = "aws:ec2/securityGroup:SecurityGroup";
const subnetType = "aws:ec2/subnet:Subnet";
const keyType = "aws:kms/key:Key";
const rdsSubnetGroupType = "aws:rds/subnetGroup:SubnetGroup";
const rdsParameterGroupType = "aws:rds/parameterGroup:ParameterGroup";
const rdsInstanceType = "aws:rds/instance:Instance";
const cacheSubnetGroupType = "aws:elasticache/subnetGroup:SubnetGroup";
const cacheParameterGroupType = "aws:elasticache/parameterGroup:ParameterGroup";
const topicType = "aws:sns/topic:Topic";

/** DNS labels carry digits of the account and region that never change. */
function accountDigits({ id, region }: Account, count: number): string {
  return digest(`${id}/${region}`, count);
}

/** `sae1` for sa-east-1, as ElastiCache abbreviates regions in its DNS names. */
function shortRegion(region: string): string {
  return region
    .split("-")
    .map((part, index) => (index === 0 ? part : part.slice(0, 1)))
    .join("");
}

/** Types of RDS and ElastiCache. */
export const dataTypes: ResourceTypes = {
  [rdsSubnetGroupType]: {
    required: ["subnetIds"],
    replaces: ["name", "namePrefix"],
    autoname: "name",
    unique: "name",
    inUseCode: "InvalidDBSubnetGroupStateFault",
    references: [{ property: "subnetIds", to: subnetType }],
    id: ({ inputs }) => text(inputs, "name"),
    outputs: ({ account }, id) => ({ arn: arn(account, "rds", `subgrp:${id}`) }),
  },
  [rdsParameterGroupType]: {
    required: ["family"],
    replaces: ["name", "namePrefix", "family", "description"],
    autoname: "name",
    unique: "name",
    inUseCode: "InvalidDBParameterGroupState",
    id: ({ inputs }) => text(inputs, "name") || `${text(inputs, "namePrefix")}${hex(26)}`,
    outputs: ({ account }, id) => ({ arn: arn(account, "rds", `pg:${id}`), name: id }),
  },
  [rdsInstanceType]: {
    required: ["instanceClass"],
    replaces: [
      "identifier",
      "engine",
      "dbName",
      "username",
      "storageEncrypted",
      "kmsKeyId",
      "availabilityZone",
      "snapshotIdentifier",
      "characterSetName",
      "timezone",
    ],
    autoname: "identifier",
    unique: "identifier",
    secrets: ["password"],
    inUseCode: "InvalidDBInstanceState",
    references: [
      { property: "dbSubnetGroupName", to: rdsSubnetGroupType },
      { property: "parameterGroupName", to: rdsParameterGroupType, external: /^default\./ },
      { property: "vpcSecurityGroupIds", to: groupType },
      { property: "kmsKeyId", to: keyType, weak: true },
      { property: "masterUserSecretKmsKeyId", to: keyType, weak: true },
      { property: "monitoringRoleArn", to: "aws:iam/role:Role", weak: true },
      // Another region's source is named by its ARN and is not in this account's model.
      { property: "replicateSourceDb", to: rdsInstanceType, external: /^arn:/ },
    ],
    validate: ({ inputs }) => {
      if (
        inputs["allocatedStorage"] === undefined &&
        inputs["snapshotIdentifier"] === undefined &&
        inputs["replicateSourceDb"] === undefined
      ) {
        return "InvalidParameterValue: Invalid storage size for engine name postgres and storage type gp3: null";
      }
      if (inputs["manageMasterUserPassword"] === true && inputs["password"] !== undefined) {
        return "InvalidParameterCombination: You can't specify MasterUserPassword when ManageMasterUserPassword is enabled.";
      }
      return undefined;
    },
    // The id of the provider's resource is RDS's own resource id, not the identifier.
    id: () => `db-${hex(26).toUpperCase()}`,
    outputs: ({ account, inputs }, id) => {
      const identifier = text(inputs, "identifier");
      const address = `${identifier}.${accountDigits(account, 12)}.${account.region}.rds.amazonaws.com`;
      return {
        address,
        arn: arn(account, "rds", `db:${identifier}`),
        endpoint: `${address}:5432`,
        engineVersionActual: text(inputs, "engineVersion"),
        hostedZoneId: "Z2ABCD1234EFGH",
        port: inputs["port"] ?? 5432,
        resourceId: id,
        status: "available",
        masterUserSecrets:
          inputs["manageMasterUserPassword"] === true
            ? [
                {
                  kmsKeyId: text(inputs, "masterUserSecretKmsKeyId"),
                  secretArn: masterSecretArn(account, id),
                  secretStatus: "active",
                },
              ]
            : [],
      };
    },
    implicit: ({ account, inputs }, id) =>
      inputs["manageMasterUserPassword"] === true
        ? [
            {
              type: "aws:secretsmanager/secret:Secret",
              id: masterSecretArn(account, id),
              outputs: { arn: masterSecretArn(account, id), owningService: "rds" },
            },
          ]
        : [],
    refuseDeletion: (inputs) => {
      if (inputs["deletionProtection"] === true) {
        return "InvalidParameterCombination: Cannot delete protected DB Instance, please disable deletion protection and try again.";
      }
      return inputs["skipFinalSnapshot"] !== true && text(inputs, "finalSnapshotIdentifier") === ""
        ? "final_snapshot_identifier is required when skip_final_snapshot is false"
        : undefined;
    },
    retains: (inputs) =>
      inputs["skipFinalSnapshot"] === true
        ? undefined
        : { id: text(inputs, "finalSnapshotIdentifier"), reason: "final snapshot" },
  },
  "aws:rds/snapshotCopy:SnapshotCopy": {
    required: ["sourceDbSnapshotIdentifier", "targetDbSnapshotIdentifier"],
    replaces: ["sourceDbSnapshotIdentifier", "targetDbSnapshotIdentifier", "kmsKeyId"],
    unique: "targetDbSnapshotIdentifier",
    // The source lies outside: production's own snapshot, shared with the account.
    references: [{ property: "kmsKeyId", to: keyType, weak: true }],
    id: ({ inputs }) => text(inputs, "targetDbSnapshotIdentifier"),
    outputs: ({ account }, id) => ({
      dbSnapshotArn: arn(account, "rds", `snapshot:${id}`),
      engine: "postgres",
      encrypted: true,
    }),
  },
  "aws:rds/eventSubscription:EventSubscription": {
    required: ["snsTopic"],
    replaces: ["name", "namePrefix"],
    autoname: "name",
    unique: "name",
    references: [{ property: "snsTopic", to: topicType, weak: true }],
    id: ({ inputs }) => text(inputs, "name"),
    outputs: ({ account }, id) => ({
      arn: arn(account, "rds", `es:${id}`),
      customerAwsId: account.id,
    }),
  },
  [cacheSubnetGroupType]: {
    required: ["subnetIds"],
    replaces: ["name"],
    autoname: "name",
    unique: "name",
    inUseCode: "CacheSubnetGroupInUse",
    references: [{ property: "subnetIds", to: subnetType }],
    id: ({ inputs }) => text(inputs, "name"),
    outputs: ({ account }, id) => ({ arn: arn(account, "elasticache", `subnetgroup:${id}`) }),
  },
  [cacheParameterGroupType]: {
    required: ["family"],
    replaces: ["name", "family", "description"],
    autoname: "name",
    unique: "name",
    inUseCode: "InvalidCacheParameterGroupState",
    id: ({ inputs }) => text(inputs, "name"),
    outputs: ({ account }, id) => ({ arn: arn(account, "elasticache", `parametergroup:${id}`) }),
  },
  "aws:elasticache/replicationGroup:ReplicationGroup": {
    required: ["description"],
    replaces: [
      "replicationGroupId",
      "atRestEncryptionEnabled",
      "kmsKeyId",
      "port",
      "snapshotName",
      "subnetGroupName",
    ],
    autoname: "replicationGroupId",
    unique: "replicationGroupId",
    secrets: ["authToken"],
    references: [
      { property: "subnetGroupName", to: cacheSubnetGroupType },
      { property: "parameterGroupName", to: cacheParameterGroupType, external: /^default\./ },
      { property: "securityGroupIds", to: groupType },
      { property: "kmsKeyId", to: keyType, weak: true },
      {
        property: "logDeliveryConfigurations.destination",
        to: "aws:cloudwatch/logGroup:LogGroup",
        weak: true,
      },
    ],
    validate: ({ inputs }) => {
      if (inputs["authToken"] !== undefined && inputs["transitEncryptionEnabled"] !== true) {
        return "InvalidParameterCombination: AUTH token is only supported with encryption-in-transit.";
      }
      if (inputs["automaticFailoverEnabled"] === true && Number(inputs["numCacheClusters"]) < 2) {
        return "InvalidParameterCombination: Automatic failover requires at least one replica.";
      }
      return undefined;
    },
    id: ({ inputs }) => text(inputs, "replicationGroupId"),
    outputs: ({ account, inputs }, id) => {
      const zone = `${accountDigits(account, 6)}.${shortRegion(account.region)}.cache.amazonaws.com`;
      const nodes = Math.max(1, Number(inputs["numCacheClusters"] ?? 1) || 1);
      return {
        arn: arn(account, "elasticache", `replicationgroup:${id}`),
        primaryEndpointAddress: `master.${id}.${zone}`,
        readerEndpointAddress: `replica.${id}.${zone}`,
        memberClusters: Array.from(
          { length: nodes },
          (_, index) => `${id}-${String(index + 1).padStart(3, "0")}`,
        ),
        engineVersionActual: `${text(inputs, "engineVersion")}.0`,
        clusterEnabled: false,
        ...("port" in inputs ? {} : { port: 6379 }),
      };
    },
    retains: (inputs) =>
      text(inputs, "finalSnapshotIdentifier") === ""
        ? undefined
        : { id: text(inputs, "finalSnapshotIdentifier"), reason: "final snapshot" },
  },
};

function masterSecretArn(account: Account, resourceId: string): string {
  const digits = digest(resourceId, 6);
  return arn(account, "secretsmanager", `secret:rds!${resourceId.toLowerCase()}-${digits}`);
}
