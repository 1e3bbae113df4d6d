/** What differs between two runs of a program: for tests that vary one argument. */
import { isDeepStrictEqual } from "node:util";

import type { RecordedProgram, RecordedResource } from "../support/program";

type Aspect = "protect" | "inputs" | "ignoreChanges" | "deleteBeforeReplace" | "dependencies";
const aspects: readonly Aspect[] = [
  "protect",
  "inputs",
  "ignoreChanges",
  "deleteBeforeReplace",
  "dependencies",
];

/** Inputs that differ, as `key`; a difference outside of the inputs as `(aspect)`. */
function differences(before: RecordedResource, after: RecordedResource): string[] {
  return aspects.flatMap((aspect) => {
    if (isDeepStrictEqual(before[aspect], after[aspect])) {
      return [];
    }
    if (aspect !== "inputs") {
      return [`(${aspect})`];
    }
    const keys = new Set([...Object.keys(before.inputs), ...Object.keys(after.inputs)]);
    return [...keys].filter((key) => !isDeepStrictEqual(before.inputs[key], after.inputs[key]));
  });
}

/**
 * One line per resource that was added (`+ name`), removed (`- name`) or changed
 * (`~ name: key, (aspect)`), sorted.
 */
export function compare(
  before: RecordedProgram<unknown>,
  after: RecordedProgram<unknown>,
): string[] {
  const was = new Map(before.resources.map((resource) => [resource.urn, resource]));
  const is = new Map(after.resources.map((resource) => [resource.urn, resource]));
  const lines: string[] = [];
  for (const [urn, resource] of was) {
    if (!is.has(urn)) {
      lines.push(`- ${resource.name}`);
    }
  }
  for (const [urn, resource] of is) {
    const old = was.get(urn);
    if (old === undefined) {
      lines.push(`+ ${resource.name}`);
      continue;
    }
    const changed = differences(old, resource).sort();
    if (changed.length > 0) {
      lines.push(`~ ${resource.name}: ${changed.join(", ")}`);
    }
  }
  return lines.sort();
}

/** Names of everything that is protected, sorted. */
export function protectedNames(program: RecordedProgram<unknown>): string[] {
  return program.resources
    .filter((resource) => resource.protect)
    .map((resource) => resource.name)
    .sort();
}
