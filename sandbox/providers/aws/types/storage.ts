/** S3, ECR and AWS Backup. */
import { randomUUID } from "node:crypto";

import { arn, type ResourceType, type ResourceTypes, text } from "../resource-type";

const bucketType = "aws:s3/bucket:Bucket";
const repositoryType = "aws:ecr/repository:Repository";
const vaultType = "aws:backup/vault:Vault";
const planType = "aws:backup/plan:Plan";
const keyType = "aws:kms/key:Key";

/** A setting of a bucket, which has the bucket's name as its id and goes with it. */
function bucketSetting(required: readonly string[] = []): ResourceType {
  return {
    required: ["bucket", ...required],
    replaces: ["bucket", "expectedBucketOwner"],
    tagged: false,
    existsCode: "BucketSettingAlreadyManaged",
    references: [{ property: "bucket", to: bucketType, weak: true }],
    id: ({ inputs }) => text(inputs, "bucket"),
  };
}

/** Types of S3, ECR and AWS Backup. */
export const storageTypes: ResourceTypes = {
  [bucketType]: {
    replaces: ["bucket", "bucketPrefix", "objectLockEnabled"],
    autoname: "bucket",
    unique: "bucket",
    existsCode: "BucketAlreadyOwnedByYou",
    missing: () => "NoSuchBucket: The specified bucket does not exist",
    id: ({ inputs }) => text(inputs, "bucket"),
    outputs: ({ account }, id) => ({
      arn: `arn:aws:s3:::${id}`,
      bucketDomainName: `${id}.s3.amazonaws.com`,
      bucketRegionalDomainName: `${id}.s3.${account.region}.amazonaws.com`,
      bucketRegion: account.region,
    }),
  },
  "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": bucketSetting(),
  "aws:s3/bucketVersioning:BucketVersioning": bucketSetting(["versioningConfiguration"]),
  "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration":
    bucketSetting(["rules"]),
  "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": bucketSetting(),
  "aws:s3/bucketOwnershipControls:BucketOwnershipControls": bucketSetting(["rule"]),
  "aws:s3/bucketPolicy:BucketPolicy": bucketSetting(["policy"]),
  [repositoryType]: {
    replaces: ["name", "encryptionConfigurations"],
    autoname: "name",
    unique: "name",
    existsCode: "RepositoryAlreadyExistsException",
    missing: (value) =>
      `RepositoryNotFoundException: The repository with name '${value}' does not exist`,
    id: ({ inputs }) => text(inputs, "name"),
    outputs: ({ account }, id) => ({
      arn: arn(account, "ecr", `repository/${id}`),
      registryId: account.id,
      repositoryUrl: `${account.id}.dkr.ecr.${account.region}.amazonaws.com/${id}`,
    }),
  },
  "aws:ecr/lifecyclePolicy:LifecyclePolicy": {
    required: ["policy", "repository"],
    replaces: ["repository"],
    tagged: false,
    references: [{ property: "repository", to: repositoryType, weak: true }],
    id: ({ inputs }) => text(inputs, "repository"),
    outputs: ({ account }) => ({ registryId: account.id }),
  },
  [vaultType]: {
    replaces: ["name", "kmsKeyArn"],
    autoname: "name",
    unique: "name",
    existsCode: "AlreadyExistsException",
    missing: () => "ResourceNotFoundException: Backup vault does not exist",
    references: [{ property: "kmsKeyArn", to: keyType, weak: true }],
    id: ({ inputs }) => text(inputs, "name"),
    outputs: ({ account }, id) => ({
      arn: arn(account, "backup", `backup-vault:${id}`),
      recoveryPoints: 0,
    }),
  },
  [planType]: {
    required: ["rules"],
    autoname: "name",
    // A plan with selections stays.
    inUseCode: "InvalidRequestException",
    missing: () => "ResourceNotFoundException: Backup plan does not exist",
    references: [{ property: "rules.targetVaultName", to: vaultType, weak: true }],
    id: () => randomUUID(),
    outputs: ({ account }, id) => ({
      arn: arn(account, "backup", `backup-plan:${id}`),
      version: Buffer.from(id).toString("base64"),
    }),
  },
  "aws:backup/selection:Selection": {
    required: ["iamRoleArn", "planId"],
    replaces: [
      "conditions",
      "iamRoleArn",
      "name",
      "notResources",
      "planId",
      "resources",
      "selectionTags",
    ],
    autoname: "name",
    tagged: false,
    references: [
      { property: "planId", to: planType },
      { property: "iamRoleArn", to: "aws:iam/role:Role", weak: true },
    ],
    id: () => randomUUID(),
  },
};
