/** Rules as policies of the Pulumi SDK. */
import type {
  PolicyConfigSchema,
  PolicyResource,
  ReportViolation,
  ResourceValidationArgs,
  ResourceValidationPolicy,
  StackValidationPolicy,
} from "@pulumi/policy";

import { environmentOf, environments, type Environment } from "./environment";
import { contextOf, judge, messageOf, type ParameterValues, type Verdict } from "./evaluate";
import { exceptionFor, type Exception, hasExpired } from "./exceptions";
import type { Level, Resource, ResourceRule, Rule, StackRule } from "./rule";
import { PropertyView, withoutTraps } from "./unknown";

/** What the policies of the pack share. */
export interface PackOptions {
  readonly exceptions: readonly Exception[];
  /** Day on which exceptions are judged. */
  readonly today: Date;
}

/** Configuration of one rule, beside values of its parameters. */
interface RuleSettings {
  /** Overrides the levels of the rule. */
  readonly levels?: Partial<Record<Environment, Level>>;
}

/** Configuration of either policy. */
interface PolicySettings {
  /** Overrides the environment that follows from the name of the stack. */
  readonly environment?: Environment;
  /** Id of a rule → its configuration. */
  readonly rules?: Readonly<Record<string, RuleSettings & ParameterValues>>;
}

/**
 * The policies that check the rules: `resources` for rules about single resources, `stack` for rules
 * about several.
 *
 * One policy a rule would be the plain way, but the SDK unpacks every resource anew for each policy,
 * while the engine waits. Violations are reported under the id of their rule all the same.
 */
export function policiesOf(
  rules: readonly Rule[],
  options: PackOptions,
): [ResourceValidationPolicy, StackValidationPolicy] {
  const onResources = rules.filter((rule) => rule.kind === "resource");
  const onStacks = rules.filter((rule) => rule.kind === "stack");
  return [
    {
      ...describe("resources", "single resources", onResources),
      validateResource: resourceValidation(onResources, options),
    },
    {
      ...describe("stack", "resources together", onStacks),
      validateStack: stackValidation(onStacks, options),
    },
  ];
}

function describe(name: string, subject: string, rules: readonly Rule[]) {
  return {
    name,
    displayName: `Rules about ${subject}`,
    description: `${rules.length} rules about ${subject}, each reported under its own name.`,
    // The strictest of all environments; where a rule binds less, its verdict says so itself.
    enforcementLevel: "mandatory" as const,
    tags: [...new Set(rules.flatMap(({ controls }) => controls))],
    configSchema: configSchemaOf(rules),
  };
}

function resourceValidation(rules: readonly ResourceRule[], options: PackOptions) {
  const byType = new Map<string, ResourceRule[]>();
  for (const rule of rules) {
    for (const type of rule.types) byType.set(type, [...(byType.get(type) ?? []), rule]);
  }
  return (args: ResourceValidationArgs, report: ReportViolation): void => {
    const applicable = byType.get(args.type);
    if (applicable === undefined) return;
    const settings = args.getConfig<PolicySettings>();
    decide(applicable, [fromArgs(args)], settings, options, report);
  };
}

function stackValidation(
  rules: readonly StackRule[],
  options: PackOptions,
): StackValidationPolicy["validateStack"] {
  return (args, report) => {
    const settings = args.getConfig<PolicySettings>();
    decide(rules, args.resources.map(fromStack), settings, options, report);
  };
}

/** Judges, takes exceptions into account, and reports at the level of the environment. */
function decide(
  rules: readonly Rule[],
  resources: readonly Resource[],
  settings: PolicySettings,
  { exceptions, today }: PackOptions,
  report: ReportViolation,
): void {
  const [first] = resources;
  if (first === undefined) return;
  const environment = settings.environment ?? environmentOf(first.urn);
  for (const rule of rules) {
    const { levels, ...parameters } = settings.rules?.[rule.id] ?? {};
    const level = levels?.[environment] ?? rule.levels[environment];
    if (level === "disabled") continue;
    for (const verdict of judge(rule, resources, contextOf(rule, environment, parameters))) {
      const exception = exceptionFor(verdict, exceptions);
      if (exception !== undefined && !hasExpired(exception, today)) continue;
      const note = exception === undefined ? "" : ` The exception expired on ${exception.expires}.`;
      reportAs(level, verdict, messageOf(verdict) + note, report);
    }
  }
}

/** What the SDK's server takes instead of a text, though its type definitions do not show it (1.21). */
interface DetailedViolation {
  readonly name: string;
  readonly message: string;
  readonly description: string;
  readonly urn: string;
  readonly severity: Rule["severity"];
  /** That of the policy, if it is left out. */
  readonly enforcementLevel?: "advisory";
}

/**
 * Reports under the rule's own name, severity and, where it binds less than the policy, level. Were
 * the SDK to drop this form, the violation would still be reported, as mandatory: too strict, never
 * too lax.
 */
function reportAs(level: Level, verdict: Verdict, message: string, report: ReportViolation): void {
  const binding = level === "mandatory" && verdict.outcome === "violation";
  const { rule, resource } = verdict;
  const detailed = report as unknown as (violation: DetailedViolation) => void;
  detailed({
    name: rule.id,
    message,
    description: rule.title,
    urn: resource.urn,
    severity: rule.severity,
    ...(binding ? {} : { enforcementLevel: "advisory" }),
  });
}

function configSchemaOf(rules: readonly Rule[]): PolicyConfigSchema {
  const level = { type: "string" as const, enum: ["mandatory", "advisory", "disabled"] };
  const levels = {
    type: "object" as const,
    properties: Object.fromEntries(environments.map((environment) => [environment, level])),
    additionalProperties: false,
  };
  const schemaOf = (rule: Rule) => ({
    type: "object" as const,
    properties: {
      levels,
      ...Object.fromEntries(
        Object.entries(rule.parameters ?? {}).map(([name, { schema }]) => [name, schema]),
      ),
    },
    additionalProperties: false,
  });
  return {
    properties: {
      environment: { type: "string", enum: [...environments] },
      rules: {
        type: "object",
        properties: Object.fromEntries(rules.map((rule) => [rule.id, schemaOf(rule)])),
        additionalProperties: false,
      },
    },
  };
}

function fromArgs(args: ResourceValidationArgs): Resource {
  return {
    type: args.type,
    name: args.name,
    urn: args.urn,
    props: new PropertyView(withoutTraps(args.props)),
    protect: args.opts.protect,
    ignoreChanges: args.opts.ignoreChanges,
    provider:
      args.provider === undefined ? undefined : new PropertyView(withoutTraps(args.provider.props)),
    dependencies: new Set(),
  };
}

/** Copies the properties only when a rule reads them: a stack rule looks at few of many resources. */
function fromStack(resource: PolicyResource): Resource {
  let props: PropertyView | undefined;
  const dependencies = [
    ...resource.dependencies,
    ...Object.values(resource.propertyDependencies).flat(),
  ];
  return {
    type: resource.type,
    name: resource.name,
    urn: resource.urn,
    get props() {
      return (props ??= new PropertyView(withoutTraps(resource.props)));
    },
    protect: resource.opts.protect,
    ignoreChanges: resource.opts.ignoreChanges,
    provider: undefined,
    dependencies: new Set(dependencies.map(({ urn }) => urn)),
  };
}
