/** RDS. */
import {
  accountDigits,
  type Account,
  arn,
  digest,
  hex,
  type ResourceTypes,
  text,
} from "../resource-type";
import { complainOfInstance, complainOfZones } from "./rds-rules";

const groupType = "aws:ec2/securityGroup:SecurityGroup";
const subnetType = "aws:ec2/subnet:Subnet";
const keyType = "aws:kms/key:Key";
const rdsSubnetGroupType = "aws:rds/subnetGroup:SubnetGroup";
const rdsParameterGroupType = "aws:rds/parameterGroup:ParameterGroup";
const rdsInstanceType = "aws:rds/instance:Instance";
const topicType = "aws:sns/topic:Topic";

/** Types of RDS. */
export const rdsTypes: ResourceTypes = {
  [rdsSubnetGroupType]: {
    required: ["subnetIds"],
    replaces: ["name", "namePrefix"],
    autoname: "name",
    unique: "name",
    existsCode: "DBSubnetGroupAlreadyExists",
    inUseCode: "InvalidDBSubnetGroupStateFault",
    missing: (value) => `DBSubnetGroupNotFoundFault: DBSubnetGroup '${value}' does not exist`,
    validate: complainOfZones,
    references: [{ property: "subnetIds", to: subnetType }],
    id: ({ inputs }) => text(inputs, "name"),
    outputs: ({ account }, id) => ({ arn: arn(account, "rds", `subgrp:${id}`) }),
  },
  [rdsParameterGroupType]: {
    required: ["family"],
    replaces: ["name", "namePrefix", "family", "description"],
    autoname: "name",
    unique: "name",
    existsCode: "DBParameterGroupAlreadyExists",
    inUseCode: "InvalidDBParameterGroupState",
    missing: (value) => `DBParameterGroupNotFound: DBParameterGroup not found: ${value}`,
    id: ({ inputs }) => text(inputs, "name") || `${text(inputs, "namePrefix")}${hex(26)}`,
    outputs: ({ account }, id) => ({ arn: arn(account, "rds", `pg:${id}`), name: id }),
  },
  [rdsInstanceType]: {
    required: ["instanceClass"],
    // The identifier is not among them: RDS renames an instance.
    replaces: [
      "availabilityZone",
      "characterSetName",
      "customIamInstanceProfile",
      "dbName",
      "engine",
      "kmsKeyId",
      "ncharCharacterSetName",
      "restoreToPointInTime",
      "snapshotIdentifier",
      "storageEncrypted",
      "timezone",
      "username",
    ],
    autoname: "identifier",
    unique: "identifier",
    secrets: ["password", "passwordWo"],
    existsCode: "DBInstanceAlreadyExists",
    inUseCode: "InvalidDBInstanceState",
    missing: (value) => `DBInstanceNotFound: DBInstance ${value} not found`,
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
    validate: complainOfInstance,
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
    existsCode: "DBSnapshotAlreadyExists",
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
    existsCode: "SubscriptionAlreadyExist",
    references: [{ property: "snsTopic", to: topicType, weak: true }],
    id: ({ inputs }) => text(inputs, "name"),
    outputs: ({ account }, id) => ({
      arn: arn(account, "rds", `es:${id}`),
      customerAwsId: account.id,
    }),
  },
};

function masterSecretArn(account: Account, resourceId: string): string {
  const digits = digest(resourceId, 6);
  return arn(account, "secretsmanager", `secret:rds!${resourceId.toLowerCase()}-${digits}`);
}
