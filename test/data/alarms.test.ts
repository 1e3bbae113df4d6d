import assert from "node:assert/strict";

import { AlarmTopic, type AlarmTopicArgs } from "../../components/data/alarms";
import { valueOf, withMocks } from "../support/program";
import { compare, protectedNames } from "./compare";
import { remembered } from "./remembered";

const args: AlarmTopicArgs = {
  topicName: "dtem-prod-alarms",
  accountId: "123456789012",
  emails: ["ops@empresa.cl", "dba@empresa.cl"],
  deletionProtection: true,
};

const run = remembered((changes: Partial<AlarmTopicArgs> = {}, preview?: boolean) =>
  withMocks(() => new AlarmTopic("alarms", { ...args, ...changes }), { preview }),
);

const publishers = { Service: ["cloudwatch.amazonaws.com", "events.rds.amazonaws.com"] };
const thisAccount = { StringEquals: { "aws:SourceAccount": "123456789012" } };
const topicArn = "arn:aws:sns:sa-east-1:123456789012:dtem-prod-alarms";

const statements = (policy: unknown) =>
  (JSON.parse(String(policy)) as { readonly Statement: unknown }).Statement;

describe("data: AlarmTopic", () => {
  it("makes an encrypted topic, its key and alias, a policy and a subscription per address", async () => {
    const program = await run();
    assert.deepEqual(program.resources.map((resource) => resource.name).sort(), [
      "alarms",
      "alarms-email-dba@empresa.cl",
      "alarms-email-ops@empresa.cl",
      "alarms-encryption",
      "alarms-encryption-alias",
      "alarms-encryption-key",
      "alarms-policy",
      "alarms-topic",
    ]);
    assert.deepEqual(program.get("alarms-topic").inputs, {
      name: "dtem-prod-alarms",
      kmsMasterKeyId: "arn:aws:kms:sa-east-1:123456789012:key/alarms-encryption-key",
      tags: { Name: "dtem-prod-alarms" },
    });
    assert.deepEqual(program.get("alarms-email-ops@empresa.cl").inputs, {
      topic: topicArn,
      protocol: "email",
      endpoint: "ops@empresa.cl",
    });
    assert.deepEqual(program.get("alarms-encryption-alias").inputs, {
      name: "alias/dtem-prod-alarms",
      targetKeyId: "key-alarms-encryption-key",
    });
  });

  it("rotates the key, waits 30 days to delete it, and lets the publishers encrypt with it", async () => {
    const { policy, ...inputs } = (await run()).get("alarms-encryption-key").inputs;
    assert.deepEqual(inputs, {
      description: "Messages of the topic dtem-prod-alarms",
      enableKeyRotation: true,
      deletionWindowInDays: 30,
      tags: { Name: "dtem-prod-alarms" },
    });
    assert.deepEqual(statements(policy), [
      {
        Sid: "Administration",
        Effect: "Allow",
        Principal: { AWS: "arn:aws:iam::123456789012:root" },
        Action: "kms:*",
        Resource: "*",
      },
      {
        Sid: "Publishers",
        Effect: "Allow",
        Principal: publishers,
        Action: ["kms:GenerateDataKey*", "kms:Decrypt"],
        Resource: "*",
        Condition: thisAccount,
      },
    ]);
  });

  it("lets nobody but the publishers of this account publish, over TLS", async () => {
    const { arn, policy } = (await run()).get("alarms-policy").inputs;
    assert.equal(arn, topicArn);
    assert.deepEqual(statements(policy), [
      {
        Sid: "Publishers",
        Effect: "Allow",
        Principal: publishers,
        Action: "sns:Publish",
        Resource: topicArn,
        Condition: thisAccount,
      },
      {
        Sid: "TlsOnly",
        Effect: "Deny",
        Principal: "*",
        Action: "sns:Publish",
        Resource: topicArn,
        Condition: { Bool: { "aws:SecureTransport": "false" } },
      },
    ]);
  });

  it("answers with the ARN of the topic", async () => {
    assert.equal(await valueOf((await run()).result.arn), topicArn);
  });

  it("protects the key if and only if asked to", async () => {
    const [on, off] = [await run(), await run({ deletionProtection: false })];
    assert.deepEqual(protectedNames(on), ["alarms-encryption-key"]);
    assert.deepEqual(compare(on, off), ["~ alarms-encryption-key: (protect)"]);
  });

  it("keys subscriptions by address, so that one address moves no other", async () => {
    assert.deepEqual(compare(await run(), await run({ emails: ["dba@empresa.cl"] })), [
      "- alarms-email-ops@empresa.cl",
    ]);
    assert.deepEqual(compare(await run(), await run({ emails: [...args.emails].reverse() })), []);
  });

  it("registers the same in a preview", async () => {
    const names = (program: Awaited<ReturnType<typeof run>>) =>
      program.resources.map((resource) => resource.urn).sort();
    assert.deepEqual(names(await run({}, true)), names(await run()));
  });
});
