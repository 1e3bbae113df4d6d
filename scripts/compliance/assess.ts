/** What the pack says about the stacks, control by control; pure. */
import { rulesByConcern } from "../../policy/catalogue";
import { cisEks } from "../../policy/controls/cis-eks";
import type { ControlEntry } from "../../policy/controls/control";
import { podSecurity } from "../../policy/controls/pod-security";
import { environmentOf } from "../../policy/environment";
import { contextOf, judge, messageOf } from "../../policy/evaluate";
import { type Exception, exceptionFor, hasExpired } from "../../policy/exceptions";
import type { Level, Resource, Rule } from "../../policy/rule";

/**
 * How a control, or a rule, stands in one stack.
 *
 * - `failed`: a rule that binds the stack is violated.
 * - `advised`: a rule that does not bind the stack is violated.
 * - `excepted`: the only violations fall under exceptions.
 * - `undecided`: a value is not known before the update.
 * - `passed`: rules were applied to at least one resource, and all passed.
 * - `absent`: the stack has no resource that the rules are about.
 * - `unbound`: the rules do not apply to the environment.
 * - `aws`: done by AWS.
 * - `gap`: not covered.
 */
export type Status =
  "failed" | "advised" | "excepted" | "undecided" | "passed" | "absent" | "unbound" | "aws" | "gap";

/** Every status, worst first. */
export const statuses: readonly Status[] = [
  "failed",
  "gap",
  "advised",
  "undecided",
  "excepted",
  "passed",
  "aws",
  "absent",
  "unbound",
];

/** A violation, or a rule that could not be decided. */
export interface Finding {
  readonly stack: string;
  readonly rule: string;
  readonly level: Level;
  readonly status: "failed" | "advised" | "excepted" | "undecided";
  /** `<type>::<logical name>`. */
  readonly resource: string;
  readonly message: string;
}

/** A rule and how it stands, by stack. */
export interface RuleReport {
  readonly id: string;
  readonly title: string;
  readonly concern: string;
  readonly severity: Rule["severity"];
  readonly controls: readonly string[];
  readonly levels: Rule["levels"];
  readonly remedy: string;
  readonly byStack: Readonly<Record<string, Status>>;
  /** Resources that the rule was applied to, by stack. */
  readonly checked: Readonly<Record<string, number>>;
}

/** A control and how it stands, by stack. */
export interface ControlReport {
  readonly id: string;
  readonly title: string;
  readonly byStack: Readonly<Record<string, Status>>;
  readonly rules: readonly string[];
  /** Why no rule checks it. */
  readonly why?: string;
}

/** All controls of a standard, or those that the pack serves. */
export interface StandardReport {
  readonly name: string;
  /** True if every control of the standard is listed. */
  readonly complete: boolean;
  readonly controls: readonly ControlReport[];
}

/** An exception of the list, and what became of it. */
export interface ExceptionReport extends Exception {
  readonly expired: boolean;
  /** True if something would be violated without it. */
  readonly used: boolean;
}

/** The whole report. */
export interface ComplianceReport {
  /** ISO date and time. */
  readonly generated: string;
  /** Where the resources come from. */
  readonly source: string;
  readonly stacks: readonly { readonly name: string; readonly resources: number }[];
  readonly standards: readonly StandardReport[];
  readonly rules: readonly RuleReport[];
  readonly findings: readonly Finding[];
  readonly exceptions: readonly ExceptionReport[];
}

/** What is assessed. */
export interface AssessArgs {
  /** Stack → its resources. */
  readonly stacks: ReadonlyMap<string, readonly Resource[]>;
  readonly exceptions: readonly Exception[];
  readonly today: Date;
  /** For the reader: where the resources come from. */
  readonly source: string;
}

