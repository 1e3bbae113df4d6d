/** EC2: network and launch templates. */
import { Netmask } from "netmask";

import { isUnknown } from "../../service";
import { arn, ec2Id, type ResourceType, type ResourceTypes, text } from "../resource-type";

const vpcType = "aws:ec2/vpc:Vpc";
const subnetType = "aws:ec2/subnet:Subnet";
const groupType = "aws:ec2/securityGroup:SecurityGroup";
const routeTableType = "aws:ec2/routeTable:RouteTable";

const inVpc = { property: "vpcId", to: vpcType } as const;
const keyReference = { to: "aws:kms/key:Key", weak: true } as const;

/** Most EC2 types: an id with a prefix, and an ARN made of it. */
function ec2Type(prefix: string, kind: string, rest: Omit<ResourceType, "id">): ResourceType {
  return {
    ...rest,
    id: () => ec2Id(prefix),
    outputs: (subject, id) => ({
      arn: arn(subject.account, "ec2", `${kind}/${id}`),
      ownerId: subject.account.id,
      ...rest.outputs?.(subject, id),
    }),
  };
}

function isCidr(value: unknown, min: number, max: number): boolean {
  if (isUnknown(value)) return true;
  try {
    const block = new Netmask(String(value));
    return (
      block.bitmask >= min && block.bitmask <= max && `${block.base}/${block.bitmask}` === value
    );
  } catch {
    return false;
  }
}

const rule: ResourceType = {
  required: ["securityGroupId", "ipProtocol"],
  references: [
    { property: "securityGroupId", to: groupType, weak: true },
    { property: "referencedSecurityGroupId", to: groupType },
  ],
  id: () => ec2Id("sgr"),
  outputs: ({ account }, id) => ({
    arn: arn(account, "ec2", `security-group-rule/${id}`),
    securityGroupRuleId: id,
  }),
};

