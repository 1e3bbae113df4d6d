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
    replaces: [
      "name",
      "roleArn",
      "bootstrapSelfManagedAddons",
      "accessConfig.bootstrapClusterCreatorAdminPermissions",
      "kubernetesNetworkConfig.ipFamily",
      "kubernetesNetworkConfig.serviceIpv4Cidr",
      "remoteNetworkConfig",
    ],
    // Envelope encryption can be added to a cluster and never be taken away.
    replacesIf: (olds, news) =>
      olds["encryptionConfig"] !== undefined && news["encryptionConfig"] === undefined
        ? ["encryptionConfig"]
        : [],
    existsCode: "ResourceInUseException",
    missing: (value) => `ResourceNotFoundException: No cluster found for name: ${value}.`,
    validate: ({ inputs }) => {
      const config = (inputs["vpcConfig"] ?? {}) as Props;
      const subnets = Array.isArray(config["subnetIds"]) ? config["subnetIds"].length : 0;
      if (subnets < 2)
        return "InvalidParameterException: Subnets specified must be in at least two different AZs";
      return config["endpointPublicAccess"] === false && config["endpointPrivateAccess"] !== true
        ? "InvalidParameterException: Private and public endpoint access cannot be false"
        : undefined;
    },
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
      "launchTemplate.id",
      "launchTemplate.name",
      "remoteAccess",
      "instanceTypes",
      "nodeGroupName",
      "nodeGroupNamePrefix",
      "nodeRoleArn",
      "subnetIds",
    ],
    // The order in which EKS tries them.
    ordered: ["instanceTypes"],
    existsCode: "ResourceInUseException",
    validate: ({ inputs }) => {
      const { minSize, desiredSize, maxSize } = (inputs["scalingConfig"] ?? {}) as Props;
      return Number(minSize) <= Number(desiredSize) && Number(desiredSize) <= Number(maxSize)
        ? undefined
        : `InvalidParameterException: desired capacity ${String(desiredSize)} must be between minimum ${String(minSize)} and maximum ${String(maxSize)}`;
    },
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
    replaces: ["autoscalingGroupName", "tag.key"],
    tagged: false,
    references: [{ property: "autoscalingGroupName", to: scalingGroupType, weak: true }],
    id: ({ inputs }) =>
      `${text(inputs, "autoscalingGroupName")},${text((inputs["tag"] ?? {}) as Props, "key")}`,
  },
  "aws:eks/addon:Addon": {
    required: ["clusterName", "addonName"],
    replaces: ["clusterName", "addonName"],
    existsCode: "ResourceInUseException",
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
    existsCode: "ResourceInUseException",
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
    validate: ({ inputs, view }) =>
      view.named(
        "aws:eks/accessEntry:AccessEntry",
        `${text(inputs, "clusterName")}:${text(inputs, "principalArn")}`,
      ) === undefined
        ? `ResourceNotFoundException: The specified principalArn could not be found: ${text(inputs, "principalArn")}`
        : undefined,
    references: [ofCluster],
    id: ({ inputs }) =>
      [text(inputs, "clusterName"), text(inputs, "principalArn"), text(inputs, "policyArn")].join(
        "#",
      ),
  },
  "aws:eks/podIdentityAssociation:PodIdentityAssociation": {
    required: ["clusterName", "namespace", "serviceAccount", "roleArn"],
    replaces: ["clusterName", "namespace", "serviceAccount"],
    existsCode: "ResourceInUseException",
    validate: ({ inputs, view }) =>
      view
        .all("aws:eks/podIdentityAssociation:PodIdentityAssociation")
        .some(({ inputs: other }) =>
          ["clusterName", "namespace", "serviceAccount"].every(
            (property) => other[property] === inputs[property],
          ),
        )
        ? `ResourceInUseException: Association already exists: ${text(inputs, "namespace")}/${text(inputs, "serviceAccount")}`
        : undefined,
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
