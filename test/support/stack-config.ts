/** The committed stack files, as the program sees them. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";

export const stacks = ["dev", "staging", "prod"] as const;
export type StackName = (typeof stacks)[number];

/** Configuration of a committed stack, keyed by section, free to be changed by the caller. */
export function committedConfig(stack: StackName): Record<string, unknown> {
  const file = join(__dirname, "..", "..", `Pulumi.${stack}.yaml`);
  const { config } = parse(readFileSync(file, "utf8")) as { config: Record<string, unknown> };
  return Object.fromEntries(
    Object.entries(config).map(([key, value]) => [key.replace(/^dtem:/, ""), value]),
  );
}

/** A copy of `config` in which the value at `path` (`network.vpcCidr`) is another one. */
export function withValue(
  config: Record<string, unknown>,
  path: string,
  value: unknown,
): Record<string, unknown> {
  const copy = structuredClone(config);
  const keys = path.split(".");
  const last = keys.pop();
  if (last === undefined) throw new Error("empty path");
  let at = copy;
  for (const key of keys) {
    at[key] ??= {};
    at = at[key] as Record<string, unknown>;
  }
  if (value === undefined) delete at[last];
  else at[last] = value;
  return copy;
}
