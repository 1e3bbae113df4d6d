/** Exceptions from rules: data, with a reason and an end. */
import { parse } from "yaml";
import { z } from "zod";

import { stackOf } from "./environment";
import type { Verdict } from "./evaluate";

const exceptionSchema = z.strictObject({
  /** Stack whose resource is excepted. */
  stack: z.string().min(1),
  /** `<type>::<logical name>`, as at the end of a URN. */
  resource: z.string().regex(/^[\w.-]+:[\w./-]+:\w+::.+$/, "<type>::<logical name>"),
  /** Id of the one rule. */
  rule: z.string().min(1),
  /** Why the rule does not fit, for an auditor. */
  reason: z.string().min(20),
  /** Last day on which the exception holds. */
  expires: z.iso.date(),
});

/** One resource that need not keep one rule until a certain day. */
export type Exception = z.infer<typeof exceptionSchema>;

/**
 * Reads the contents of `exceptions.yaml`.
 *
 * @param rules ids that exist
 * @throws Error naming the entry that is wrong: a pack with a broken list must not start.
 */
export function parseExceptions(text: string, rules: Iterable<string>): Exception[] {
  const known = new Set(rules);
  const file = z.strictObject({ exceptions: z.array(exceptionSchema) }).safeParse(parse(text));
  if (!file.success) throw new Error(`policy/exceptions.yaml: ${z.prettifyError(file.error)}`);
  for (const { rule } of file.data.exceptions) {
    if (!known.has(rule)) throw new Error(`policy/exceptions.yaml: there is no rule ${rule}`);
  }
  return file.data.exceptions;
}

/** The exception that a violation falls under, whether it has expired or not. */
export function exceptionFor(
  { rule, resource }: Verdict,
  exceptions: readonly Exception[],
): Exception | undefined {
  return exceptions.find(
    (exception) =>
      exception.rule === rule.id &&
      exception.resource === `${resource.type}::${resource.name}` &&
      exception.stack === stackOf(resource.urn),
  );
}

/** True from the day after the last one, in UTC. */
export function hasExpired({ expires }: Exception, today: Date): boolean {
  return expires < today.toISOString().slice(0, 10);
}
