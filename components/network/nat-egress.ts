import * as ec2 from "@pulumi/aws/ec2";
import * as pulumi from "@pulumi/pulumi";

/** Subnets of one zone that the way out runs through. */
export interface EgressZone {
  readonly zone: string;
  readonly publicSubnetId: pulumi.Input<string>;
  readonly privateSubnetId: pulumi.Input<string>;
}

/** Arguments of {@link NatEgress}. */
export interface NatEgressArgs {
  /** Prefix of the names in the console. */
  readonly namePrefix: string;
  readonly vpcId: pulumi.Input<string>;
  /** `single`: one NAT gateway in the first zone. `perZone`: one in each. */
  readonly natGateways: "single" | "perZone";
  readonly zones: readonly EgressZone[];
  /** The public subnets' route to the internet. */
  readonly internetRoute: pulumi.Resource;
  /** Pulumi `protect` on the public addresses, which partners list in their firewalls. */
  readonly deletionProtection: boolean;
}

/**
 * The way from private subnets to the internet: NAT gateways with fixed addresses and one route
 * table a zone. There is a table a zone even with a single gateway, so that going from `single` to
 * `perZone` changes one route each and moves no subnet.
 */
export class NatEgress extends pulumi.ComponentResource {
  /** Private route tables, in the order of the zones. */
  readonly routeTableIds: readonly pulumi.Output<string>[];

  constructor(
    private readonly name: string,
    private readonly args: NatEgressArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("dtem:network:NatEgress", name, {}, opts);
    const shared = args.natGateways === "single";
    const [first, ...others] = args.zones;
    if (first === undefined) {
      throw new pulumi.ResourceError("zones: none given, need 2 or 3", this);
    }
    const firstGateway = this.createNatGateway(first);
    this.routeTableIds = [
      this.createRouting(first, firstGateway),
      ...others.map((zone) =>
        this.createRouting(zone, shared ? firstGateway : this.createNatGateway(zone)),
      ),
    ];
    this.registerOutputs({});
  }

  private createNatGateway({ zone, publicSubnetId }: EgressZone): ec2.NatGateway {
    const { namePrefix, internetRoute, deletionProtection } = this.args;
    const tags = { Name: `${namePrefix}-nat-${zone}` };
    const address = new ec2.Eip(
      `${this.name}-address-${zone}`,
      { domain: "vpc", tags },
      // The internet gateway cannot be detached while the VPC has mapped public addresses.
      { parent: this, protect: deletionProtection, dependsOn: [internetRoute] },
    );
    return new ec2.NatGateway(
      `${this.name}-nat-${zone}`,
      { subnetId: publicSubnetId, allocationId: address.id, tags },
      // Without the route the gateway would come up and drop every packet.
      { parent: this, dependsOn: [internetRoute] },
    );
  }

  private createRouting(
    { zone, privateSubnetId }: EgressZone,
    gateway: ec2.NatGateway,
  ): pulumi.Output<string> {
    const table = new ec2.RouteTable(
      `${this.name}-routes-${zone}`,
      { vpcId: this.args.vpcId, tags: { Name: `${this.args.namePrefix}-private-${zone}` } },
      { parent: this },
    );
    new ec2.Route(
      `${this.name}-default-route-${zone}`,
      { routeTableId: table.id, destinationCidrBlock: "0.0.0.0/0", natGatewayId: gateway.id },
      { parent: this },
    );
    new ec2.RouteTableAssociation(
      `${this.name}-association-${zone}`,
      { subnetId: privateSubnetId, routeTableId: table.id },
      { parent: this },
    );
    return table.id;
  }
}
