/** CloudWatch and SNS. */
import { randomUUID } from "node:crypto";

import { arn, type ResourceTypes, text } from "../resource-type";

const topicType = "aws:sns/topic:Topic";

/** Types of CloudWatch, CloudWatch Logs and SNS. */
export const observabilityTypes: ResourceTypes = {
  "aws:cloudwatch/logGroup:LogGroup": {
    replaces: ["name", "namePrefix", "logGroupClass"],
    autoname: "name",
    unique: "name",
    existsCode: "ResourceAlreadyExistsException",
    missing: (value) =>
      `ResourceNotFoundException: The specified log group does not exist: ${value}`,
    refuseDeletion: (inputs) =>
      inputs["deletionProtectionEnabled"] === true
        ? "ValidationException: Cannot delete log group because deletion protection is enabled"
        : undefined,
    references: [{ property: "kmsKeyId", to: "aws:kms/key:Key", weak: true }],
    id: ({ inputs }) => text(inputs, "name"),
    outputs: ({ account }, id) => ({ arn: arn(account, "logs", `log-group:${id}`) }),
  },
  "aws:cloudwatch/metricAlarm:MetricAlarm": {
    required: ["comparisonOperator", "evaluationPeriods"],
    replaces: ["name"],
    autoname: "name",
    unique: "name",
    references: [{ property: "alarmActions", to: topicType, weak: true }],
    id: ({ inputs }) => text(inputs, "name"),
    outputs: ({ account }, id) => ({ arn: arn(account, "cloudwatch", `alarm:${id}`) }),
  },
  [topicType]: {
    replaces: ["name", "namePrefix", "fifoTopic"],
    missing: () => "NotFound: Topic does not exist",
    autoname: "name",
    unique: "name",
    references: [{ property: "kmsMasterKeyId", to: "aws:kms/key:Key", weak: true }],
    id: ({ account, inputs }) => arn(account, "sns", text(inputs, "name")),
    outputs: ({ account }, id) => ({ arn: id, owner: account.id }),
  },
  "aws:sns/topicPolicy:TopicPolicy": {
    required: ["arn", "policy"],
    replaces: ["arn"],
    tagged: false,
    references: [{ property: "arn", to: topicType, weak: true }],
    id: ({ inputs }) => text(inputs, "arn"),
    outputs: ({ account }) => ({ owner: account.id }),
  },
  "aws:sns/topicSubscription:TopicSubscription": {
    required: ["topic", "protocol", "endpoint"],
    replaces: ["topic", "protocol", "endpoint"],
    tagged: false,
    references: [{ property: "topic", to: topicType, weak: true }],
    id: ({ inputs }) => `${text(inputs, "topic")}:${randomUUID()}`,
    outputs: ({ account, inputs }, id) => ({
      arn: id,
      ownerId: account.id,
      // An e-mail address confirms by a link, so the subscription waits.
      pendingConfirmation: text(inputs, "protocol") === "email",
    }),
  },
};