/** Runs all rules over all stacks. */
export function assess({ stacks, exceptions, today, source }: AssessArgs): ComplianceReport {
  const used = new Set<Exception>();
  const findings: Finding[] = [];
  const rules = [...rulesByConcern].flatMap(([concern, ofConcern]) =>
    ofConcern.map((rule): RuleReport => {
      const byStack: Record<string, Status> = {};
      const checked: Record<string, number> = {};
      for (const [stack, resources] of stacks) {
        const found = findingsOf(rule, stack, resources, exceptions, today, used);
        findings.push(...found);
        checked[stack] = resources.filter(({ type }) => rule.types.includes(type)).length;
        byStack[stack] = statusOf(rule, resources, checked[stack], found);
      }
      const { id, title, severity, controls, levels, remedy } = rule;
      return { id, title, concern, severity, controls, levels, remedy, byStack, checked };
    }),
  );
  const names = [...stacks.keys()];
  return {
    generated: today.toISOString(),
    source,
    stacks: [...stacks].map(([name, resources]) => ({ name, resources: resources.length })),
    standards: [
      standardOf("CIS Amazon EKS Benchmark 1.8", "CIS EKS", rules, names, cisEks),
      standardOf("Kubernetes Pod Security Standards", "PSS", rules, names, podSecurity),
      standardOf("AWS Foundational Security Best Practices", "FSBP", rules, names),
      standardOf("NSA/CISA Kubernetes Hardening Guide 1.2", "NSA", rules, names),
      standardOf("Promises of the platform", "DTEM", rules, names),
    ],
    rules,
    findings,
    exceptions: exceptions.map((exception) => ({
      ...exception,
      expired: hasExpired(exception, today),
      used: used.has(exception),
    })),
  };
}

/** True if the report must fail a pipeline: a binding rule is violated or an exception is over. */
export function isViolated({ findings, exceptions }: ComplianceReport): boolean {
  return (
    findings.some(({ status }) => status === "failed") || exceptions.some(({ expired }) => expired)
  );
}

function findingsOf(
  rule: Rule,
  stack: string,
  resources: readonly Resource[],
  exceptions: readonly Exception[],
  today: Date,
  used: Set<Exception>,
): Finding[] {
  const [first] = resources;
  if (first === undefined) return [];
  const environment = environmentOf(first.urn);
  const level = rule.levels[environment];
  if (level === "disabled") return [];
  return judge(rule, resources, contextOf(rule, environment)).map((verdict) => {
    const exception = exceptionFor(verdict, exceptions);
    if (exception !== undefined) used.add(exception);
    const excepted = exception !== undefined && !hasExpired(exception, today);
    const violated = level === "mandatory" ? "failed" : "advised";
    return {
      stack,
      rule: rule.id,
      level,
      status: verdict.outcome === "undecided" ? "undecided" : excepted ? "excepted" : violated,
      resource: `${verdict.resource.type}::${verdict.resource.name}`,
      message: messageOf(verdict),
    };
  });
}

function statusOf(
  rule: Rule,
  resources: readonly Resource[],
  checked: number,
  findings: readonly Finding[],
): Status {
  const [first] = resources;
  if (first === undefined || checked === 0) return "absent";
  if (rule.levels[environmentOf(first.urn)] === "disabled") return "unbound";
  return worst(findings.map(({ status }) => status)) ?? "passed";
}

function worst(found: readonly Status[]): Status | undefined {
  return statuses.find((status) => found.includes(status));
}

function standardOf(
  name: string,
  prefix: string,
  rules: readonly RuleReport[],
  stacks: readonly string[],
  catalogue?: Readonly<Record<string, ControlEntry>>,
): StandardReport {
  const served = new Map<string, RuleReport[]>();
  for (const rule of rules) {
    for (const control of rule.controls.filter((each) => each.startsWith(`${prefix} `))) {
      const id = control.slice(prefix.length + 1);
      served.set(id, [...(served.get(id) ?? []), rule]);
    }
  }
  const ids = catalogue === undefined ? [...served.keys()].sort(byNumber) : Object.keys(catalogue);
  return {
    name,
    complete: catalogue !== undefined,
    controls: ids.map((id): ControlReport => {
      const entry = catalogue?.[id];
      const serving = served.get(id) ?? [];
      const statusIn = (stack: string): Status => {
        if (entry?.unchecked?.by === "gap") return "gap";
        if (entry?.unchecked?.by === "aws") {
          const { heldBy } = entry.unchecked;
          const held = rules.find((rule) => rule.id === heldBy)?.byStack[stack] ?? "absent";
          return held === "passed" ? "aws" : held;
        }
        return worst(serving.flatMap(({ byStack }) => byStack[stack] ?? [])) ?? "absent";
      };
      return {
        id,
        title: entry?.title ?? serving.map(({ title }) => title).join("; "),
        byStack: Object.fromEntries(stacks.map((stack) => [stack, statusIn(stack)])),
        rules: serving.map((rule) => rule.id),
        ...(entry?.unchecked === undefined ? {} : { why: entry.unchecked.why }),
      };
    }),
  };
}

function byNumber(a: string, b: string): number {
  return a.localeCompare(b, "en", { numeric: true });
}
