/** Which resources name which others. */
import { isUnknown, type Props } from "../service";
import type { Entry } from "./ledger";
import type { Reference } from "./resource-type";

/** All strings at a path; lists on the way are walked. */
export function stringsAt(value: unknown, path: readonly string[]): string[] {
  if (Array.isArray(value)) return value.flatMap((item) => stringsAt(item, path));
  const [key, ...rest] = path;
  if (key === undefined) return typeof value === "string" && value !== "" ? [value] : [];
  return typeof value === "object" && value !== null
    ? stringsAt((value as Record<string, unknown>)[key], rest)
    : [];
}

/** Known values of a reference. */
export function valuesOf(reference: Reference, inputs: Props): string[] {
  return stringsAt(inputs, reference.property.split(".")).filter((value) => !isUnknown(value));
}

/** Whether a value names an entry: by its id, ARN or name. */
export function names(value: string, entry: Entry): boolean {
  const { id, outputs } = entry;
  return [id, outputs["arn"], outputs["name"], outputs["identifier"]].includes(
    // CloudWatch Logs writes the ARN of a group with and without ":*".
    value.replace(/:\*$/, ""),
  );
}
