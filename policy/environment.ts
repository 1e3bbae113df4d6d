/** Which environment a resource belongs to. */

/** The three environments of the platform. */
export const environments = ["dev", "staging", "prod"] as const;

/** One of {@link environments}. */
export type Environment = (typeof environments)[number];

/**
 * The environment of a stack: its name, if it is that of an environment; else `prod`, the strictest,
 * so that a new stack is not waved through because its name means nothing.
 *
 * The name comes from the URN of whatever is judged. That is the one source that every policy host
 * has: `pulumi.getStack()` and the stack's configuration are missing where the language host runs
 * the pack, and tags are missing on half of the resources.
 *
 * @param urn `urn:pulumi:<stack>::<project>::<types>::<name>`
 */
export function environmentOf(urn: string): Environment {
  const stack = stackOf(urn);
  return environments.find((environment) => environment === stack) ?? "prod";
}

/** Name of the stack in a URN. */
export function stackOf(urn: string): string {
  return urn.split("::", 1)[0]?.replace(/^urn:pulumi:/, "") ?? "";
}
