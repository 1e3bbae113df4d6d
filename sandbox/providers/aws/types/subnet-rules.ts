/** Where subnets may lie. */
import { Netmask } from "netmask";

import { isUnknown } from "../../service";
import { type Subject, text } from "../resource-type";

/** Whether a value is a network address with a prefix length from `min` to `max`. */
export function isCidr(value: unknown, min: number, max: number): boolean {
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

/** EC2's complaint of a subnet: no network, outside its VPC, or over another subnet. */
export function complainOfSubnet({ inputs, view }: Subject): string | undefined {
  const cidr = text(inputs, "cidrBlock");
  const vpcId = text(inputs, "vpcId");
  const vpc = view.named("aws:ec2/vpc:Vpc", vpcId);
  const inVpc =
    vpc === undefined ||
    new Netmask(text(vpc.inputs, "cidrBlock")).contains(cidr.split("/")[0] ?? "");
  if (!isCidr(cidr, 16, 28) || !inVpc) {
    return `InvalidSubnet.Range: The CIDR '${cidr}' is invalid.`;
  }
  const block = new Netmask(cidr);
  const overlaps = view
    .all("aws:ec2/subnet:Subnet")
    .filter((other) => other.inputs["vpcId"] === vpcId)
    .map((other) => new Netmask(text(other.inputs, "cidrBlock")))
    .some((other) => other.contains(block.base) || block.contains(other.base));
  return overlaps
    ? `InvalidSubnet.Conflict: The CIDR '${cidr}' conflicts with another subnet`
    : undefined;
}
