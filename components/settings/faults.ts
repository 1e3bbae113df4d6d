/** Faults of a configuration, and the one error that lists them all. */
import type { z } from "zod";

/** One fault: which key, what it holds, what is allowed. */
export interface Fault {
  /** Full key as `pulumi config set --path` takes it, for example `dtem:network.vpcCidr`. */
  readonly key: string;
  /** The offending value; `undefined` when the key is missing. */
  readonly value: unknown;
  /** What is allowed, completing "allowed: …". */
  readonly allowed: string;
}

/** Thrown before the first resource when a stack's configuration has faults; lists all of them. */
export class ConfigurationError extends Error {
  override readonly name = "ConfigurationError";

  constructor(
    readonly stackName: string,
    readonly faults: readonly Fault[],
  ) {
    const count = faults.length === 1 ? "1 fault" : `${faults.length} faults`;
    super(
      [
        `The configuration of stack "${stackName}" has ${count}; nothing was changed.`,
        ...faults.map(
          (fault) => `  ${fault.key} = ${show(fault.value)}; allowed: ${fault.allowed}`,
        ),
        `Mend Pulumi.${stackName}.yaml or use: pulumi config set --stack ${stackName} --path <key> <value>`,
      ].join("\n"),
    );
  }
}

/** Turns the library's issues of one section into faults. */
export function faultsOf(section: string, value: unknown, error: z.ZodError): Fault[] {
  return error.issues.flatMap((issue) => {
    const path = [...issue.path];
    if (issue.code === "unrecognized_keys") {
      return issue.keys.map((key) => ({
        key: keyOf(section, [...path, key]),
        value: valueAt(value, [...path, key]),
        allowed: "no such key",
      }));
    }
    return [{ key: keyOf(section, path), value: valueAt(value, path), allowed: allowedBy(issue) }];
  });
}

/** `dtem:network.availabilityZones[1]` for section `network` and path `availabilityZones`, 1. */
export function keyOf(section: string, path: readonly PropertyKey[] = []): string {
  return path.reduce<string>(
    (key, part) => (typeof part === "number" ? `${key}[${part}]` : `${key}.${String(part)}`),
    `dtem:${section}`,
  );
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (at, part) =>
      typeof at === "object" && at !== null
        ? (at as Record<PropertyKey, unknown>)[part]
        : undefined,
    value,
  );
}

function allowedBy(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case "invalid_type":
      return issue.expected === "int" ? "a whole number" : `a ${issue.expected}`;
    case "invalid_value":
      // An enum's own message repeats the list in a noisier form; ours are written as "allowed".
      return issue.message.startsWith("Invalid")
        ? issue.values.map(String).join(", ")
        : issue.message;
    case "invalid_union":
      return "options" in issue && Array.isArray(issue.options)
        ? issue.options.join(", ")
        : issue.message;
    case "too_small":
      return `at least ${issue.minimum}${unitOf(issue.origin)}`;
    case "too_big":
      return `at most ${issue.maximum}${unitOf(issue.origin)}`;
    case "invalid_format":
      return issue.format === "email" ? "an e-mail address" : issue.message;
    case "invalid_key":
      return issue.issues.map((inner) => inner.message).join("; ");
    default:
      return issue.message;
  }
}

function unitOf(origin: string): string {
  return origin === "string" ? " characters" : origin === "array" ? " entries" : "";
}

function show(value: unknown): string {
  return value === undefined ? "(not set)" : JSON.stringify(value);
}