/** Types of the EC2 API. */
export const ec2Types: ResourceTypes = {
  [vpcType]: ec2Type("vpc", "vpc", {
    required: ["cidrBlock"],
    replaces: ["cidrBlock", "instanceTenancy"],
    validate: ({ inputs }) =>
      isCidr(inputs["cidrBlock"], 16, 28)
        ? undefined
        : `InvalidVpc.Range: The CIDR '${text(inputs, "cidrBlock")}' is invalid.`,
    outputs: (_subject, id) => ({
      defaultSecurityGroupId: `sg-${id.slice(4)}`,
      defaultNetworkAclId: `acl-${id.slice(4)}`,
      mainRouteTableId: `rtb-${id.slice(4)}`,
    }),
  }),
  [subnetType]: ec2Type("subnet", "subnet", {
    required: ["vpcId", "cidrBlock"],
    replaces: ["vpcId", "cidrBlock", "availabilityZone"],
    references: [inVpc],
    validate: ({ inputs }) =>
      isCidr(inputs["cidrBlock"], 16, 28)
        ? undefined
        : `InvalidSubnet.Range: The CIDR '${text(inputs, "cidrBlock")}' is invalid.`,
  }),
  "aws:ec2/internetGateway:InternetGateway": ec2Type("igw", "internet-gateway", {
    references: [inVpc],
  }),
  "aws:ec2/eip:Eip": {
    replaces: ["domain"],
    id: () => ec2Id("eipalloc"),
    outputs: ({ account }, id) => {
      // 198.51.100.0/24 is for documentation (RFC 5737).
      const publicIp = `198.51.100.${Number.parseInt(id.slice(-2), 16)}`;
      return {
        allocationId: id,
        arn: arn(account, "ec2", `elastic-ip/${id}`),
        publicIp,
        publicDns: `ec2-${publicIp.replaceAll(".", "-")}.${account.region}.compute.amazonaws.com`,
      };
    },
  },
  "aws:ec2/natGateway:NatGateway": {
    required: ["subnetId"],
    replaces: ["subnetId", "allocationId", "connectivityType"],
    references: [
      { property: "subnetId", to: subnetType },
      { property: "allocationId", to: "aws:ec2/eip:Eip" },
    ],
    id: () => `nat-0${ec2Id("").slice(2)}`,
    outputs: (_subject, id) => ({
      networkInterfaceId: `eni-${id.slice(4)}`,
      privateIp: "10.0.0.10",
      publicIp: "198.51.100.10",
    }),
  },
  [routeTableType]: ec2Type("rtb", "route-table", {
    required: ["vpcId"],
    replaces: ["vpcId"],
    references: [inVpc],
    outputs: () => ({ routes: [] }),
  }),
  "aws:ec2/route:Route": {
    required: ["routeTableId"],
    replaces: ["routeTableId", "destinationCidrBlock"],
    tagged: false,
    references: [
      { property: "routeTableId", to: routeTableType, weak: true },
      { property: "gatewayId", to: "aws:ec2/internetGateway:InternetGateway" },
      { property: "natGatewayId", to: "aws:ec2/natGateway:NatGateway", weak: true },
    ],
    id: ({ inputs }) => `r-${text(inputs, "routeTableId")}${ec2Id("").slice(-10)}`,
    outputs: () => ({ state: "active", origin: "CreateRoute" }),
  },
  "aws:ec2/routeTableAssociation:RouteTableAssociation": {
    required: ["routeTableId"],
    replaces: ["subnetId", "gatewayId"],
    tagged: false,
    references: [
      { property: "routeTableId", to: routeTableType },
      { property: "subnetId", to: subnetType, weak: true },
    ],
    id: () => ec2Id("rtbassoc"),
  },
  "aws:ec2/vpcEndpoint:VpcEndpoint": ec2Type("vpce", "vpc-endpoint", {
    required: ["vpcId"],
    replaces: ["vpcId", "serviceName", "vpcEndpointType"],
    references: [
      inVpc,
      { property: "subnetIds", to: subnetType },
      { property: "securityGroupIds", to: groupType },
      { property: "routeTableIds", to: routeTableType, weak: true },
    ],
    outputs: () => ({ state: "available", requesterManaged: false }),
  }),
  "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup": {
    references: [{ ...inVpc, weak: true }],
    id: ({ inputs }) => text(inputs, "vpcId").replace(/^vpc-/, "sg-"),
    outputs: ({ account }, id) => ({
      arn: arn(account, "ec2", `security-group/${id}`),
      name: "default",
      description: "default VPC security group",
      ownerId: account.id,
    }),
  },
  [groupType]: ec2Type("sg", "security-group", {
    replaces: ["name", "namePrefix", "description", "vpcId"],
    autoname: "name",
    references: [inVpc],
  }),
  "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": rule,
  "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": rule,
  "aws:ec2/flowLog:FlowLog": ec2Type("fl", "vpc-flow-log", {
    replaces: ["vpcId", "subnetId", "logDestination", "iamRoleArn", "trafficType"],
    references: [
      { ...inVpc, weak: true },
      { property: "logDestination", to: "aws:cloudwatch/logGroup:LogGroup", weak: true },
      { property: "iamRoleArn", to: "aws:iam/role:Role", weak: true },
    ],
  }),
  "aws:ec2/launchTemplate:LaunchTemplate": ec2Type("lt", "launch-template", {
    replaces: ["name", "namePrefix"],
    autoname: "name",
    references: [
      { property: "vpcSecurityGroupIds", to: groupType, weak: true },
      { property: "blockDeviceMappings.ebs.kmsKeyId", ...keyReference },
    ],
    outputs: () => ({ defaultVersion: 1, latestVersion: 1 }),
    // Each change is a new version, and `updateDefaultVersion` follows it.
    revise: (previous) => {
      const version = Number(previous["latestVersion"]) + 1;
      return { defaultVersion: version, latestVersion: version };
    },
  }),
};
