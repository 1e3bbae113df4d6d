/** Rules about the VPC: what may come in, and that it is seen. */
import { each } from "../evaluate";
import {
  advice,
  everywhere,
  ofType,
  type Resource,
  type ResourceRule,
  type StackRule,
} from "../rule";
import type { PropertyView } from "../unknown";

const anywhere = new Set(["0.0.0.0/0", "::/0"]);
const ingressTypes = [
  "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
  "aws:ec2/securityGroupRule:SecurityGroupRule",
  "aws:ec2/securityGroup:SecurityGroup",
];

/** One permission to come in, whichever of the three resources it is written in. */
interface Ingress {
  readonly sources: readonly string[];
  readonly protocol: string;
  readonly from: number;
  readonly to: number;
  readonly description: string | undefined;
}

/** The ingress rules of a security group, a rule of the old kind or one of the new kind. */
function* ingressOf({ type, props }: Resource): Iterable<Ingress> {
  if (type === "aws:ec2/securityGroup:SecurityGroup") {
    yield* props.list("ingress").map(blockIngress);
  } else if (type === "aws:ec2/securityGroupRule:SecurityGroupRule") {
    if (props.text("type") === "ingress") yield blockIngress(props);
  } else {
    const sources = [props.text("cidrIpv4"), props.text("cidrIpv6")].filter(
      (source) => source !== undefined,
    );
    yield { ...portsOf(props, "ipProtocol"), sources };
  }
}

function blockIngress(block: PropertyView): Ingress {
  return {
    ...portsOf(block, "protocol"),
    sources: [...block.texts("cidrBlocks"), ...block.texts("ipv6CidrBlocks")],
  };
}

function portsOf(view: PropertyView, protocolKey: string): Omit<Ingress, "sources"> {
  const protocol = view.text(protocolKey) ?? "-1";
  const all = protocol === "-1" || protocol === "all";
  return {
    protocol: all ? "-1" : protocol,
    from: all ? 0 : (view.number("fromPort") ?? 0),
    to: all ? 65_535 : (view.number("toPort") ?? 65_535),
    description: view.text("description"),
  };
}

/** Nothing uses the group that forgetful resources end up in. */
export const defaultSecurityGroupClosed: ResourceRule = {
  kind: "resource",
  id: "default-security-group-closed",
  title: "The default security group admits nothing",
  severity: "high",
  controls: ["FSBP EC2.2"],
  remedy: "Set `ingress: []` and `egress: []`, and give each resource a group of its own.",
  levels: everywhere,
  whenUnknown: "violate",
  types: ["aws:ec2/defaultSecurityGroup:DefaultSecurityGroup"],
  *check({ props }) {
    for (const direction of ["ingress", "egress"]) {
      const { length } = props.list(direction);
      if (length > 0) yield `has ${length} ${direction} rules`;
    }
  },
};

/** AWS makes the group open to itself; only a resource of ours empties it. */
export const defaultSecurityGroupManaged: StackRule = {
  kind: "stack",
  id: "default-security-group-managed",
  title: "Every VPC has its default security group under control",
  severity: "medium",
  controls: ["FSBP EC2.2"],
  remedy: "Add an `ec2.DefaultSecurityGroup` of this VPC without rules.",
  levels: everywhere,
  whenUnknown: "advise",
  types: ["aws:ec2/vpc:Vpc"],
  *check(resources) {
    yield* vpcsWithout(
      resources,
      "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup",
      "has a default security group that nobody empties",
    );
  },
};

/** Without flow logs an intrusion leaves no trace in the network. */
export const flowLogsPresent: StackRule = {
  kind: "stack",
  id: "vpc-flow-logs-present",
  title: "Every VPC has flow logs",
  severity: "medium",
  controls: ["FSBP EC2.6", "NSA audit logging"],
  remedy: "Add an `ec2.FlowLog` of this VPC.",
  levels: everywhere,
  whenUnknown: "advise",
  types: ["aws:ec2/vpc:Vpc"],
  *check(resources) {
    yield* vpcsWithout(resources, "aws:ec2/flowLog:FlowLog", "has no flow logs");
  },
};

/** A log of rejected traffic only does not show what got through. */
export const flowLogsComplete: ResourceRule = {
  kind: "resource",
  id: "vpc-flow-logs-complete",
  title: "Flow logs record accepted and rejected traffic",
  severity: "low",
  controls: ["FSBP EC2.6"],
  remedy: 'Set `trafficType: "ALL"`.',
  levels: everywhere,
  whenUnknown: "violate",
  types: ["aws:ec2/flowLog:FlowLog"],
  *check({ props }) {
    const recorded = props.text("trafficType");
    if (recorded !== "ALL") yield `records ${recorded ?? "nothing"} only`;
  },
};

