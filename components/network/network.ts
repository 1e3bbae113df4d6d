import * as ec2 from "@pulumi/aws/ec2";
import * as pulumi from "@pulumi/pulumi";

import { FlowLogs } from "./flow-logs";
import { NatEgress } from "./nat-egress";
import { planSubnets, type SubnetPlan } from "./subnet-plan";
import { type GatewayEndpoint, type InterfaceEndpoint, VpcEndpoints } from "./vpc-endpoints";

/** Arguments of {@link Network}. */
export interface NetworkArgs {
  /** IPv4 CIDR of the VPC, /16 to /20. */
  readonly vpcCidr: string;
  /** Two or three zones such as `sa-east-1a`; subnets go by position, so add at the end. */
  readonly availabilityZones: readonly string[];
  /** `single` sends all private traffic through the first zone; `perZone` survives losing one. */
  readonly natGateways: "single" | "perZone";
  /** Free endpoints on route tables. */
  readonly gatewayEndpoints: readonly GatewayEndpoint[];
  /** Endpoints in the private subnets; each is billed per hour and zone. */
  readonly interfaceEndpoints: readonly InterfaceEndpoint[];
  /** Retention in days, one of the values that CloudWatch accepts. */
  readonly flowLogs: { readonly retentionDays: number };
  readonly region: string;
  /** Twelve digits; for the policies of the flow logs' key and role. */
  readonly accountId: string;
  /** EKS cluster that finds its subnets here; prefixes every name as well. */
  readonly clusterName: string;
  /**
   * KMS key for the flow logs; its policy must admit CloudWatch Logs.
   *
   * @default a key of the component's own.
   */
  readonly logKeyArn?: pulumi.Input<string>;
  /**
   * Pulumi `protect` on the VPC, on the NAT gateways' addresses (partners list them in their
   * firewalls) and on the flow logs and their key. Everything else can be replaced freely.
   */
  readonly deletionProtection: boolean;
}

/** Who a subnet is for, in the tags that load balancer controllers look for. */
const roleTags = {
  public: { "kubernetes.io/role/elb": "1" },
  private: { "kubernetes.io/role/internal-elb": "1" },
  // No role: neither a load balancer nor a node may be placed beside the databases.
  database: {},
} as const;

type Tier = keyof typeof roleTags;

/**
 * A VPC with public, private and isolated database subnets in every zone.
 *
 * Private subnets reach the internet through NAT; database subnets have no route out of the VPC but
 * the gateway endpoints. The default security group is emptied, so that nothing that forgets its
 * own can talk; the default network ACL stays as AWS makes it, since security groups do the work.
 */
export class Network extends pulumi.ComponentResource {
  readonly vpcId: pulumi.Output<string>;
  /** In the order of the zones. */
  readonly publicSubnetIds: pulumi.Output<string[]>;
  /** In the order of the zones. A node in them also needs {@link Network.ready}. */
  readonly privateSubnetIds: pulumi.Output<string[]>;
  /** In the order of the zones. */
  readonly databaseSubnetIds: pulumi.Output<string[]>;
  /**
   * Routes, their associations and endpoints. Nodes depend on them: before these exist a node cannot
   * register, and while these are being taken down it could not drain.
   */
  readonly ready: readonly pulumi.Resource[];

  private readonly vpc: ec2.Vpc;

  constructor(
    private readonly name: string,
    private readonly args: NetworkArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("dtem:network:Network", name, {}, opts);
    const plan = planSubnets(args.vpcCidr, args.availabilityZones);

    this.vpc = this.createVpc();
    const publicSubnets = this.createSubnets("public", plan);
    const privateSubnets = this.createSubnets("private", plan);
    const databaseSubnets = this.createSubnets("database", plan);

    const internetRoute = this.createPublicRouting(publicSubnets);
    const databaseRoutes = this.createDatabaseRouting(databaseSubnets);
    const egress = new NatEgress(
      `${name}-egress`,
      {
        namePrefix: args.clusterName,
        vpcId: this.vpc.id,
        natGateways: args.natGateways,
        zones: plan.map(({ zone }) => ({
          zone,
          publicSubnetId: idOf(publicSubnets, zone),
          privateSubnetId: idOf(privateSubnets, zone),
        })),
        internetRoute,
        deletionProtection: args.deletionProtection,
      },
      this.child(),
    );

    const endpoints = new VpcEndpoints(
      `${name}-endpoints`,
      {
        namePrefix: args.clusterName,
        region: args.region,
        vpcId: this.vpc.id,
        vpcCidr: args.vpcCidr,
        gateways: args.gatewayEndpoints,
        interfaces: args.interfaceEndpoints,
        routeTableIds: [...egress.routeTableIds, databaseRoutes.id],
        subnetIds: [...privateSubnets.values()].map((subnet) => subnet.id),
      },
      this.child(),
    );
    new FlowLogs(
      `${name}-flow-logs`,
      {
        vpcId: this.vpc.id,
        namePrefix: args.clusterName,
        retentionDays: args.flowLogs.retentionDays,
        region: args.region,
        accountId: args.accountId,
        logKeyArn: args.logKeyArn,
        deletionProtection: args.deletionProtection,
      },
      this.child(),
    );

    this.vpcId = this.vpc.id;
    this.publicSubnetIds = idsOf(publicSubnets);
    this.privateSubnetIds = idsOf(privateSubnets);
    this.databaseSubnetIds = idsOf(databaseSubnets);
    this.ready = [egress, endpoints];
    this.registerOutputs({
      vpcId: this.vpcId,
      publicSubnetIds: this.publicSubnetIds,
      privateSubnetIds: this.privateSubnetIds,
      databaseSubnetIds: this.databaseSubnetIds,
    });
  }

