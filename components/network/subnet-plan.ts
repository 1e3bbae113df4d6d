/** CIDR arithmetic of the VPC; pure. */
import { Netmask } from "netmask";

/** Subnets of one availability zone, as IPv4 CIDRs. */
export interface SubnetPlan {
  readonly zone: string;
  /** Load balancers and NAT gateways: 1/64 of the VPC. */
  readonly public: string;
  /** Nodes and pods, every pod with an address of its own: 1/4 of the VPC. */
  readonly private: string;
  /** Databases and caches: 1/256 of the VPC. */
  readonly database: string;
}

const maxZones = 3;

/**
 * Divides a VPC among zones.
 *
 * The first three quarters are the private subnets, one a zone. The fourth quarter is cut into
 * sixteen slots: the first three are the public subnets, the fifth is cut into four for the
 * database subnets, the rest is reserve. A zone's place follows from its position alone, so adding
 * a zone at the end moves nothing. In a /16 that gives /18, /22 and /24; in a /20, the smallest
 * allowed, /22, /26 and /28 (AWS's minimum).
 *
 * @param vpcCidr network address and prefix, /16 to /20, for example `10.40.0.0/16`.
 * @param zones two or three zone names without repetition.
 * @throws RangeError naming the value and what is allowed.
 */
export function planSubnets(vpcCidr: string, zones: readonly string[]): SubnetPlan[] {
  const vpc = new Netmask(vpcCidr);
  if (vpc.bitmask < 16 || vpc.bitmask > 20) {
    throw new RangeError(`vpcCidr ${vpcCidr}: the prefix must be /16 to /20`);
  }
  if (vpc.toString() !== vpcCidr) {
    throw new RangeError(`vpcCidr ${vpcCidr}: has host bits; the network is ${vpc.toString()}`);
  }
  if (zones.length < 2 || zones.length > maxZones) {
    throw new RangeError(`availability zones: got ${zones.length}, need 2 or ${maxZones}`);
  }
  if (new Set(zones).size !== zones.length) {
    throw new RangeError(`availability zones: ${zones.join(", ")} has a repetition`);
  }
  const fourthQuarter = part(vpc, 2, maxZones);
  const databases = part(fourthQuarter, 4, 4);
  return zones.map((zone, index) => ({
    zone,
    private: part(vpc, 2, index).toString(),
    public: part(fourthQuarter, 4, index).toString(),
    database: part(databases, 2, index).toString(),
  }));
}

/** The `index`-th of the 2^bits equal parts of a block. */
function part(block: Netmask, bits: number, index: number): Netmask {
  return new Netmask(`${block.base}/${block.bitmask + bits}`).next(index);
}
