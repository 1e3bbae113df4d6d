/** Runs rules over resources. Pure: the policy host, the report and the tests all come through here. */
import type { Environment } from "./environment";
import type { Resource, Rule, RuleContext, StackFinding } from "./rule";
import { UndecidedError } from "./unknown";

/** What a rule says about a resource that it does not simply pass. */
export interface Verdict {
  readonly rule: Rule;
  readonly resource: Resource;
  /** `undecided`: a value is not known before the update. */
  readonly outcome: "violation" | "undecided";
  /** What is wrong, without resource and remedy. */
  readonly problem: string;
}

/** Values of a rule's parameters that replace the defaults. */
export type ParameterValues = Readonly<Record<string, unknown>>;

/** The context of a rule in an environment. */
export function contextOf(
  rule: Rule,
  environment: Environment,
  values: ParameterValues = {},
): RuleContext {
  const read = (name: string): unknown => {
    const parameter = rule.parameters?.[name];
    if (parameter === undefined) throw new RangeError(`rule ${rule.id} has no parameter ${name}`);
    return values[name] ?? parameter.schema.default;
  };
  return {
    environment,
    number: (name) => Number(read(name)),
    text: (name) => String(read(name)),
    texts: (name) => (read(name) as unknown[]).map(String),
  };
}

/** What one rule says about the given resources; nothing if it passes all of them. */
export function judge(rule: Rule, resources: readonly Resource[], context: RuleContext): Verdict[] {
  if (rule.kind === "stack") {
    const [first] = resources;
    if (first === undefined) return [];
    return collect(rule, first, (): Iterable<StackFinding> => rule.check(resources, context));
  }
  return resources
    .filter((resource) => rule.types.includes(resource.type))
    .flatMap((resource) =>
      collect(rule, resource, function* (): Iterable<StackFinding> {
        for (const problem of rule.check(resource, context)) yield { resource, problem };
      }),
    );
}

/** @param fallback the resource that an undecided verdict is put down to */
function collect(
  rule: Rule,
  fallback: Resource,
  findings: () => Iterable<StackFinding>,
): Verdict[] {
  const verdicts: Verdict[] = [];
  try {
    for (const { resource, problem } of findings()) {
      verdicts.push({ rule, resource, outcome: "violation", problem });
    }
  } catch (error) {
    if (!(error instanceof UndecidedError)) throw error;
    const outcome = rule.whenUnknown === "violate" ? "violation" : "undecided";
    verdicts.push({ rule, resource: fallback, outcome, problem: error.message });
  }
  return verdicts;
}

/**
 * Checks every item, whatever happens at the others: an unknown value in one container must not hide
 * what is wrong with the next.
 *
 * @throws {UndecidedError} the first one, after all items are through.
 */
export function* each<Item, Finding>(
  items: Iterable<Item>,
  check: (item: Item) => Iterable<Finding>,
): Iterable<Finding> {
  let undecided: UndecidedError | undefined;
  for (const item of items) {
    try {
      yield* check(item);
    } catch (error) {
      if (!(error instanceof UndecidedError)) throw error;
      undecided ??= error;
    }
  }
  if (undecided !== undefined) throw undecided;
}

/** The message of a verdict: the resource, what is wrong with it, what to do, and which controls. */
export function messageOf({ rule, resource, outcome, problem }: Verdict): string {
  const subject = `${resource.name} (${resource.type})`;
  const controls = rule.controls.join(", ");
  return outcome === "undecided"
    ? `${subject}: cannot be decided yet, ${problem}. It is decided during the update. [${controls}]`
    : `${subject}: ${problem}. ${rule.remedy} [${controls}]`;
}
