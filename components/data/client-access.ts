import * as ec2 from "@pulumi/aws/ec2";
import * as vpc from "@pulumi/aws/vpc";
import * as pulumi from "@pulumi/pulumi";

/** Arguments of {@link ClientAccess}. */
export interface ClientAccessArgs {
  /** Name tag of the group, for example `dtem-prod-postgresql`. */
  readonly groupName: string;
  readonly vpcId: pulumi.Input<string>;
  /** The one TCP port that is opened. */
  readonly port: number;
  /** Security groups that may connect, by the name of what carries them (`nodes`). */
  readonly clientSecurityGroupIds: Readonly<Record<string, pulumi.Input<string>>>;
}

/**
 * Security group of a data server: one port, open to named security groups and to no address.
 *
 * It has no egress rule at all: the provider removes AWS's default one, answers to accepted
 * connections need none, and neither RDS nor ElastiCache uses the group for its own traffic.
 */
export class ClientAccess extends pulumi.ComponentResource {
  readonly securityGroupId: pulumi.Output<string>;

  constructor(name: string, args: ClientAccessArgs, opts?: pulumi.ComponentResourceOptions) {
    super("dtem:data:ClientAccess", name, {}, opts);
    const group = new ec2.SecurityGroup(
      `${name}-group`,
      {
        description: `Clients of ${args.groupName}`,
        vpcId: args.vpcId,
        tags: { Name: args.groupName },
      },
      { parent: this },
    );
    for (const [client, clientGroupId] of Object.entries(args.clientSecurityGroupIds)) {
      new vpc.SecurityGroupIngressRule(
        `${name}-from-${client}`,
        {
          securityGroupId: group.id,
          description: `From ${client}`,
          ipProtocol: "tcp",
          fromPort: args.port,
          toPort: args.port,
          referencedSecurityGroupId: clientGroupId,
          tags: { Name: `${args.groupName}-from-${client}` },
        },
        { parent: this },
      );
    }
    this.securityGroupId = group.id;
    this.registerOutputs({ securityGroupId: this.securityGroupId });
  }
}
