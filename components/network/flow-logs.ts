import * as cloudwatch from "@pulumi/aws/cloudwatch";
import * as ec2 from "@pulumi/aws/ec2";
import * as iam from "@pulumi/aws/iam";
import * as kms from "@pulumi/aws/kms";
import * as pulumi from "@pulumi/pulumi";

import { logKeyPolicy } from "../key-policy";

/** Arguments of {@link FlowLogs}. */
export interface FlowLogsArgs {
  readonly vpcId: pulumi.Input<string>;
  /** Prefix of every name; at most 27 characters, so that the role's prefix fits IAM's 38. */
  readonly namePrefix: string;
  /** One of the values that CloudWatch accepts. */
  readonly retentionDays: number;
  readonly region: string;
  /** Twelve digits. */
  readonly accountId: string;
  /** @default a key of the component's own. */
  readonly logKeyArn?: pulumi.Input<string>;
  /** Pulumi `protect` on the log group and the key. */
  readonly deletionProtection: boolean;
}

/**
 * Flow logs of a VPC, accepted and rejected traffic alike, in an encrypted log group.
 *
 * The role may write to that one group and may not create groups, so a group that was deleted on
 * purpose does not come back without retention.
 */
export class FlowLogs extends pulumi.ComponentResource {
  private readonly logGroupName: string;

  constructor(
    private readonly name: string,
    private readonly args: FlowLogsArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("dtem:network:FlowLogs", name, {}, opts);
    this.logGroupName = `/aws/vpc/${args.namePrefix}/flow-logs`;
    const logGroup = new cloudwatch.LogGroup(
      `${name}-log-group`,
      {
        name: this.logGroupName,
        retentionInDays: args.retentionDays,
        kmsKeyId: args.logKeyArn ?? this.createKey(),
      },
      { parent: this, protect: args.deletionProtection },
    );
    const { role, permission } = this.createRole(logGroup);
    new ec2.FlowLog(
      `${name}-vpc`,
      {
        vpcId: args.vpcId,
        trafficType: "ALL",
        logDestinationType: "cloud-watch-logs",
        logDestination: logGroup.arn,
        iamRoleArn: role.arn,
        maxAggregationInterval: 60,
        tags: { Name: `${args.namePrefix}-vpc` },
      },
      // Records of the first minutes are lost while the role may not write yet.
      { parent: this, dependsOn: [permission] },
    );
    this.registerOutputs({});
  }

  private createKey(): pulumi.Output<string> {
    const { accountId, region, namePrefix, deletionProtection } = this.args;
    const key = new kms.Key(
      `${this.name}-key`,
      {
        description: `VPC flow logs of ${namePrefix}`,
        enableKeyRotation: true,
        deletionWindowInDays: 30,
        policy: logKeyPolicy({ accountId, region, logGroupName: this.logGroupName }),
        tags: { Name: `${namePrefix}-flow-logs` },
      },
      { parent: this, protect: deletionProtection },
    );
    new kms.Alias(
      `${this.name}-key-alias`,
      { name: `alias/${namePrefix}-flow-logs`, targetKeyId: key.keyId },
      { parent: this },
    );
    return key.arn;
  }

  private createRole(logGroup: cloudwatch.LogGroup): {
    role: iam.Role;
    permission: iam.RolePolicy;
  } {
    const { accountId, region, namePrefix } = this.args;
    const role = new iam.Role(
      `${this.name}-role`,
      {
        namePrefix: `${namePrefix}-flow-logs-`,
        description: "Writes VPC flow logs to CloudWatch Logs",
        assumeRolePolicy: JSON.stringify({
          Version: "2012-10-17",
          Statement: [
            {
              Effect: "Allow",
              Principal: { Service: "vpc-flow-logs.amazonaws.com" },
              Action: "sts:AssumeRole",
              // Against the confused deputy: only flow logs of this account and region.
              Condition: {
                StringEquals: { "aws:SourceAccount": accountId },
                ArnLike: { "aws:SourceArn": `arn:aws:ec2:${region}:${accountId}:vpc-flow-log/*` },
              },
            },
          ],
        }),
      },
      { parent: this },
    );
    const permission = new iam.RolePolicy(
      `${this.name}-role-policy`,
      {
        role: role.name,
        policy: pulumi.jsonStringify({
          Version: "2012-10-17",
          Statement: [
            {
              Effect: "Allow",
              Action: ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"],
              Resource: [logGroup.arn, pulumi.interpolate`${logGroup.arn}:*`],
            },
            {
              Effect: "Allow",
              // Has no resource-level permission for a single group.
              Action: "logs:DescribeLogGroups",
              Resource: "*",
            },
          ],
        }),
      },
      { parent: this },
    );
    return { role, permission };
  }
}
