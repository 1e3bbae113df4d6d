/** What the mutations do not show: unknown values, exceptions, environments, and the SDK's side. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";

import * as sdk from "@pulumi/policy";
import fc from "fast-check";

import { allRules } from "../../policy/catalogue";
import { cisEks } from "../../policy/controls/cis-eks";
import type { ControlEntry } from "../../policy/controls/control";
import { podSecurity } from "../../policy/controls/pod-security";
import { environmentOf, environments } from "../../policy/environment";
import { contextOf, judge } from "../../policy/evaluate";
import { hasExpired, parseExceptions } from "../../policy/exceptions";
import { policiesOf } from "../../policy/pack";
import type { Rule } from "../../policy/rule";
import { parseImage } from "../../policy/rules/images";
import { PropertyView, UndecidedError, unknown, withoutTraps } from "../../policy/unknown";
import { asResource, type PlainResource } from "../../scripts/compliance/stack-resources";
import { fixtures } from "./fixtures";

/** The wire's sign for a string that is not known yet (`UnknownStringValue` of the engine's RPC). */
const unknownOnTheWire = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** What the SDK puts around properties: it is exported, but its type is not (1.21). */
const { unknownCheckingProxy } = sdk as unknown as {
  readonly unknownCheckingProxy: (props: object) => Record<string, unknown>;
};

const today = new Date("2026-11-24T12:00:00Z");

function ruleOf(id: string): Rule {
  const rule = allRules.find((each) => each.id === id);
  assert.ok(rule);
  return rule;
}

function instance(inputs: Record<string, unknown>, stack = "prod"): PlainResource {
  const type = "aws:rds/instance:Instance";
  return {
    type,
    name: "database",
    urn: `urn:pulumi:${stack}::dtem::${type}::database`,
    inputs,
    protect: true,
    ignoreChanges: [],
    provider: undefined,
    dependencies: [],
  };
}

const verdicts = (rule: Rule, resource: PlainResource) =>
  judge(rule, [asResource(resource)], contextOf(rule, environmentOf(resource.urn)));

describe("policy: rules", () => {
  it("have unique ids in kebab case, controls, and a remedy that is one sentence", () => {
    assert.equal(new Set(allRules.map(({ id }) => id)).size, allRules.length);
    for (const { id, controls, remedy, title, types } of allRules) {
      assert.match(id, /^[a-z][a-z0-9]*(-[a-z0-9]+)+$/);
      assert.ok(controls.length > 0, id);
      assert.ok(types.length > 0, id);
      assert.match(remedy, /^[A-Z].+\.$/s, id);
      assert.doesNotMatch(title, /\.$/, id);
    }
  });

  it("bind production at least as much as every other environment, but for guards of spending", () => {
    const order = ["disabled", "advisory", "mandatory"];
    for (const { id, levels, controls } of allRules) {
      if (controls.every((control) => control === "DTEM cost")) continue;
      for (const environment of environments) {
        assert.ok(order.indexOf(levels.prod) >= order.indexOf(levels[environment]), id);
      }
    }
  });

  it("account for every control of CIS EKS and Pod Security: a rule, or a reason", () => {
    const served = new Set<string>(allRules.flatMap(({ controls }) => controls));
    const catalogues: [string, Readonly<Record<string, ControlEntry>>][] = [
      ["CIS EKS", cisEks],
      ["PSS", podSecurity],
    ];
    for (const [standard, catalogue] of catalogues) {
      for (const [id, { unchecked }] of Object.entries(catalogue)) {
        assert.notEqual(
          served.has(`${standard} ${id}`),
          unchecked !== undefined,
          `${standard} ${id}`,
        );
      }
    }
    assert.equal(Object.keys(cisEks).length, 50);
    assert.equal(Object.keys(podSecurity).length, 18);
  });

  it("never pass a resource without inputs that asks for something", () => {
    const found = ["rds-encrypted", "rds-backups", "rds-final-snapshot", "rds-logs-exported"];
    for (const id of found) assert.equal(verdicts(ruleOf(id), instance({})).length, 1, id);
  });
});

