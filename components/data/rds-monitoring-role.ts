import * as iam from "@pulumi/aws/iam";
import * as pulumi from "@pulumi/pulumi";

/** Role with which RDS writes enhanced-monitoring metrics to CloudWatch Logs. */
export class RdsMonitoringRole extends pulumi.ComponentResource {
  /** ARN, usable only once the permission is attached: RDS tries the role when it is handed over. */
  readonly arn: pulumi.Output<string>;

  /** @param args.identifier of the instance that is monitored */
  constructor(
    name: string,
    args: { readonly identifier: string },
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("dtem:data:RdsMonitoringRole", name, {}, opts);
    const role = new iam.Role(
      `${name}-role`,
      {
        description: `Enhanced monitoring of ${args.identifier}`,
        assumeRolePolicy: JSON.stringify({
          Version: "2012-10-17",
          Statement: [
            {
              Effect: "Allow",
              Principal: { Service: "monitoring.rds.amazonaws.com" },
              Action: "sts:AssumeRole",
            },
          ],
        }),
        tags: { Name: `${args.identifier}-monitoring` },
      },
      { parent: this },
    );
    const permission = new iam.RolePolicyAttachment(
      `${name}-permission`,
      {
        role: role.name,
        policyArn: "arn:aws:iam::aws:policy/service-role/AmazonRDSEnhancedMonitoringRole",
      },
      { parent: this },
    );
    this.arn = pulumi.all([role.arn, permission.id]).apply(([arn]) => arn);
    this.registerOutputs({ arn: this.arn });
  }
}
