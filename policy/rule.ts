/** What a rule is. */
import type { PolicyConfigJSONSchema } from "@pulumi/policy/schema";

import type { Control } from "./controls/control";
import type { Environment } from "./environment";
import type { PropertyView } from "./unknown";

/** How much harm the violation of a rule can do. */
export type Severity = "low" | "medium" | "high" | "critical";

/** What a violation does to an update: stops it, is only said, or is not looked for. */
export type Level = "mandatory" | "advisory" | "disabled";

/** The level in each environment. */
export type Levels = Readonly<Record<Environment, Level>>;

/** Binding in every environment. */
export const everywhere: Levels = { dev: "mandatory", staging: "mandatory", prod: "mandatory" };
/** Binding where other people work; a reminder on a developer's machine. */
export const advisoryInDev: Levels = { dev: "advisory", staging: "mandatory", prod: "mandatory" };
/** Binding in live operation, a reminder in staging, and not asked of a developer's machine. */
export const inProd: Levels = { dev: "disabled", staging: "advisory", prod: "mandatory" };
/** Binding in live operation only. */
export const onlyInProd: Levels = { dev: "disabled", staging: "disabled", prod: "mandatory" };
/** A reminder everywhere. */
export const advice: Levels = { dev: "advisory", staging: "advisory", prod: "advisory" };
/** Binding everywhere but in live operation: guards against spending. */
export const outsideProd: Levels = { dev: "mandatory", staging: "mandatory", prod: "disabled" };

/** A resource as rules see it: its inputs for resource rules, its state for stack rules. */
export interface Resource {
  /** Type token, for example `aws:rds/instance:Instance`. */
  readonly type: string;
  /** Logical name. */
  readonly name: string;
  readonly urn: string;
  readonly props: PropertyView;
  /** Pulumi `protect`. */
  readonly protect: boolean;
  readonly ignoreChanges: readonly string[];
  /** Inputs of its provider; undefined if it is not known. */
  readonly provider: PropertyView | undefined;
  /** URNs of what it was made from, as far as it is known (stack rules only). */
  readonly dependencies: ReadonlySet<string>;
}

/** A number or a list of texts that the configuration of the pack may change. */
export interface Parameter {
  readonly schema: PolicyConfigJSONSchema & { readonly default: number | string | string[] };
}

/** What a check may ask beside the resource. */
export interface RuleContext {
  readonly environment: Environment;
  /** Values of the rule's parameters. */
  number(parameter: string): number;
  text(parameter: string): string;
  texts(parameter: string): readonly string[];
}

interface RuleBase {
  /** Also the name of the policy; kebab case, unique. */
  readonly id: string;
  /** What holds where the rule is kept. */
  readonly title: string;
  readonly severity: Severity;
  /** Controls of public standards, or promises of our own, that the rule serves. */
  readonly controls: readonly Control[];
  /** What to do about a violation, in one sentence. */
  readonly remedy: string;
  readonly levels: Levels;
  /**
   * What a value that is not known before the update does to the rule.
   *
   * - `advise`: it is said that the rule is undecided; it is decided during the update, before the
   *   resource is made.
   * - `violate`: the value has to be literal, so that a preview can be trusted.
   */
  readonly whenUnknown: "advise" | "violate";
  /** Parameters by name. */
  readonly parameters?: Readonly<Record<string, Parameter>>;
  /** Types of resources that the rule looks at. */
  readonly types: readonly string[];
}

/** A rule about one resource, checked before the resource is made or changed. */
export interface ResourceRule extends RuleBase {
  readonly kind: "resource";
  /** Says what is wrong, as the end of a sentence that begins with the resource. */
  check(resource: Resource, context: RuleContext): Iterable<string>;
}

/** What is wrong with one resource of several. */
export interface StackFinding {
  readonly resource: Resource;
  readonly problem: string;
}

/** A rule about several resources together, checked when all are known. */
export interface StackRule extends RuleBase {
  readonly kind: "stack";
  /** @param resources all that the stack has, of every type */
  check(resources: readonly Resource[], context: RuleContext): Iterable<StackFinding>;
}

/** A rule of the pack. */
export type Rule = ResourceRule | StackRule;

/** The resources of a type. */
export function ofType(resources: readonly Resource[], ...types: string[]): Resource[] {
  return resources.filter((resource) => types.includes(resource.type));
}
