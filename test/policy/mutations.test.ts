/** Breaks one property at a time: the rule for it must notice, and nothing may be wrong before. */
import assert from "node:assert/strict";

import { allRules } from "../../policy/catalogue";
import { environmentOf } from "../../policy/environment";
import {
  contextOf,
  judge,
  messageOf,
  type ParameterValues,
  type Verdict,
} from "../../policy/evaluate";
import type { Rule } from "../../policy/rule";
import {
  asResource,
  type PlainResource,
  plainResources,
} from "../../scripts/compliance/stack-resources";
import { fixtures } from "./fixtures";
import { type Mutation, mutations, type Source } from "./mutations";

/** Parameters under which a mutation shows that could not at the default. */
const parameters: Readonly<Record<string, ParameterValues>> = {
  // The committed stacks have one administrator; the deployer creates the cluster.
  "eks-cluster-admins-few": { most: 1 },
};

function verdictsOf(rule: Rule, resources: readonly PlainResource[]): Verdict[] {
  const [first] = resources;
  assert.ok(first);
  const context = contextOf(rule, environmentOf(first.urn), parameters[rule.id]);
  return judge(rule, resources.map(asResource), context);
}

describe("policy: mutations", () => {
  const sources = new Map<Source, PlainResource[]>();

  before(async function () {
    this.timeout(30_000);
    sources.set("fixture", fixtures());
    // One after the other: mocks are global to the process.
    for (const stack of ["prod", "staging", "dev"] as const) {
      sources.set(stack, await plainResources(stack));
    }
  });

  const resourcesOf = (source: Source): PlainResource[] => {
    const resources = sources.get(source);
    assert.ok(resources);
    return resources;
  };

  it("breaks something for every rule, and sixty things or more on the project's own stacks", () => {
    const covered = new Set(mutations.map(({ rule }) => rule));
    assert.deepEqual(
      allRules.map(({ id }) => id).filter((id) => !covered.has(id)),
      [],
    );
    assert.ok(mutations.filter(({ source }) => source !== "fixture").length >= 60);
  });

  it("finds nothing wrong with the fixtures", () => {
    const found = allRules.flatMap((rule) => verdictsOf(rule, resourcesOf("fixture")));
    assert.deepEqual(found.map(messageOf), []);
  });

  for (const mutation of mutations) {
    const { rule: id, source, resource, path, value } = mutation;
    const broken = value === undefined ? path : `${path} = ${JSON.stringify(value)}`;
    it(`${id}: ${source} ${resource} ${broken.slice(0, 80)}`, () => {
      const rule = allRules.find((each) => each.id === id);
      assert.ok(rule, `there is no rule ${id}`);
      const originals = resourcesOf(source);
      const before = verdictsOf(rule, originals).map(messageOf);
      const after = verdictsOf(rule, apply(mutation, originals));
      const found = after.filter((verdict) => !before.includes(messageOf(verdict)));
      assert.ok(found.length > 0, "nobody noticed");
      const named = mutation.names ?? resource;
      const verdict = found.find((each) => each.resource.name.includes(named));
      assert.ok(verdict, `found, but not at ${named}: ${found.map(messageOf).join("\n")}`);
      assert.equal(verdict.outcome, "violation");
      assert.ok(messageOf(verdict).includes(named), "the message does not name the resource");
      assert.ok(messageOf(verdict).includes(rule.remedy), "the message does not say what to do");
      assert.notEqual(
        rule.levels[environmentOf(verdict.resource.urn)],
        "disabled",
        "the rule does not bind the environment of its own example",
      );
    });
  }
});

/** The resources with one change; the originals stay as they are. */
function apply(mutation: Mutation, originals: readonly PlainResource[]): PlainResource[] {
  const target = originals.find(({ name }) => name === mutation.resource);
  assert.ok(target, `${mutation.source} has no resource ${mutation.resource}`);
  const others = originals.filter((each) => each !== target);
  if (mutation.path === "remove:") return others;
  return originals.map((each) => (each === target ? changed(target, mutation, originals) : each));
}

function changed(
  target: PlainResource,
  { path, value }: Mutation,
  originals: readonly PlainResource[],
): PlainResource {
  if (path === "type:") return { ...target, type: String(value) };
  if (path.startsWith("option:")) return { ...target, [path.slice("option:".length)]: value };
  if (path === "depends:") {
    const urn = originals.find(({ name }) => name === value)?.urn;
    assert.ok(urn);
    return { ...target, dependencies: [...target.dependencies, urn] };
  }
  const inputs = structuredClone(target.inputs);
  const keys = path.split(".");
  const last = keys.pop();
  assert.ok(last);
  let at = inputs;
  for (const key of keys) {
    at[key] ??= {};
    at = at[key] as Record<string, unknown>;
  }
  assert.notDeepEqual(at[last], value, "the mutation changes nothing");
  if (value === undefined) delete at[last];
  else at[last] = value;
  return { ...target, inputs };
}
