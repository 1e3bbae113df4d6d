/** Secrets Manager. */
import { randomUUID } from "node:crypto";

import { arn, type ResourceTypes, suffix, text } from "../resource-type";

const keyType = "aws:kms/key:Key";
const secretType = "aws:secretsmanager/secret:Secret";

/** Types of Secrets Manager. */
export const secretTypes: ResourceTypes = {
  [secretType]: {
    replaces: ["name", "namePrefix"],
    autoname: "name",
    unique: "name",
    existsCode: "ResourceExistsException",
    missing: () => "ResourceNotFoundException: Secrets Manager can't find the specified secret.",
    references: [{ property: "kmsKeyId", to: keyType, weak: true }],
    id: ({ account, inputs }) =>
      arn(account, "secretsmanager", `secret:${text(inputs, "name")}-${suffix(6)}`),
    outputs: (_subject, id) => ({ arn: id }),
    retains: (inputs, id) =>
      inputs["recoveryWindowInDays"] === 0
        ? undefined
        : {
            id,
            reason: `secret recoverable for ${Number(inputs["recoveryWindowInDays"] ?? 30)} days`,
          },
  },
  "aws:secretsmanager/secretVersion:SecretVersion": {
    required: ["secretId"],
    // A version never changes; another value is another version.
    replaces: ["secretId", "secretBinary", "secretString", "secretStringWoVersion"],
    tagged: false,
    secrets: ["secretString", "secretBinary", "secretStringWo"],
    references: [{ property: "secretId", to: secretType, weak: true }],
    id: ({ inputs }) => `${text(inputs, "secretId")}|terraform-${randomUUID()}`,
    outputs: ({ inputs }, id) => ({
      arn: text(inputs, "secretId"),
      versionId: id.split("|")[1] ?? "",
      versionStages: ["AWSCURRENT"],
    }),
  },
  "aws:secretsmanager/secretPolicy:SecretPolicy": {
    required: ["policy", "secretArn"],
    replaces: ["secretArn"],
    tagged: false,
    references: [{ property: "secretArn", to: secretType, weak: true }],
    id: ({ inputs }) => text(inputs, "secretArn"),
  },
  "aws:secretsmanager/secretRotation:SecretRotation": {
    required: ["secretId"],
    replaces: ["secretId"],
    tagged: false,
    references: [{ property: "secretId", to: secretType, weak: true }],
    id: ({ inputs }) => text(inputs, "secretId"),
    outputs: () => ({ rotationEnabled: true }),
  },
};
