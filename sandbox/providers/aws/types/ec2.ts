/** EC2: network and launch templates. */
import type { Props } from "../../service";
import { arn, digest, ec2Id, type ResourceTypes, text } from "../resource-type";
import { ec2Type, notFound } from "./ec2-type";
import { complainOfSubnet, isCidr } from "./subnet-rules";

const vpcType = "aws:ec2/vpc:Vpc";
const subnetType = "aws:ec2/subnet:Subnet";
const groupType = "aws:ec2/securityGroup:SecurityGroup";
const routeTableType = "aws:ec2/routeTable:RouteTable";

const inVpc = { property: "vpcId", to: vpcType } as const;
const keyReference = { to: "aws:kms/key:Key", weak: true } as const;

/** Types of the EC2 API. */
export const ec2Types: ResourceTypes = {
  [vpcType]: ec2Type("vpc", "vpc", {
    required: ["cidrBlock"],
    replaces: ["cidrBlock", "instanceTenancy"],
    missing: notFound("InvalidVpcID", "vpc ID"),
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
    missing: notFound("InvalidSubnetID", "subnet ID"),
    validate: complainOfSubnet,
  }),
  "aws:ec2/internetGateway:InternetGateway": ec2Type("igw", "internet-gateway", {
    references: [inVpc],
    missing: notFound("InvalidInternetGatewayID", "internetGateway ID"),
    refuseDeletion: ({ vpcId }, view) =>
      view
        .all("aws:ec2/natGateway:NatGateway")
        .some(
          ({ inputs }) =>
            view.named(subnetType, text(inputs, "subnetId"))?.outputs["vpcId"] === vpcId,
        )
        ? `DependencyViolation: Network ${String(vpcId)} has some mapped public address(es). Please unmap those public address(es) before detaching the gateway.`
        : undefined,
  }),
  "aws:ec2/eip:Eip": {
    replaces: ["domain", "address", "networkBorderGroup", "publicIpv4Pool"],
    missing: notFound("InvalidAllocationID", "allocation ID"),
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
    replaces: ["subnetId", "allocationId", "connectivityType", "privateIp"],
    missing: notFound("NatGateway", "nat gateway ID"),
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
    missing: notFound("InvalidRouteTableID", "routeTable ID"),
    outputs: ({ inputs }) => ({ routes: inputs["routes"] ?? [] }),
  }),
  "aws:ec2/route:Route": {
    required: ["routeTableId"],
    replaces: [
      "routeTableId",
      "destinationCidrBlock",
      "destinationIpv6CidrBlock",
      "destinationPrefixListId",
    ],
    existsCode: "RouteAlreadyExists",
    tagged: false,
    references: [
      { property: "routeTableId", to: routeTableType, weak: true },
      { property: "gatewayId", to: "aws:ec2/internetGateway:InternetGateway" },
      { property: "natGatewayId", to: "aws:ec2/natGateway:NatGateway", weak: true },
    ],
    // A table has one route to a destination.
    id: ({ inputs }) => `r-${text(inputs, "routeTableId")}${digest(destinationOf(inputs), 10)}`,
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
    replaces: ["vpcId", "serviceName", "serviceRegion", "vpcEndpointType"],
    missing: notFound("InvalidVpcEndpointId", "Vpc Endpoint Id"),
    references: [
      inVpc,
      { property: "subnetIds", to: subnetType },
      { property: "securityGroupIds", to: groupType },
      { property: "routeTableIds", to: routeTableType, weak: true },
    ],
    outputs: () => ({ state: "available", requesterManaged: false }),
  }),
  "aws:ec2/vpcEndpointRouteTableAssociation:VpcEndpointRouteTableAssociation": {
    required: ["routeTableId", "vpcEndpointId"],
    replaces: ["routeTableId", "vpcEndpointId"],
    tagged: false,
    references: [
      { property: "routeTableId", to: routeTableType, weak: true },
      { property: "vpcEndpointId", to: "aws:ec2/vpcEndpoint:VpcEndpoint", weak: true },
    ],
    id: ({ inputs }) =>
      `a-${text(inputs, "vpcEndpointId")}${digest(text(inputs, "routeTableId"), 10)}`,
  },
  // Adopted from the VPC, like the default security group: deleting it only resets it.
  "aws:ec2/defaultNetworkAcl:DefaultNetworkAcl": {
    required: ["defaultNetworkAclId"],
    replaces: ["defaultNetworkAclId"],
    id: ({ inputs }) => text(inputs, "defaultNetworkAclId"),
    outputs: ({ account }, id) => ({
      arn: arn(account, "ec2", `network-acl/${id}`),
      ownerId: account.id,
      vpcId: id.replace(/^acl-/, "vpc-"),
    }),
  },
  "aws:ec2/flowLog:FlowLog": ec2Type("fl", "vpc-flow-log", {
    replaces: [
      "vpcId",
      "subnetId",
      "eniId",
      "logDestination",
      "logDestinationType",
      "logFormat",
      "iamRoleArn",
      "trafficType",
      "maxAggregationInterval",
      "destinationOptions",
    ],
    references: [
      { ...inVpc, weak: true },
      { property: "logDestination", to: "aws:cloudwatch/logGroup:LogGroup", weak: true },
      { property: "iamRoleArn", to: "aws:iam/role:Role", weak: true },
    ],
  }),
  "aws:ec2/launchTemplate:LaunchTemplate": ec2Type("lt", "launch-template", {
    replaces: ["name", "namePrefix"],
    autoname: "name",
    unique: "name",
    existsCode: "InvalidLaunchTemplateName.AlreadyExistsException",
    missing: notFound("InvalidLaunchTemplateId", "launch template"),
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

function destinationOf(inputs: Props): string {
  return (
    text(inputs, "destinationCidrBlock") ||
    text(inputs, "destinationIpv6CidrBlock") ||
    text(inputs, "destinationPrefixListId")
  );
}
