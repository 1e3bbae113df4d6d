/** Route 53 and ACM. */
import { randomUUID } from "node:crypto";

import { arn, digest, hex, type ResourceTypes, text } from "../resource-type";

const zoneType = "aws:route53/zone:Zone";
const certificateType = "aws:acm/certificate:Certificate";

/** Types of Route 53 and ACM. */
export const dnsTypes: ResourceTypes = {
  [zoneType]: {
    required: ["name"],
    replaces: ["name", "delegationSetId"],
    inUseCode: "HostedZoneNotEmpty",
    missing: (value) => `NoSuchHostedZone: No hosted zone found with ID: ${value}`,
    references: [{ property: "vpcs.vpcId", to: "aws:ec2/vpc:Vpc", weak: true }],
    id: () => `Z${hex(20).toUpperCase()}`,
    outputs: (_subject, id) => ({
      arn: `arn:aws:route53:::hostedzone/${id}`,
      zoneId: id,
      nameServers: [0, 1, 2, 3].map((server) => `ns-${server}.awsdns-${digest(id, 2)}.com`),
      primaryNameServer: `ns-0.awsdns-${digest(id, 2)}.com`,
    }),
  },
  "aws:route53/record:Record": {
    required: ["name", "type", "zoneId"],
    replaces: ["name", "setIdentifier", "zoneId"],
    tagged: false,
    existsCode: "InvalidChangeBatch",
    references: [{ property: "zoneId", to: zoneType }],
    id: ({ inputs }) =>
      [text(inputs, "zoneId"), text(inputs, "name"), text(inputs, "type")]
        .concat(text(inputs, "setIdentifier") || [])
        .join("_"),
    outputs: ({ inputs, view }) => {
      const domain = text(view.named(zoneType, text(inputs, "zoneId"))?.inputs ?? {}, "name");
      const name = text(inputs, "name");
      return { fqdn: name.endsWith(domain) ? name : `${name}.${domain}` };
    },
  },
  [certificateType]: {
    replaces: ["domainName", "keyAlgorithm", "subjectAlternativeNames", "validationMethod"],
    secrets: ["privateKey", "privateKeyWo"],
    inUseCode: "ResourceInUseException",
    missing: (value) => `ResourceNotFoundException: Could not find certificate ${value}.`,
    id: ({ account }) => arn(account, "acm", `certificate/${randomUUID()}`),
    outputs: ({ inputs }, id) => {
      const names = [inputs["domainName"], ...list(inputs["subjectAlternativeNames"])].map(String);
      return {
        arn: id,
        status: "PENDING_VALIDATION",
        type: "AMAZON_ISSUED",
        subjectAlternativeNames: [...new Set(names)],
        domainValidationOptions: [...new Set(names)].map((name) => ({
          domainName: name,
          resourceRecordName: `_${digest(id + name, 32)}.${name.replace("*.", "")}.`,
          resourceRecordType: "CNAME",
          resourceRecordValue: `_${digest(name + id, 32)}.acm-validations.aws.`,
        })),
      };
    },
  },
  "aws:acm/certificateValidation:CertificateValidation": {
    required: ["certificateArn"],
    replaces: ["certificateArn", "validationRecordFqdns"],
    tagged: false,
    references: [{ property: "certificateArn", to: certificateType, weak: true }],
    id: () => new Date().toISOString(),
  },
};

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
