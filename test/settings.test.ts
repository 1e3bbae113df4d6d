import assert from "node:assert/strict";
import fc from "fast-check";
import { z } from "zod";

import { ConfigurationError } from "../components/settings/faults";
import { sections } from "../components/settings/schema";
import { parseSettings } from "../components/settings/settings";
import { committedConfig, stacks, withValue } from "./support/stack-config";
import { wrongValues } from "./support/wrong-values";

describe("settings", () => {
  for (const stack of stacks) {
    it(`accepts the committed configuration of ${stack}`, () => {
      const settings = parseSettings(stack, committedConfig(stack));
      assert.equal(settings.environment, stack);
      assert.equal(settings.kind, stack === "dev" ? "cluster" : "eks");
    });
  }

  it("accepts a production on an existing cluster with external servers", () => {
    const settings = parseSettings("prod", {
      environment: "prod",
      deletionProtection: true,
      platform: { kind: "cluster", context: "on-premises" },
      database: {
        kind: "external",
        host: "postgres.empresa.cl",
        name: "dtem_prod",
        username: "dtem",
        secretName: "postgresql",
      },
      cache: { kind: "external", host: "redis.empresa.cl", secretName: "redis" },
    });
    assert.equal(settings.kind, "cluster");
    assert.deepEqual(settings.cache, {
      kind: "external",
      host: "redis.empresa.cl",
      secretName: "redis",
      port: 6379,
    });
  });

  it("accepts a second stack of an environment by its suffix", () => {
    assert.equal(parseSettings("dev-ana", committedConfig("dev")).environment, "dev");
  });

  describe("answers a wrong value with its own message", () => {
    for (const { stack, path, value, expected } of wrongValues) {
      it(`${stack}: ${path} = ${JSON.stringify(value)}`, () => {
        const config = withValue(committedConfig(stack), path, value);
        assert.throws(
          () => parseSettings(stack, config),
          (error: Error) => {
            assert.ok(error instanceof ConfigurationError);
            assert.match(error.message, expected);
            assert.match(error.message, /nothing was changed/);
            return true;
          },
        );
      });
    }

    it("has a wrong value for every key of the schema", () => {
      const covered = new Set(
        wrongValues.flatMap(({ path, value }) => [
          path,
          ...leaves(value).map((l) => `${path}${l}`),
        ]),
      );
      const missing = keysOfSchema().filter(
        (key) => ![...covered].some((path) => path === key || path.startsWith(`${key}.`)),
      );
      assert.deepEqual(missing, []);
    });
  });

  it("lists all faults at once", () => {
    const config = withValue(
      withValue(
        withValue(committedConfig("prod"), "network.natGateways", "single"),
        "nodeGroups.workload.diskGiB",
        "big",
      ),
      "database.multiAz",
      false,
    );
    assert.throws(
      () => parseSettings("prod", config),
      (error: ConfigurationError) => {
        assert.deepEqual(error.faults.map((fault) => fault.key).sort(), [
          "dtem:database.multiAz",
          "dtem:network.natGateways",
          "dtem:nodeGroups.workload.diskGiB",
        ]);
        assert.match(error.message, /has 3 faults/);
        return true;
      },
    );
  });

  it("answers any input with settings or a ConfigurationError that names a key, never a crash", () => {
    const keys = fc.constantFrom(...Object.keys(sections), "other");
    fc.assert(
      fc.property(fc.constantFrom(...stacks), keys, fc.jsonValue(), (stack, key, value) => {
        try {
          parseSettings(stack, { ...committedConfig(stack), [key]: value });
        } catch (error) {
          assert.ok(error instanceof ConfigurationError, String(error));
          assert.ok(error.faults.every((fault) => fault.key.startsWith("dtem:")));
        }
      }),
      { numRuns: 500 },
    );
  });

  it("refuses every VPC block that overlaps the Service range of EKS, and only those", () => {
    fc.assert(
      fc.property(fc.integer({ min: 16, max: 31 }), (second) => {
        const config = withValue(
          committedConfig("staging"),
          "network.vpcCidr",
          `172.${second}.0.0/16`,
        );
        if (second === 20) assert.throws(() => parseSettings("staging", config), /Service range/);
        else assert.doesNotThrow(() => parseSettings("staging", config));
      }),
    );
  });

  it("describes every key", () => {
    const undocumented = keysOfSchema({ withoutDescription: true });
    assert.deepEqual(undocumented, []);
  });
});

interface JsonSchema {
  readonly description?: string;
  readonly properties?: Record<string, JsonSchema>;
  readonly additionalProperties?: JsonSchema | boolean;
  readonly oneOf?: readonly JsonSchema[];
  readonly anyOf?: readonly JsonSchema[];
}

/** Dotted paths of all keys; a group's name is written as `workload`. */
function keysOfSchema({ withoutDescription = false } = {}): string[] {
  const keys = new Set<string>();
  const visit = (schema: JsonSchema, path: string) => {
    for (const [key, child] of Object.entries(schema.properties ?? {})) {
      const at = path === "" ? key : `${path}.${key}`;
      if (!withoutDescription || child.description === undefined) keys.add(at);
      visit(child, at);
    }
    for (const variant of [...(schema.oneOf ?? []), ...(schema.anyOf ?? [])]) visit(variant, path);
    if (path === "nodeGroups" && typeof schema.additionalProperties === "object") {
      visit(schema.additionalProperties, "nodeGroups.workload");
    }
  };
  visit(z.toJSONSchema(z.strictObject(sections), { io: "input" }) as JsonSchema, "");
  return [...keys];
}

function leaves(value: unknown): string[] {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? Object.entries(value).flatMap(([key, child]) => [
        `.${key}`,
        ...leaves(child).map((leaf) => `.${key}${leaf}`),
      ])
    : [];
}
