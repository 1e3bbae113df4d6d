/** ElastiCache. */
import { accountDigits, arn, type ResourceTypes, text } from "../resource-type";

const groupType = "aws:ec2/securityGroup:SecurityGroup";
const subnetType = "aws:ec2/subnet:Subnet";
const keyType = "aws:kms/key:Key";
const cacheSubnetGroupType = "aws:elasticache/subnetGroup:SubnetGroup";
const cacheParameterGroupType = "aws:elasticache/parameterGroup:ParameterGroup";
const userType = "aws:elasticache/user:User";
const userGroupType = "aws:elasticache/userGroup:UserGroup";

/** `sae1` for sa-east-1, as ElastiCache abbreviates regions in its DNS names. */
function shortRegion(region: string): string {
  return region
    .split("-")
    .map((part, index) => (index === 0 ? part : part.slice(0, 1)))
    .join("");
}

/** Types of ElastiCache. */
export const elasticacheTypes: ResourceTypes = {
  [cacheSubnetGroupType]: {
    required: ["subnetIds"],
    replaces: ["name"],
    autoname: "name",
    unique: "name",
    existsCode: "CacheSubnetGroupAlreadyExists",
    inUseCode: "CacheSubnetGroupInUse",
    missing: (value) =>
      `CacheSubnetGroupNotFoundFault: Cache Subnet Group ${value} does not exist.`,
    references: [{ property: "subnetIds", to: subnetType }],
    id: ({ inputs }) => text(inputs, "name"),
    outputs: ({ account }, id) => ({ arn: arn(account, "elasticache", `subnetgroup:${id}`) }),
  },
  [cacheParameterGroupType]: {
    required: ["family"],
    replaces: ["name", "family", "description"],
    autoname: "name",
    unique: "name",
    existsCode: "CacheParameterGroupAlreadyExists",
    inUseCode: "InvalidCacheParameterGroupState",
    missing: (value) => `CacheParameterGroupNotFound: CacheParameterGroup not found: ${value}`,
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
      "dataTieringEnabled",
      "globalReplicationGroupId",
      "networkType",
      "securityGroupNames",
      "snapshotArns",
      "snapshotName",
      "subnetGroupName",
    ],
    autoname: "replicationGroupId",
    unique: "replicationGroupId",
    secrets: ["authToken", "authTokenWo"],
    existsCode: "ReplicationGroupAlreadyExists",
    references: [
      { property: "subnetGroupName", to: cacheSubnetGroupType },
      { property: "parameterGroupName", to: cacheParameterGroupType, external: /^default\./ },
      { property: "securityGroupIds", to: groupType },
      { property: "kmsKeyId", to: keyType, weak: true },
      { property: "userGroupIds", to: userGroupType },
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
      if (inputs["multiAzEnabled"] === true && inputs["automaticFailoverEnabled"] !== true) {
        return "automatic_failover_enabled must be true if multi_az_enabled is true";
      }
      if (inputs["authToken"] !== undefined && inputs["userGroupIds"] !== undefined) {
        return "InvalidParameterCombination: authToken and userGroupIds exclude each other.";
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
  [userType]: {
    required: ["accessString", "engine", "userId", "userName"],
    replaces: ["userId", "userName"],
    unique: "userId",
    existsCode: "UserAlreadyExists",
    secrets: ["passwords", "passwordsWo"],
    inUseCode: "InvalidUserState",
    missing: (value) => `UserNotFound: User ${value} not found`,
    id: ({ inputs }) => text(inputs, "userId"),
    outputs: ({ account }, id) => ({ arn: arn(account, "elasticache", `user:${id}`) }),
  },
  [userGroupType]: {
    required: ["engine", "userGroupId"],
    replaces: ["userGroupId"],
    unique: "userGroupId",
    existsCode: "UserGroupAlreadyExists",
    inUseCode: "InvalidUserGroupState",
    missing: (value) => `UserGroupNotFound: User group ${value} not found`,
    references: [{ property: "userIds", to: userType, external: /^default$/ }],
    id: ({ inputs }) => text(inputs, "userGroupId"),
    outputs: ({ account }, id) => ({ arn: arn(account, "elasticache", `usergroup:${id}`) }),
  },
};