/** A public address must be somebody's decision. */
export const noAutomaticPublicAddresses: ResourceRule = {
  kind: "resource",
  id: "subnet-no-automatic-public-ip",
  title: "Subnets give no public address by themselves",
  severity: "medium",
  controls: ["FSBP EC2.15", "CIS EKS 5.4.3"],
  remedy: "Set `mapPublicIpOnLaunch: false`; load balancers and NAT gateways bring their own.",
  levels: everywhere,
  whenUnknown: "violate",
  types: ["aws:ec2/subnet:Subnet"],
  *check({ props }) {
    if (props.get("mapPublicIpOnLaunch") === true) yield "gives every instance a public address";
    if (props.get("assignIpv6AddressOnCreation") === true) yield "gives every instance an IPv6 one";
  },
};

/** Only what the public is meant to reach may be open to all addresses. */
export const noOpenIngress: ResourceRule = {
  kind: "resource",
  id: "security-group-no-open-ingress",
  title: "Nothing but public web ports is open to all addresses",
  severity: "critical",
  controls: ["FSBP EC2.18", "FSBP EC2.19", "NSA network separation"],
  remedy: "Name the security group (`referencedSecurityGroupId`) or the network that may connect.",
  levels: everywhere,
  whenUnknown: "violate",
  parameters: {
    publicPorts: {
      schema: { type: "array", items: { type: "string" }, default: ["80", "443"] },
    },
  },
  types: ingressTypes,
  *check(resource, context) {
    const allowed = new Set(context.texts("publicPorts"));
    yield* each(ingressOf(resource), function* ({ sources, protocol, from, to }) {
      const open = sources.filter((source) => anywhere.has(source));
      const single = from === to && allowed.has(String(from)) && protocol !== "-1";
      if (open.length > 0 && !single) {
        yield `admits ${open.join(" and ")} to ${portRange(protocol, from, to)}`;
      }
    });
  },
};

/** Whoever shares a network with the data must still be named. */
export const dataPortsByGroup: ResourceRule = {
  kind: "resource",
  id: "security-group-data-ports-by-group",
  title: "Ports of data servers are open to security groups, not to addresses",
  severity: "high",
  controls: ["NSA network separation", "DTEM data reachable from nodes only"],
  remedy: "Use `referencedSecurityGroupId` of the clients instead of a CIDR.",
  levels: everywhere,
  whenUnknown: "violate",
  types: ingressTypes,
  *check(resource) {
    yield* each(ingressOf(resource), function* ({ sources, protocol, from, to }) {
      const reached = dataPorts.filter((port) => from <= port && port <= to);
      if (sources.length > 0 && reached.length > 0 && protocol !== "udp") {
        yield `admits ${sources.join(", ")} to port ${reached.join(" and ")}`;
      }
    });
  },
};

/** PostgreSQL and Redis. */
const dataPorts = [5432, 6379];

/** A rule that nobody can explain is never removed. */
export const ingressDescribed: ResourceRule = {
  kind: "resource",
  id: "security-group-rules-described",
  title: "Every ingress rule says who it is for",
  severity: "low",
  controls: ["DTEM reviewable security groups"],
  remedy: "Set `description`.",
  levels: advice,
  whenUnknown: "advise",
  types: ingressTypes,
  *check(resource) {
    for (const { description, from, to, protocol } of ingressOf(resource)) {
      if (description === undefined) yield `does not describe ${portRange(protocol, from, to)}`;
    }
  },
};

/** Without private DNS, clients keep going out to the public endpoint. */
export const endpointsPrivateDns: ResourceRule = {
  kind: "resource",
  id: "vpc-endpoint-private-dns",
  title: "Interface endpoints answer under the service's own name",
  severity: "low",
  controls: ["DTEM AWS calls stay inside the VPC"],
  remedy: "Set `privateDnsEnabled: true`.",
  levels: everywhere,
  whenUnknown: "violate",
  types: ["aws:ec2/vpcEndpoint:VpcEndpoint"],
  *check({ props }) {
    if (props.text("vpcEndpointType") === "Interface" && props.get("privateDnsEnabled") !== true) {
      yield "has no private DNS";
    }
  },
};

function* vpcsWithout(resources: readonly Resource[], type: string, problem: string) {
  const covered = new Set(ofType(resources, type).flatMap((each) => [...each.dependencies]));
  for (const vpc of ofType(resources, "aws:ec2/vpc:Vpc")) {
    if (!covered.has(vpc.urn)) yield { resource: vpc, problem };
  }
}

function portRange(protocol: string, from: number, to: number): string {
  if (protocol === "-1") return "all ports";
  return from === to ? `port ${from}/${protocol}` : `ports ${from}-${to}/${protocol}`;
}
