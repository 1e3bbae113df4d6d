/** Rules about keys, secrets, logs and the alarm topic. */
import { allowsOf } from "../policy-document";
import { everywhere, inProd, type ResourceRule } from "../rule";

const onKeys = { kind: "resource", types: ["aws:kms/key:Key"] } as const;

/** A key that leaked does not open everything for ever. */
export const keyRotation: ResourceRule = {
  ...onKeys,
  id: "kms-key-rotation",
  title: "KMS keys are rotated",
  severity: "medium",
  controls: ["FSBP KMS.4"],
  remedy: "Set `enableKeyRotation: true`.",
  levels: everywhere,
  whenUnknown: "violate",
  *check({ props }) {
    if (props.get("enableKeyRotation") !== true) yield "is not rotated";
  },
};

/** What the key encrypts is gone with it. */
export const keyDeletionWindow: ResourceRule = {
  ...onKeys,
  id: "kms-key-deletion-window",
  title: "A deleted key can be brought back for 30 days",
  severity: "high",
  controls: ["DTEM data protection", "FSBP KMS.3"],
  remedy: "Set `deletionWindowInDays: 30`.",
  levels: everywhere,
  whenUnknown: "violate",
  *check({ props }) {
    // AWS's default is the longest, 30 days.
    const days = props.number("deletionWindowInDays") ?? 30;
    if (days < 30) yield `can be brought back for ${days} days only`;
  },
};

/** A principal `*` without a condition is the whole world, other accounts included. */
export const keyNotPublic: ResourceRule = {
  ...onKeys,
  id: "kms-key-not-public",
  title: "No key may be used by everybody",
  severity: "critical",
  controls: ["FSBP KMS.5"],
  remedy: "Name the principals, or add a condition on the account.",
  levels: everywhere,
  whenUnknown: "advise",
  *check({ props }) {
    for (const { sid, principals, conditions } of allowsOf(props, "policy")) {
      if (
        principals.some((principal) => ["*", "AWS:*"].includes(principal)) &&
        conditions.size === 0
      ) {
        yield `may be used by everybody (${sid})`;
      }
    }
  },
};

const onSecrets = { kind: "resource", types: ["aws:secretsmanager/secret:Secret"] } as const;

/** Whoever may read the secret must also be let in by the key. */
export const secretOwnKey: ResourceRule = {
  ...onSecrets,
  id: "secret-own-key",
  title: "Secrets are under a key of our own",
  severity: "medium",
  controls: ["CIS EKS 4.4.2", "DTEM secrets under own keys"],
  remedy: "Set `kmsKeyId`.",
  levels: everywhere,
  whenUnknown: "advise",
  *check({ props }) {
    if (!props.isSet("kmsKeyId")) yield "is encrypted with AWS's key";
  },
};

/** A secret that was deleted by a slip stops every service that reads it. */
export const secretRecovery: ResourceRule = {
  ...onSecrets,
  id: "secret-recovery-window",
  title: "Deleted secrets can be brought back",
  severity: "medium",
  controls: ["DTEM data protection"],
  remedy: "Set `recoveryWindowInDays` to 7 or more.",
  levels: inProd,
  whenUnknown: "violate",
  *check({ props }) {
    const days = props.number("recoveryWindowInDays") ?? 30;
    if (days < 7) yield `is gone ${days} days after its deletion`;
  },
};

/** Staging of a name that the state keeps must not be possible to read by everybody. */
export const secretNotPublic: ResourceRule = {
  kind: "resource",
  id: "secret-not-public",
  title: "No secret may be read by everybody",
  severity: "critical",
  controls: ["DTEM secrets under own keys"],
  remedy: "Name the principals in the resource policy.",
  levels: everywhere,
  whenUnknown: "advise",
  types: ["aws:secretsmanager/secretPolicy:SecretPolicy", "aws:secretsmanager/secret:Secret"],
  *check({ props }) {
    for (const { sid, principals } of allowsOf(props, "policy")) {
      if (principals.includes("*")) yield `may be read by everybody (${sid})`;
    }
  },
};

/** Short and known passwords are found by trying. */
export const generatedPasswordsStrong: ResourceRule = {
  kind: "resource",
  id: "generated-passwords-strong",
  title: "Generated passwords have 128 bits or more",
  severity: "high",
  controls: ["NSA authentication and authorization"],
  remedy: "Set `length` to 24 or more.",
  levels: everywhere,
  whenUnknown: "violate",
  types: ["random:index/randomPassword:RandomPassword", "random:index/randomString:RandomString"],
  *check({ type, props }) {
    if (type.endsWith("RandomString"))
      yield "is kept in plain text by the state, unlike RandomPassword";
    const length = props.number("length") ?? 0;
    // 24 letters and digits have 142 bits.
    if (length < 24) yield `has ${length} characters`;
  },
};

/** Messages name hosts and what is wrong with them. */
export const topicEncrypted: ResourceRule = {
  kind: "resource",
  id: "sns-topic-encrypted",
  title: "Topics are encrypted with a key of our own",
  severity: "medium",
  controls: ["FSBP SNS.1"],
  remedy: "Set `kmsMasterKeyId` to a key whose policy admits the publishers.",
  levels: everywhere,
  whenUnknown: "advise",
  types: ["aws:sns/topic:Topic"],
  *check({ props }) {
    if (!props.isSet("kmsMasterKeyId")) yield "is not encrypted";
    else if (props.literal("kmsMasterKeyId") === "alias/aws/sns")
      yield "is under AWS's key, which admits no alarm";
  },
};

/** Anybody who may publish can hide a real alarm among false ones. */
export const topicNotPublic: ResourceRule = {
  kind: "resource",
  id: "sns-topic-not-public",
  title: "No topic is open to everybody",
  severity: "high",
  controls: ["FSBP SNS.4"],
  remedy: "Name the services that publish, with a condition on the account.",
  levels: everywhere,
  whenUnknown: "advise",
  types: ["aws:sns/topicPolicy:TopicPolicy", "aws:sns/topic:Topic"],
  *check({ props }) {
    for (const { sid, principals, conditions } of allowsOf(props, "policy")) {
      if (principals.includes("*") && conditions.size === 0) yield `is open to everybody (${sid})`;
    }
  },
};

/** An alarm that tells nobody is none. */
export const alarmsTellSomebody: ResourceRule = {
  kind: "resource",
  id: "alarms-tell-somebody",
  title: "Alarms have somebody to tell",
  severity: "medium",
  controls: ["FSBP CloudWatch.15", "NSA audit logging"],
  remedy: "Set `alarmActions` to the alarm topic.",
  levels: everywhere,
  whenUnknown: "advise",
  types: ["aws:cloudwatch/metricAlarm:MetricAlarm"],
  *check({ props }) {
    if (props.list("alarmActions").length === 0) yield "tells nobody";
    if (props.get("actionsEnabled") === false) yield "is switched off";
  },
};
