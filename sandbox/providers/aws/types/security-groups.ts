/** Security groups and their rules. */
import { arn, digest, ec2Id, type ResourceType, type ResourceTypes, text } from "../resource-type";
import { ec2Type, notFound } from "./ec2-type";

const vpcType = "aws:ec2/vpc:Vpc";
const groupType = "aws:ec2/securityGroup:SecurityGroup";

/** A rule goes with the group that it is in, and holds the group that it names. */
const rule: ResourceType = {
  required: ["securityGroupId", "ipProtocol"],
  replaces: ["securityGroupId"],
  references: [
    { property: "securityGroupId", to: groupType, weak: true },
    { property: "referencedSecurityGroupId", to: groupType },
    {
      property: "prefixListId",
      to: "aws:ec2/managedPrefixList:ManagedPrefixList",
      external: /^pl-/,
    },
  ],
  validate: ({ inputs }) => {
    const sources = ["cidrIpv4", "cidrIpv6", "prefixListId", "referencedSecurityGroupId"].filter(
      (property) => inputs[property] !== undefined,
    );
    if (sources.length !== 1) {
      return `InvalidParameterCombination: exactly one of cidrIpv4, cidrIpv6, prefixListId, referencedSecurityGroupId must be given, not ${sources.length}`;
    }
    const ports = inputs["fromPort"] !== undefined && inputs["toPort"] !== undefined;
    return inputs["ipProtocol"] === "-1" || ports
      ? undefined
      : "InvalidParameterValue: fromPort and toPort are required unless ipProtocol is -1";
  },
  id: () => ec2Id("sgr"),
  outputs: ({ account }, id) => ({
    arn: arn(account, "ec2", `security-group-rule/${id}`),
    securityGroupRuleId: id,
  }),
};

const contents = [
  "type",
  "fromPort",
  "toPort",
  "protocol",
  "cidrBlocks",
  "ipv6CidrBlocks",
  "prefixListIds",
  "securityGroupId",
  "sourceSecurityGroupId",
  "self",
] as const;

/** Types of security groups. */
export const securityGroupTypes: ResourceTypes = {
  [groupType]: ec2Type("sg", "security-group", {
    replaces: ["name", "namePrefix", "description", "vpcId"],
    autoname: "name",
    references: [{ property: "vpcId", to: vpcType }],
    missing: notFound("InvalidGroup", "security group"),
    // Names are unique in a VPC, not in the account.
    validate: ({ inputs, view }) =>
      view
        .all(groupType)
        .some(
          ({ outputs }) =>
            outputs["name"] === inputs["name"] && outputs["vpcId"] === inputs["vpcId"],
        )
        ? `InvalidGroup.Duplicate: The security group '${text(inputs, "name")}' already exists for VPC '${text(inputs, "vpcId")}'`
        : undefined,
    outputs: ({ inputs }) => ({
      description: inputs["description"] ?? "Managed by Pulumi",
      ingress: inputs["ingress"] ?? [],
      egress: inputs["egress"] ?? [],
    }),
  }),
  // Adopted from the VPC: deleting it leaves the group in AWS, which goes with the VPC.
  "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup": {
    replaces: ["vpcId"],
    references: [{ property: "vpcId", to: vpcType, weak: true }],
    id: ({ inputs }) => text(inputs, "vpcId").replace(/^vpc-/, "sg-"),
    outputs: ({ account }, id) => ({
      arn: arn(account, "ec2", `security-group/${id}`),
      name: "default",
      description: "default VPC security group",
      ownerId: account.id,
    }),
  },
  "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": rule,
  "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": rule,
  "aws:ec2/securityGroupRule:SecurityGroupRule": {
    required: ["type", "fromPort", "toPort", "protocol", "securityGroupId"],
    replaces: contents,
    tagged: false,
    existsCode: "InvalidPermission.Duplicate",
    references: [
      { property: "securityGroupId", to: groupType, weak: true },
      { property: "sourceSecurityGroupId", to: groupType },
    ],
    id: ({ inputs }) => {
      const values = contents.map((property) => JSON.stringify(inputs[property]) ?? "");
      return `sgrule-${Number.parseInt(digest(values.join(), 8), 16)}`;
    },
    outputs: (_subject, id) => ({ securityGroupRuleId: `sgr-0${digest(id, 16)}` }),
  },
};
