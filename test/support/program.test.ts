import assert from "node:assert/strict";

import * as pulumi from "@pulumi/pulumi";
import { LogGroup } from "@pulumi/aws/cloudwatch/logGroup";
import { Key } from "@pulumi/aws/kms/key";
import { Provider } from "@pulumi/aws/provider";

import { valueOf, withMocks } from "./program";

class Pair extends pulumi.ComponentResource {
  readonly key: Key;
  readonly group: LogGroup;

  constructor(name: string, opts: pulumi.ComponentResourceOptions = {}) {
    super("test:index:Pair", name, {}, opts);
    this.key = new Key(
      `${name}-key`,
      { description: pulumi.secret("hidden") },
      { parent: this, protect: true },
    );
    this.group = new LogGroup(`${name}-logs`, { kmsKeyId: this.key.arn }, { parent: this });
    this.registerOutputs({});
  }
}

describe("test support: withMocks", () => {
  it("records parents, providers, protection, secrets and dependencies", async () => {
    const program = await withMocks(() => {
      const aws = new Provider("aws", {});
      const first = new Pair("first", { providers: [aws] });
      return new Pair("second", { providers: [aws], dependsOn: [first] });
    });
    const key = program.get("second-key");
    assert.equal(key.parent, "second");
    assert.equal(key.provider, "aws");
    assert.equal(key.protect, true);
    assert.deepEqual(key.secretInputs, ["description"]);
    assert.equal(key.inputs.description, "hidden");
    const logs = program.get("second-logs");
    assert.equal(logs.inputs.kmsKeyId, "arn:aws:kms:sa-east-1:123456789012:key/second-key");
    assert.deepEqual(logs.secretInputs, []);
    assert.ok(program.waitsFor("second-logs", "second-key"));
    assert.ok(program.waitsFor("second-logs", "first-key"));
    assert.ok(!program.waitsFor("first-logs", "second-key"));
    assert.equal(await valueOf(program.result.group.name), undefined);
  });

  it("leaves computed outputs unknown in preview, so that `apply` does not run", async () => {
    const build = () => {
      const key = new Key("key", {}, { provider: new Provider("aws", {}) });
      key.arn.apply((arn) => new LogGroup("in-apply", { kmsKeyId: arn }));
    };
    assert.equal((await withMocks(build)).ofType("aws:cloudwatch/logGroup:LogGroup").length, 1);
    const preview = await withMocks(build, { preview: true });
    assert.equal(preview.ofType("aws:cloudwatch/logGroup:LogGroup").length, 0);
  });

  it("fails on an invoke that nobody mocked", async () => {
    await assert.rejects(
      withMocks(() => {
        void pulumi.runtime.invoke("aws:index/getAvailabilityZones:getAvailabilityZones", {});
      }),
      /unmocked calls: aws:index\/getAvailabilityZones/,
    );
  });

  it("passes on what the program throws", async () => {
    await assert.rejects(
      withMocks(() => {
        throw new Error("no such zone");
      }),
      /no such zone/,
    );
  });
});
