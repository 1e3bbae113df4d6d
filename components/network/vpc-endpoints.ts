import * as ec2 from "@pulumi/aws/ec2";
import * as vpc from "@pulumi/aws/vpc";
import * as pulumi from "@pulumi/pulumi";

/** Services with a gateway endpoint. */
export type GatewayEndpoint = "s3" | "dynamodb";

/** Services with an interface endpoint that the platform's nodes and pods call. */
export type InterfaceEndpoint =
  | "autoscaling"
  | "ec2"
  | "ecr.api"
  | "ecr.dkr"
  | "eks"
  | "eks-auth"
  | "elasticloadbalancing"
  | "kms"
  | "logs"
  | "secretsmanager"
  | "sts";

/** Arguments of {@link VpcEndpoints}. */
export interface VpcEndpointsArgs {
  /** Prefix of the names in the console. */
  readonly namePrefix: string;
  readonly region: string;
  readonly vpcId: pulumi.Input<string>;
  /** Who may use the interface endpoints. */
  readonly vpcCidr: string;
  readonly gateways: readonly GatewayEndpoint[];
  readonly interfaces: readonly InterfaceEndpoint[];
  /** Tables that get the gateways' routes. */
  readonly routeTableIds: readonly pulumi.Input<string>[];
  /** Subnets of the interfaces, one a zone. */
  readonly subnetIds: readonly pulumi.Input<string>[];
}

/**
 * Ways to AWS services that do not leave the VPC.
 *
 * Interface endpoints answer under the services' public names (private DNS), so no client needs to
 * know of them. Their one security group admits HTTPS from the VPC and lets nothing out.
 */
export class VpcEndpoints extends pulumi.ComponentResource {
  constructor(
    private readonly name: string,
    private readonly args: VpcEndpointsArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("dtem:network:VpcEndpoints", name, {}, opts);
    for (const service of args.gateways) this.createGateway(service);
    if (args.interfaces.length > 0) {
      const securityGroup = this.createSecurityGroup();
      for (const service of args.interfaces) this.createInterface(service, securityGroup);
    }
    this.registerOutputs({});
  }

  private createGateway(service: GatewayEndpoint): void {
    new ec2.VpcEndpoint(
      `${this.name}-${service}`,
      {
        vpcId: this.args.vpcId,
        serviceName: this.serviceName(service),
        vpcEndpointType: "Gateway",
        routeTableIds: [...this.args.routeTableIds],
        tags: this.tags(service),
      },
      { parent: this },
    );
  }

  private createInterface(service: InterfaceEndpoint, securityGroup: ec2.SecurityGroup): void {
    new ec2.VpcEndpoint(
      `${this.name}-${service}`,
      {
        vpcId: this.args.vpcId,
        serviceName: this.serviceName(service),
        vpcEndpointType: "Interface",
        privateDnsEnabled: true,
        subnetIds: [...this.args.subnetIds],
        securityGroupIds: [securityGroup.id],
        tags: this.tags(service),
      },
      { parent: this },
    );
  }

  private createSecurityGroup(): ec2.SecurityGroup {
    const securityGroup = new ec2.SecurityGroup(
      `${this.name}-security-group`,
      {
        vpcId: this.args.vpcId,
        description: "HTTPS from the VPC to interface endpoints",
        tags: this.tags("endpoints"),
      },
      { parent: this },
    );
    new vpc.SecurityGroupIngressRule(
      `${this.name}-https-from-vpc`,
      {
        securityGroupId: securityGroup.id,
        description: "HTTPS from the VPC",
        cidrIpv4: this.args.vpcCidr,
        ipProtocol: "tcp",
        fromPort: 443,
        toPort: 443,
      },
      { parent: this },
    );
    return securityGroup;
  }

  private serviceName(service: GatewayEndpoint | InterfaceEndpoint): string {
    return `com.amazonaws.${this.args.region}.${service}`;
  }

  private tags(role: string): Record<string, string> {
    return { Name: `${this.args.namePrefix}-${role}` };
  }
}
