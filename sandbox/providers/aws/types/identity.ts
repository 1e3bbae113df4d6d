/** IAM, KMS and Secrets Manager. */
import { randomUUID } from "node:crypto";

import { arn, digest, globalArn, type ResourceTypes, suffix, text } from "../resource-type";

const roleType = "aws:iam/role:Role";
const keyType = "aws:kms/key:Key";
const secretType = "aws:secretsmanager/secret:Secret";
const policyType = "aws:iam/policy:Policy";

const awsManagedPolicy = /^arn:aws:iam::aws:policy\//;

/** Types of IAM, KMS and Secrets Manager. */
export const identityTypes: ResourceTypes = {
  [roleType]: {
    required: ["assumeRolePolicy"],
    replaces: ["name", "namePrefix", "path"],
    autoname: "name",
    unique: "name",
    inUseCode: "DeleteConflict",
    id: ({ inputs }) => text(inputs, "name"),
    outputs: ({ account }, id) => ({
      arn: globalArn(account, "iam", `role/${id}`),
      uniqueId: `AROA${digest(id, 17).toUpperCase()}`,
      managedPolicyArns: [],
    }),
  },
  [policyType]: {
    required: ["policy"],
    replaces: ["name", "namePrefix", "path", "description"],
    autoname: "name",
    unique: "name",
    inUseCode: "DeleteConflict",
    id: ({ account, inputs }) => globalArn(account, "iam", `policy/${text(inputs, "name")}`),
    outputs: (_subject, id) => ({ arn: id }),
  },
  "aws:iam/rolePolicy:RolePolicy": {
    required: ["role", "policy"],
    replaces: ["name", "namePrefix", "role"],
    autoname: "name",
    tagged: false,
    references: [{ property: "role", to: roleType }],
    id: ({ inputs }) => `${text(inputs, "role")}:${text(inputs, "name")}`,
  },
  "aws:iam/rolePolicyAttachment:RolePolicyAttachment": {
    required: ["role", "policyArn"],
    replaces: ["role", "policyArn"],
    tagged: false,
    references: [
      { property: "role", to: roleType },
      { property: "policyArn", to: policyType, external: awsManagedPolicy },
    ],
    id: ({ inputs }) => `${text(inputs, "role")}/${text(inputs, "policyArn")}`,
  },
  [keyType]: {
    replaces: ["keyUsage", "customerMasterKeySpec", "multiRegion"],
    id: () => randomUUID(),
    outputs: ({ account }, id) => ({ arn: arn(account, "kms", `key/${id}`), keyId: id }),
    // A key goes after its waiting time only, and can be kept until then.
    retains: (inputs, id) => ({
      id,
      reason: `key pending deletion for ${String(inputs["deletionWindowInDays"] ?? 30)} days`,
    }),
  },
  "aws:kms/alias:Alias": {
    required: ["targetKeyId"],
    replaces: ["name", "namePrefix"],
    tagged: false,
    autoname: "name",
    unique: "name",
    references: [{ property: "targetKeyId", to: keyType, weak: true }],
    id: ({ inputs }) => text(inputs, "name"),
    outputs: ({ account, inputs }, id) => ({
      arn: arn(account, "kms", id),
      targetKeyArn: arn(account, "kms", `key/${text(inputs, "targetKeyId").split("/").at(-1)}`),
    }),
  },
  [secretType]: {
    replaces: ["name", "namePrefix"],
    autoname: "name",
    unique: "name",
    references: [{ property: "kmsKeyId", to: keyType, weak: true }],
    id: ({ account, inputs }) =>
      arn(account, "secretsmanager", `secret:${text(inputs, "name")}-${suffix(6)}`),
    outputs: (_subject, id) => ({ arn: id }),
    retains: (inputs, id) =>
      inputs["recoveryWindowInDays"] === 0
        ? undefined
        : {
            id,
            reason: `secret recoverable for ${String(inputs["recoveryWindowInDays"] ?? 30)} days`,
          },
  },
  "aws:secretsmanager/secretVersion:SecretVersion": {
    required: ["secretId"],
    replaces: ["secretId"],
    tagged: false,
    secrets: ["secretString", "secretBinary"],
    references: [{ property: "secretId", to: secretType, weak: true }],
    id: ({ inputs }) => `${text(inputs, "secretId")}|terraform-${randomUUID()}`,
    outputs: ({ inputs }, id) => ({
      arn: text(inputs, "secretId"),
      versionId: id.split("|")[1] ?? "",
      versionStages: ["AWSCURRENT"],
    }),
  },
};
