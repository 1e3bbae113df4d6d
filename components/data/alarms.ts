import * as sns from "@pulumi/aws/sns";
import * as pulumi from "@pulumi/pulumi";

import { EncryptionKey } from "./encryption-key";

/** AWS services that publish to the topic. */
const publishers = ["cloudwatch.amazonaws.com", "events.rds.amazonaws.com"];

/** Arguments of {@link AlarmTopic}. */
export interface AlarmTopicArgs {
  /** Name of the topic, for example `dtem-prod-alarms`. */
  readonly topicName: string;
  /** Twelve digits of the account: only services acting for it may publish. */
  readonly accountId: string;
  /**
   * Addresses that are told. Each receives a confirmation mail from AWS first, and nothing else
   * until its link is followed.
   */
  readonly emails: readonly string[];
  /** Protects the key of the topic. */
  readonly deletionProtection: boolean;
}

/**
 * Policy of the topic's key: the account administers it, and the publishers may make the data keys
 * that SNS encrypts their messages with. AWS's own key `alias/aws/sns` cannot be used here, because
 * its policy admits no other service: alarms would fail silently.
 */
export function alarmKeyPolicy(accountId: string): string {
  return JSON.stringify({
    Version: "2012-10-17",
    Statement: [
      {
        Sid: "Administration",
        Effect: "Allow",
        Principal: { AWS: `arn:aws:iam::${accountId}:root` },
        Action: "kms:*",
        Resource: "*",
      },
      {
        Sid: "Publishers",
        Effect: "Allow",
        Principal: { Service: publishers },
        Action: ["kms:GenerateDataKey*", "kms:Decrypt"],
        Resource: "*",
        Condition: { StringEquals: { "aws:SourceAccount": accountId } },
      },
    ],
  });
}

/** Policy of the topic: the publishers publish for this account, over TLS, and nobody else may. */
export function alarmTopicPolicy(accountId: string, topicArn: string): string {
  return JSON.stringify({
    Version: "2012-10-17",
    Statement: [
      {
        Sid: "Publishers",
        Effect: "Allow",
        Principal: { Service: publishers },
        Action: "sns:Publish",
        Resource: topicArn,
        Condition: { StringEquals: { "aws:SourceAccount": accountId } },
      },
      {
        Sid: "TlsOnly",
        Effect: "Deny",
        Principal: "*",
        Action: "sns:Publish",
        Resource: topicArn,
        Condition: { Bool: { "aws:SecureTransport": "false" } },
      },
    ],
  });
}

/**
 * The encrypted SNS topic that alarms and RDS events go to, with its e-mail subscriptions.
 *
 * ElastiCache cannot publish its own events to an encrypted topic (ElastiCache user guide, "Event
 * notifications and Amazon SNS"); the cache is watched by metric alarms alone.
 */
export class AlarmTopic extends pulumi.ComponentResource {
  /** ARN of the topic, usable only once its policy is in place. */
  readonly arn: pulumi.Output<string>;

  constructor(name: string, args: AlarmTopicArgs, opts?: pulumi.ComponentResourceOptions) {
    super("dtem:data:AlarmTopic", name, {}, opts);
    const key = new EncryptionKey(
      `${name}-encryption`,
      {
        alias: args.topicName,
        description: `Messages of the topic ${args.topicName}`,
        policy: alarmKeyPolicy(args.accountId),
        deletionProtection: args.deletionProtection,
      },
      { parent: this },
    );
    const topic = new sns.Topic(
      `${name}-topic`,
      { name: args.topicName, kmsMasterKeyId: key.arn, tags: { Name: args.topicName } },
      { parent: this },
    );
    const policy = new sns.TopicPolicy(
      `${name}-policy`,
      { arn: topic.arn, policy: topic.arn.apply((arn) => alarmTopicPolicy(args.accountId, arn)) },
      { parent: this },
    );
    for (const email of args.emails) {
      new sns.TopicSubscription(
        `${name}-email-${email}`,
        { topic: topic.arn, protocol: "email", endpoint: email },
        { parent: this },
      );
    }
    // The policy's own `arn` is the topic's: whoever reads it waits for the right to publish.
    this.arn = policy.arn;
    this.registerOutputs({ arn: this.arn });
  }
}
