/** IAM and KMS. */
import { randomUUID } from "node:crypto";

import { arn, digest, globalArn, type ResourceTypes, text } from "../resource-type";

const roleType = "aws:iam/role:Role";
const keyType = "aws:kms/key:Key";
const policyType = "aws:iam/policy:Policy";

const awsManagedPolicy = /^arn:aws:iam::aws:policy\//;

/** Types of IAM and KMS. */
export const identityTypes: ResourceTypes = {
  [roleType]: {
    required: ["assumeRolePolicy"],
    replaces: ["name", "namePrefix", "path"],
    autoname: "name",
    unique: "name",
    existsCode: "EntityAlreadyExists",
    inUseCode: "DeleteConflict",
    missing: (value) => `NoSuchEntity: The role with name ${value} cannot be found.`,
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
    existsCode: "EntityAlreadyExists",
    inUseCode: "DeleteConflict",
    missing: (value) => `NoSuchEntity: Policy ${value} does not exist or is not attachable.`,
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
  "aws:iam/instanceProfile:InstanceProfile": {
    replaces: ["name", "namePrefix", "path"],
    autoname: "name",
    unique: "name",
    existsCode: "EntityAlreadyExists",
    references: [{ property: "role", to: roleType }],
    id: ({ inputs }) => text(inputs, "name"),
    outputs: ({ account }, id) => ({
      arn: globalArn(account, "iam", `instance-profile/${id}`),
      uniqueId: `AIPA${digest(id, 17).toUpperCase()}`,
    }),
  },
  "aws:iam/openIdConnectProvider:OpenIdConnectProvider": {
    required: ["clientIdLists", "url"],
    replaces: ["url"],
    existsCode: "EntityAlreadyExists",
    id: ({ account, inputs }) =>
      globalArn(account, "iam", `oidc-provider/${text(inputs, "url").replace("https://", "")}`),
    outputs: ({ inputs }, id) => ({
      arn: id,
      // The provider keeps it without the scheme.
      url: text(inputs, "url").replace("https://", ""),
    }),
  },
  [keyType]: {
    missing: (value) => `NotFoundException: Key '${value}' does not exist`,
    replaces: ["keyUsage", "customerMasterKeySpec", "customKeyStoreId", "multiRegion", "xksKeyId"],
    id: () => randomUUID(),
    outputs: ({ account }, id) => ({ arn: arn(account, "kms", `key/${id}`), keyId: id }),
    // A key goes after its waiting time only, and can be kept until then.
    retains: (inputs, id) => ({
      id,
      reason: `key pending deletion for ${Number(inputs["deletionWindowInDays"] ?? 30)} days`,
    }),
  },
  "aws:kms/alias:Alias": {
    required: ["targetKeyId"],
    replaces: ["name", "namePrefix"],
    tagged: false,
    autoname: "name",
    unique: "name",
    existsCode: "AlreadyExistsException",
    references: [{ property: "targetKeyId", to: keyType, weak: true }],
    id: ({ inputs }) => text(inputs, "name"),
    outputs: ({ account, inputs }, id) => ({
      arn: arn(account, "kms", id),
      targetKeyArn: arn(account, "kms", `key/${text(inputs, "targetKeyId").split("/").at(-1)}`),
    }),
  },
};