  private createVpc(): ec2.Vpc {
    const vpc = new ec2.Vpc(
      `${this.name}-vpc`,
      {
        cidrBlock: this.args.vpcCidr,
        // Both are needed by private DNS names of endpoints and by EKS's private API endpoint.
        enableDnsSupport: true,
        enableDnsHostnames: true,
        tags: this.tags("vpc"),
      },
      this.child({ protect: this.args.deletionProtection }),
    );
    new ec2.DefaultSecurityGroup(
      `${this.name}-default-security-group`,
      { vpcId: vpc.id, ingress: [], egress: [], tags: this.tags("default-unused") },
      this.child(),
    );
    return vpc;
  }

  private createSubnets(tier: Tier, plan: readonly SubnetPlan[]): Map<string, ec2.Subnet> {
    const discovery: Record<string, string> =
      tier === "database" ? {} : { [`kubernetes.io/cluster/${this.args.clusterName}`]: "shared" };
    return new Map(
      plan.map((zonePlan) => [
        zonePlan.zone,
        new ec2.Subnet(
          `${this.name}-${tier}-${zonePlan.zone}`,
          {
            vpcId: this.vpc.id,
            availabilityZone: zonePlan.zone,
            cidrBlock: zonePlan[tier],
            // Load balancers and NAT gateways bring their own addresses; nothing gets one by chance.
            mapPublicIpOnLaunch: false,
            tags: { ...this.tags(`${tier}-${zonePlan.zone}`), ...roleTags[tier], ...discovery },
          },
          this.child(),
        ),
      ]),
    );
  }

  /** One route table for all public subnets. Returns the route to the internet. */
  private createPublicRouting(subnets: ReadonlyMap<string, ec2.Subnet>): ec2.Route {
    const gateway = new ec2.InternetGateway(
      `${this.name}-internet-gateway`,
      { vpcId: this.vpc.id, tags: this.tags("internet") },
      this.child(),
    );
    const table = this.createRouteTable("public");
    for (const [zone, subnet] of subnets) this.associate("public", zone, subnet, table);
    return new ec2.Route(
      `${this.name}-public-internet`,
      { routeTableId: table.id, destinationCidrBlock: "0.0.0.0/0", gatewayId: gateway.id },
      this.child(),
    );
  }

  /** One route table without a default route: databases neither reach nor are reached from outside. */
  private createDatabaseRouting(subnets: ReadonlyMap<string, ec2.Subnet>): ec2.RouteTable {
    const table = this.createRouteTable("database");
    for (const [zone, subnet] of subnets) this.associate("database", zone, subnet, table);
    return table;
  }

  private createRouteTable(role: string): ec2.RouteTable {
    return new ec2.RouteTable(
      `${this.name}-${role}-routes`,
      { vpcId: this.vpc.id, tags: this.tags(role) },
      this.child(),
    );
  }

  private associate(tier: Tier, zone: string, subnet: ec2.Subnet, table: ec2.RouteTable): void {
    new ec2.RouteTableAssociation(
      `${this.name}-${tier}-${zone}-routes-association`,
      { subnetId: subnet.id, routeTableId: table.id },
      this.child(),
    );
  }

  private tags(role: string): Record<string, string> {
    return { Name: `${this.args.clusterName}-${role}` };
  }

  private child(extra: pulumi.CustomResourceOptions = {}): pulumi.CustomResourceOptions {
    return { parent: this, ...extra };
  }
}

function idOf(subnets: ReadonlyMap<string, ec2.Subnet>, zone: string): pulumi.Output<string> {
  const subnet = subnets.get(zone);
  if (subnet === undefined) throw new RangeError(`no subnet in zone ${zone}`);
  return subnet.id;
}

function idsOf(subnets: ReadonlyMap<string, ec2.Subnet>): pulumi.Output<string[]> {
  return pulumi.all([...subnets.values()].map((subnet) => subnet.id));
}
