import assert from "node:assert/strict";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { type RecordedProgram, withMocks } from "./support/program";
import { stacks } from "./support/stack-config";
import { type Outputs, runStack, treeOf } from "./support/whole-program";

/** Types that hold data, or without which data cannot be read. */
const holdsData = new Set([
  "aws:cloudwatch/logGroup:LogGroup",
  "aws:elasticache/replicationGroup:ReplicationGroup",
  "aws:kms/key:Key",
  "aws:rds/instance:Instance",
  "aws:secretsmanager/secret:Secret",
]);

for (const stack of stacks) {
  describe(`program of ${stack}`, () => {
    let up: RecordedProgram<Outputs>;
    let preview: RecordedProgram<Outputs>;
    before(async () => {
      up = await runStack(stack);
      preview = await runStack(stack, { preview: true });
    });

    it("has the resource tree that was reviewed (npm run expected:update)", () => {
      const file = join(__dirname, "expected", `${stack}.txt`);
      const tree = treeOf(up);
      if (process.env["UPDATE_EXPECTED"] === "1") writeFileSync(file, tree);
      assert.ok(existsSync(file), `${file} is missing`);
      assert.equal(tree, readFileSync(file, "utf8"));
    });

    it("shows the same resources in a preview with unknown outputs as in an update", () => {
      assert.equal(treeOf(preview), treeOf(up));
    });

    it("gives every resource but providers and stages a parent", () => {
      const names = new Set(up.resources.map((resource) => resource.name));
      const orphans = up.resources.filter(
        ({ parent, custom, type }) =>
          custom &&
          !type.startsWith("pulumi:providers:") &&
          (parent === undefined || !names.has(parent)),
      );
      assert.deepEqual(
        orphans.map(({ name }) => name),
        [],
      );
    });

    it("serves every resource by an explicit provider", () => {
      const ambient = up.resources.filter(
        ({ provider, custom, type }) =>
          custom && !type.startsWith("pulumi:providers:") && provider === undefined,
      );
      assert.deepEqual(
        ambient.map(({ name }) => name),
        [],
      );
    });

    it("gives names that are unique, so that no two resources share an identity", () => {
      const seen = up.resources.map(({ urn }) => urn);
      assert.deepEqual(
        seen.filter((urn, index) => seen.indexOf(urn) !== index),
        [],
      );
    });

    if (stack === "prod") {
      it("protects everything that holds data", () => {
        const unprotected = up.resources.filter(
          ({ type, protect, name }) =>
            // Logs of the servers are no documents; the audit trails (cluster, network) are held.
            holdsData.has(type) && !protect && !/^(cache|database-primary)-log-/.test(name),
        );
        assert.deepEqual(
          unprotected.map(({ name }) => name),
          [],
        );
      });
    }

    it("returns endpoints and references, but no secret", () => {
      assert.deepEqual(Object.keys(up.result).sort(), [
        "cache",
        "clusterName",
        "database",
        "environment",
      ]);
    });
  });
}

describe("program", () => {
  it("registers nothing when it is merely imported", async () => {
    const module = require.resolve("../index");
    delete require.cache[module];
    // eslint-disable-next-line @typescript-eslint/no-require-imports -- a fresh import is the test
    const { resources } = await withMocks(() => void require(module));
    assert.deepEqual(resources, []);
  });
});