describe("policy: values that are not known yet", () => {
  it("leave a rule undecided, and say where", () => {
    const [verdict] = verdicts(ruleOf("naming-physical"), instance({ identifier: unknown }));
    assert.equal(verdict?.outcome, "undecided");
    assert.match(verdict.problem, /^identifier is not known/);
  });

  it("are a violation where the value has to be literal", () => {
    const [verdict] = verdicts(ruleOf("rds-not-public"), instance({ publiclyAccessible: unknown }));
    assert.equal(verdict?.outcome, "violation");
  });

  it("count as present where only presence matters", () => {
    const encrypted = { storageEncrypted: true, kmsKeyId: unknown };
    assert.deepEqual(verdicts(ruleOf("rds-encrypted"), instance(encrypted)), []);
  });

  it("in one container do not hide what is wrong with the next", () => {
    const deployment = fixtures().find(({ name }) => name === "deployment");
    assert.ok(deployment);
    const spec = (deployment.inputs.spec as { template: { spec: Record<string, unknown> } })
      .template.spec;
    spec.containers = [
      { name: "first", securityContext: unknown },
      { name: "second", securityContext: { privileged: true } },
    ];
    const found = verdicts(ruleOf("pod-not-privileged"), deployment);
    assert.equal(found.length, 2);
    assert.match(found[0]?.problem ?? "", /container second is privileged/);
    assert.match(found[1]?.problem ?? "", /containers\[0\]\.securityContext is not known/);
  });

  it("are found in what the SDK hands over, at any depth", () => {
    const trapped = unknownCheckingProxy({
      known: ["a", unknownOnTheWire, { deep: unknownOnTheWire, number: 1 }],
    });
    assert.deepEqual(withoutTraps(trapped), {
      known: ["a", unknown, { deep: unknown, number: 1 }],
    });
  });

  it("come back whole where there are none", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const plain = { value };
        assert.deepEqual(withoutTraps(unknownCheckingProxy(plain)), plain);
      }),
    );
  });

  it("stop a view at the first step", () => {
    const view = new PropertyView({ a: unknown, b: { c: [unknown] } });
    assert.throws(() => view.text("a.b"), UndecidedError);
    assert.throws(() => view.get("b"), /b\.c\[0\] is not known/);
    assert.equal(view.isSet("a"), true);
    assert.equal(view.isSet("z.y.x"), false);
    assert.deepEqual(view.texts("b.d"), []);
  });
});

describe("policy: environments", () => {
  it("follow from the name of the stack, and are production when it says nothing", () => {
    assert.equal(environmentOf("urn:pulumi:staging::dtem::a:b:C::name"), "staging");
    assert.equal(environmentOf("urn:pulumi:prod-eu::dtem::a:b:C::name"), "prod");
    assert.equal(environmentOf("nonsense"), "prod");
  });
});

describe("policy: exceptions", () => {
  const entry = (changes: Record<string, string> = {}) => {
    const fields = {
      stack: "prod",
      resource: "aws:rds/instance:Instance::database",
      rule: "rds-multi-az",
      reason: "Twenty characters of reason.",
      expires: '"2026-11-24"',
      ...changes,
    };
    const lines = Object.entries(fields).map(([key, value]) => `${key}: ${value}`);
    return `exceptions:\n  - ${lines.join("\n    ")}\n`;
  };

  it("are read, and hold to the end of their last day", () => {
    const [exception] = parseExceptions(entry(), ["rds-multi-az"]);
    assert.ok(exception);
    assert.equal(hasExpired(exception, today), false);
    assert.equal(hasExpired(exception, new Date("2026-11-25T00:00:00Z")), true);
  });

  for (const [what, changes, expected] of [
    ["a rule that does not exist", { rule: "rds-multi-zone" }, /there is no rule rds-multi-zone/],
    ["a day that does not exist", { expires: '"2026-02-30"' }, /exceptions\[0\]\.expires/],
    ["no real reason", { reason: "because" }, /exceptions\[0\]\.reason/],
    ["a resource without its type", { resource: "database" }, /exceptions\[0\]\.resource/],
    ["a key that means nothing", { until: "never" }, /until/],
  ] as const) {
    it(`are refused with ${what}`, () => {
      assert.throws(() => parseExceptions(entry(changes), ["rds-multi-az"]), expected);
    });
  }

  it("of the pack can be read", () => {
    const file = join(__dirname, "..", "..", "policy", "exceptions.yaml");
    parseExceptions(
      readFileSync(file, "utf8"),
      allRules.map(({ id }) => id),
    );
  });
});

interface Report {
  readonly name: string;
  readonly message: string;
  readonly enforcementLevel: string;
}

/** Runs the policy of a rule as the SDK's server does, which adds the policy's level where none is given. */
function run(
  rule: Rule,
  resource: PlainResource,
  options: { config?: object; exceptions?: string; today?: Date } = {},
): Report[] {
  const reports: Report[] = [];
  const [onResources, onStack] = policiesOf([rule], {
    exceptions: parseExceptions(options.exceptions ?? "exceptions: []", [rule.id]),
    today: options.today ?? today,
  });
  const report = (violation: Partial<Report> | string) => {
    assert.ok(typeof violation === "object");
    reports.push({ enforcementLevel: onResources.enforcementLevel ?? "", ...violation } as Report);
  };
  const common = {
    type: resource.type,
    name: resource.name,
    urn: resource.urn,
    props: unknownCheckingProxy(resource.inputs),
    opts: {
      protect: resource.protect,
      ignoreChanges: [],
      aliases: [],
      additionalSecretOutputs: [],
      customTimeouts: { createSeconds: 0, updateSeconds: 0, deleteSeconds: 0 },
    },
  };
  const shared = {
    getConfig: <T extends object>() => (options.config ?? {}) as T,
    stackTags: new Map<string, string>(),
    notApplicable: (): never => assert.fail("no rule says so"),
  };
  if (rule.kind === "stack") {
    const entry = { ...common, dependencies: [], propertyDependencies: {} };
    const resources = [entry as unknown as sdk.PolicyResource];
    void onStack.validateStack({ ...shared, resources }, report);
  } else {
    assert.ok(typeof onResources.validateResource === "function");
    const args = { ...common, ...shared } as unknown as sdk.ResourceValidationArgs;
    void onResources.validateResource(args, report);
  }
  return reports;
}

