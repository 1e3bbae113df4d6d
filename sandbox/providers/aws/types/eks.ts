/** EKS and the Auto Scaling groups that it makes. */
import { randomUUID } from "node:crypto";

import type { Props } from "../../service";
import { arn, digest, hex, type ResourceTypes, text } from "../resource-type";

const clusterType = "aws:eks/cluster:Cluster";
const groupType = "aws:ec2/securityGroup:SecurityGroup";
const scalingGroupType = "aws:autoscaling/group:Group";
const roleType = "aws:iam/role:Role";
const subnetType = "aws:ec2/subnet:Subnet";

const ofCluster = { property: "clusterName", to: clusterType, weak: true } as const;

/** Types of EKS and Auto Scaling. */
export const eksTypes: ResourceTypes = {
  [clusterType]: {
    required: ["roleArn", "vpcConfig"],
    replaces: ["name", "roleArn", "kubernetesNetworkConfig", "bootstrapSelfManagedAddons"],
    autoname: "name",
    unique: "name",
    inUseCode: "ResourceInUseException",
    references: [
      { property: "roleArn", to: roleType, weak: true },
      { property: "vpcConfig.subnetIds", to: subnetType },
      { property: "vpcConfig.securityGroupIds", to: groupType },
      { property: "encryptionConfig.provider.keyArn", to: "aws:kms/key:Key", weak: true },
    ],
    id: ({ inputs }) => text(inputs, "name"),
    outputs: ({ account, inputs }, id) => {
      const unique = digest(`${account.id}/${account.region}/${id}`, 32).toUpperCase();
      return {
        arn: arn(account, "eks", `cluster/${id}`),
        endpoint: `https://${unique}.gr7.${account.region}.eks.amazonaws.com`,
        certificateAuthority: {
          data: Buffer.from(
            `-----BEGIN CERTIFICATE-----\n${digest(id, 64)}\n-----END CERTIFICATE-----\n`,
          ).toString("base64"),
        },
        identities: [
          { oidcs: [{ issuer: `https://oidc.eks.${account.region}.amazonaws.com/id/${unique}` }] },
        ],
        platformVersion: "eks.8",
        status: "ACTIVE",
        vpcConfig: {
          ...(inputs["vpcConfig"] as Props),
          clusterSecurityGroupId: clusterGroupId(account.id, account.region, id),
          vpcId: text((inputs["vpcConfig"] ?? {}) as Props, "vpcId"),
        },
      };
    },
    implicit: ({ account }, id) => {
      const groupId = clusterGroupId(account.id, account.region, id);
      return [
        {
          type: groupType,
          id: groupId,
          outputs: {
            arn: arn(account, "ec2", `security-group/${groupId}`),
            name: `eks-cluster-sg-${id}-${digest(id, 9)}`,
          },
        },
      ];
    },
    refuseDeletion: (inputs) =>
      inputs["deletionProtection"] === true
        ? "InvalidRequestException: Cluster has deletion protection enabled. Disable it first."
        : undefined,
  },
  "aws:eks/nodeGroup:NodeGroup": {
    required: ["clusterName", "nodeRoleArn", "subnetIds", "scalingConfig"],
    replaces: [
      "amiType",
      "capacityType",
      "clusterName",
      "diskSize",
      "instanceTypes",
      "nodeGroupName",
      "nodeGroupNamePrefix",
      "nodeRoleArn",
      "subnetIds",
    ],
    references: [
      // The one thing that EKS refuses to delete a cluster for.
      { property: "clusterName", to: clusterType },
      { property: "nodeRoleArn", to: roleType, weak: true },
      { property: "subnetIds", to: subnetType },
      { property: "launchTemplate.id", to: "aws:ec2/launchTemplate:LaunchTemplate", weak: true },
    ],
    id: ({ inputs }) => `${text(inputs, "clusterName")}:${nodeGroupName(inputs)}`,
    outputs: ({ account, inputs }, id) => {
      const name = id.split(":")[1] ?? "";
      const unique = digest(id, 8);
      return {
        arn: arn(account, "eks", `nodegroup/${text(inputs, "clusterName")}/${name}/${unique}`),
        nodeGroupName: name,
        resources: [
          { autoscalingGroups: [{ name: scalingGroupName(id) }], remoteAccessSecurityGroupId: "" },
        ],
        status: "ACTIVE",
      };
    },
    implicit: ({ account }, id) => [
      {
        type: scalingGroupType,
        id: scalingGroupName(id),
        outputs: { arn: arn(account, "autoscaling", `autoScalingGroup:${digest(id, 32)}`) },
      },
    ],
  },
  [scalingGroupType]: { id: () => hex(8) },
  "aws:autoscaling/tag:Tag": {
    required: ["autoscalingGroupName", "tag"],
    replaces: ["autoscalingGroupName"],
    tagged: false,
    references: [{ property: "autoscalingGroupName", to: scalingGroupType, weak: true }],
    id: ({ inputs }) =>
      `${text(inputs, "autoscalingGroupName")},${text((inputs["tag"] ?? {}) as Props, "key")}`,
  },
  "aws:eks/addon:Addon": {
    required: ["clusterName", "addonName"],
    replaces: ["clusterName", "addonName"],
    references: [ofCluster, { property: "serviceAccountRoleArn", to: roleType, weak: true }],
    id: ({ inputs }) => `${text(inputs, "clusterName")}:${text(inputs, "addonName")}`,
    outputs: ({ account, inputs }, id) => ({
      arn: arn(account, "eks", `addon/${id.replace(":", "/")}/${digest(id, 8)}`),
      ...("addonVersion" in inputs ? {} : { addonVersion: "v1.0.0-eksbuild.1" }),
    }),
  },
  "aws:eks/accessEntry:AccessEntry": {
    required: ["clusterName", "principalArn"],
    replaces: ["clusterName", "principalArn", "type"],
    references: [ofCluster],
    id: ({ inputs }) => `${text(inputs, "clusterName")}:${text(inputs, "principalArn")}`,
    outputs: ({ account, inputs }, id) => ({
      accessEntryArn: arn(account, "eks", `access-entry/${digest(id, 32)}`),
      ...("userName" in inputs ? {} : { userName: text(inputs, "principalArn") }),
    }),
  },
  "aws:eks/accessPolicyAssociation:AccessPolicyAssociation": {
    required: ["clusterName", "principalArn", "policyArn", "accessScope"],
    replaces: ["clusterName", "principalArn", "policyArn", "accessScope"],
    tagged: false,
    references: [ofCluster],
    id: ({ inputs }) =>
      [text(inputs, "clusterName"), text(inputs, "principalArn"), text(inputs, "policyArn")].join(
        "#",
      ),
  },
  "aws:eks/podIdentityAssociation:PodIdentityAssociation": {
    required: ["clusterName", "namespace", "serviceAccount", "roleArn"],
    replaces: ["clusterName", "namespace", "serviceAccount"],
    references: [ofCluster, { property: "roleArn", to: roleType, weak: true }],
    id: () => `a-${randomUUID().replaceAll("-", "").slice(0, 17)}`,
    outputs: ({ account, inputs }, id) => ({
      associationId: id,
      associationArn: arn(
        account,
        "eks",
        `podidentityassociation/${text(inputs, "clusterName")}/${id}`,
      ),
    }),
  },
};

function clusterGroupId(accountId: string, region: string, cluster: string): string {
  return `sg-0${digest(`${accountId}/${region}/${cluster}/sg`, 16)}`;
}

function nodeGroupName(inputs: Props): string {
  const given = text(inputs, "nodeGroupName");
  // The provider appends a time stamp and a counter, 26 characters in all.
  return given !== "" ? given : `${text(inputs, "nodeGroupNamePrefix")}${hex(26)}`;
}

function scalingGroupName(nodeGroupId: string): string {
  return `eks-${nodeGroupId.split(":")[1] ?? ""}-${digest(nodeGroupId, 8)}`;
}
