/** One way to declare a CloudWatch alarm on a metric. */
import * as cloudwatch from "@pulumi/aws/cloudwatch";
import type * as pulumi from "@pulumi/pulumi";

/** A condition on one metric of one resource. */
export interface MetricCondition {
  /** Last part of the alarm's name, for example `free-storage`. */
  readonly role: string;
  /** What it means and what to do, for whoever is woken by it. */
  readonly description: string;
  /** CloudWatch metric, for example `FreeStorageSpace`. */
  readonly metric: string;
  readonly statistic: "Average" | "Maximum" | "Minimum" | "Sum";
  /** The alarm goes off while the metric is strictly above or below the threshold. */
  readonly when: "above" | "below";
  /** In the unit of the metric. */
  readonly threshold: number;
  /** Consecutive minutes in which every data point must breach. */
  readonly forMinutes: 1 | 5 | 10 | 15 | 30;
  /** What a minute without data counts as. @default "missing": the alarm says INSUFFICIENT_DATA */
  readonly noData?: "missing" | "notBreaching" | "breaching";
}

/** Which resource is watched, and who is told. */
export interface MetricAlarmArgs {
  /** Physical name of the watched resource; prefixes the alarm's name. */
  readonly subject: string;
  /** CloudWatch namespace, for example `AWS/RDS`. */
  readonly namespace: string;
  readonly dimensions: Readonly<Record<string, pulumi.Input<string>>>;
  /** Topic that hears of the alarm and of its end. */
  readonly topicArn: pulumi.Input<string>;
  readonly condition: MetricCondition;
}

/** Creates the alarm `<name>-<role>`, with data points of one minute. */
export function createMetricAlarm(
  name: string,
  { subject, namespace, dimensions, topicArn, condition }: MetricAlarmArgs,
  opts: pulumi.CustomResourceOptions,
): cloudwatch.MetricAlarm {
  return new cloudwatch.MetricAlarm(
    `${name}-${condition.role}`,
    {
      name: `${subject}-${condition.role}`,
      alarmDescription: condition.description,
      namespace,
      metricName: condition.metric,
      dimensions,
      statistic: condition.statistic,
      comparisonOperator: condition.when === "above" ? "GreaterThanThreshold" : "LessThanThreshold",
      threshold: condition.threshold,
      period: 60,
      evaluationPeriods: condition.forMinutes,
      datapointsToAlarm: condition.forMinutes,
      treatMissingData: condition.noData ?? "missing",
      alarmActions: [topicArn],
      okActions: [topicArn],
    },
    opts,
  );
}