describe("policy: pack", () => {
  const multiAz = ruleOf("rds-multi-az");
  const levelsOf = (reports: Report[]) => reports.map(({ enforcementLevel }) => enforcementLevel);

  it("binds production, reminds staging, and asks nothing of dev", () => {
    const inputs = { multiAz: false };
    assert.deepEqual(levelsOf(run(multiAz, instance(inputs, "prod"))), ["mandatory"]);
    assert.deepEqual(levelsOf(run(multiAz, instance(inputs, "staging"))), ["advisory"]);
    assert.deepEqual(levelsOf(run(multiAz, instance(inputs, "dev"))), []);
  });

  it("takes environment and levels from its configuration", () => {
    const broken = instance({ multiAz: false });
    assert.deepEqual(levelsOf(run(multiAz, broken, { config: { environment: "dev" } })), []);
    const levels = { prod: "advisory" };
    assert.deepEqual(
      levelsOf(run(multiAz, broken, { config: { rules: { "rds-multi-az": { levels } } } })),
      ["advisory"],
    );
  });

  it("takes parameters from its configuration", () => {
    const kept = instance({ backupRetentionPeriod: 14 });
    assert.equal(run(ruleOf("rds-backups"), kept).length, 1);
    assert.deepEqual(
      run(ruleOf("rds-backups"), kept, {
        config: { rules: { "rds-backups": { daysInProd: 14 } } },
      }),
      [],
    );
  });

  it("reports what is undecided as a reminder, in whatever environment", () => {
    const [report] = run(ruleOf("naming-physical"), instance({ identifier: unknownOnTheWire }));
    assert.equal(report?.enforcementLevel, "advisory");
    assert.match(report.message, /database .*cannot be decided yet, identifier is not known/);
  });

  it("keeps silent about an exception, and says so when it is over", () => {
    const exceptions = `exceptions:
  - stack: prod
    resource: aws:rds/instance:Instance::database
    rule: rds-multi-az
    reason: Twenty characters of reason.
    expires: "2026-11-30"
`;
    const broken = instance({ multiAz: false });
    assert.deepEqual(run(multiAz, broken, { exceptions }), []);
    const [report] = run(multiAz, broken, { exceptions, today: new Date("2026-12-01") });
    assert.equal(report?.enforcementLevel, "mandatory");
    assert.match(report.message, /The exception expired on 2026-11-30\.$/);
  });

  it("judges stacks", () => {
    const vpc = {
      ...instance({ cidrBlock: "10.0.0.0/16" }),
      type: "aws:ec2/vpc:Vpc",
    };
    const names = run(ruleOf("vpc-flow-logs-present"), vpc).map(({ name }) => name);
    assert.deepEqual(names, ["vpc-flow-logs-present"]);
  });

  it("depends on the versions that the project pins", () => {
    const read = (...path: string[]) =>
      JSON.parse(readFileSync(join(__dirname, "..", "..", ...path), "utf8")) as Record<
        "dependencies" | "devDependencies",
        Record<string, string>
      >;
    const project = read("package.json");
    const all = { ...project.dependencies, ...project.devDependencies };
    const { dependencies } = read("policy", "package.json");
    assert.deepEqual(
      dependencies,
      Object.fromEntries(Object.keys(dependencies).map((name) => [name, all[name]])),
    );
  });
});

describe("policy: images", () => {
  for (const [reference, repository, tag] of [
    ["postgres", "docker.io/library/postgres", undefined],
    ["valkey/valkey:8.1", "docker.io/valkey/valkey", "8.1"],
    ["docker.io/postgres:17", "docker.io/library/postgres", "17"],
    ["localhost:5000/a/b", "localhost:5000/a/b", undefined],
    ["registry.k8s.io/pause:3.10", "registry.k8s.io/pause", "3.10"],
    ["public.ecr.aws/a/b:1@sha256:00", "public.ecr.aws/a/b", "1"],
  ] as const) {
    it(`reads ${reference}`, () => {
      const image = parseImage(reference);
      assert.equal(image.repository, repository);
      assert.equal(image.tag, tag);
    });
  }
});
