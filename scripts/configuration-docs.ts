/**
 * Writes `docs/configuration.md` from the schema; `--check` fails when the file is out of date.
 * Run: `npm run docs`.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { format, resolveConfig } from "prettier";
import { z } from "zod";

import { sections } from "../components/settings/schema";

const target = join(__dirname, "..", "docs", "configuration.md");

/** The part of JSON Schema that the tables show. */
interface JsonSchema {
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: JsonSchema | boolean;
  readonly items?: JsonSchema;
  readonly oneOf?: readonly JsonSchema[];
}

interface Row {
  readonly key: string;
  readonly allowed: string;
  readonly fallback: string;
  readonly description: string;
}

/** Numbers at the edge of what JSON can hold say nothing to a reader. */
function bound(value: number | undefined): number | undefined {
  return value === undefined || Math.abs(value) >= Number.MAX_SAFE_INTEGER ? undefined : value;
}

function allowed(schema: JsonSchema): string {
  if (schema.const !== undefined) return `\`${JSON.stringify(schema.const)}\``;
  if (schema.enum !== undefined)
    return schema.enum.map((value) => `\`${String(value)}\``).join(", ");
  if (schema.type === "array") {
    const { minItems, maxItems, items } = schema;
    const count = minItems !== undefined || maxItems !== undefined;
    return `list${count ? ` (${minItems ?? 0} to ${maxItems ?? "any"})` : ""} of ${allowed(items ?? {})}`;
  }
  if (schema.type === "integer" || schema.type === "number") {
    const minimum = bound(schema.minimum);
    const maximum = bound(schema.maximum);
    return minimum === undefined && maximum === undefined
      ? "number"
      : `${minimum ?? ""} to ${maximum ?? ""}`;
  }
  return schema.type ?? "";
}

function fallback(schema: JsonSchema, required: boolean): string {
  if (schema.default !== undefined) return `\`${JSON.stringify(schema.default)}\``;
  return required ? "required" : "";
}

function rows(path: string, schema: JsonSchema, required: boolean): Row[] {
  const own: Row = {
    key: path,
    allowed: allowed(schema),
    fallback: fallback(schema, required),
    description: schema.description ?? "",
  };
  const children = childRows(path, schema);
  return children.length === 0 || schema.description !== undefined ? [own, ...children] : children;
}

function childRows(path: string, schema: JsonSchema): Row[] {
  if (schema.properties !== undefined) {
    const { properties, required = [] } = schema;
    return Object.entries(properties).flatMap(([key, child]) =>
      rows(`${path}.${key}`, child, required.includes(key)),
    );
  }
  if (schema.type === "array" && schema.items?.properties !== undefined) {
    return childRows(`${path}[]`, schema.items);
  }
  const { additionalProperties } = schema;
  return typeof additionalProperties === "object" && additionalProperties.properties !== undefined
    ? childRows(`${path}.<name>`, additionalProperties)
    : [];
}

function table(all: readonly Row[]): string {
  return [
    "| Key | Allowed | Default | Meaning |",
    "| --- | --- | --- | --- |",
    ...all.map(
      (row) => `| \`${row.key}\` | ${row.allowed} | ${row.fallback} | ${row.description} |`,
    ),
  ].join("\n");
}

function section(name: string, schema: JsonSchema, required: boolean): string {
  const heading = `## \`dtem:${name}\`\n\n${schema.description ?? ""}`;
  if (schema.oneOf === undefined) {
    return `${heading}\n\n${table(rows(name, { ...schema, description: undefined }, required))}`;
  }
  const variants = schema.oneOf.map((variant) => {
    const kind = variant.properties?.["kind"];
    return `### kind \`${String(kind?.const)}\`\n\n${kind?.description ?? ""}\n\n${table(
      childRows(name, variant).filter((row) => row.key !== `${name}.kind`),
    )}`;
  });
  return [heading, ...variants].join("\n\n");
}

/** The whole document, formatted as the repository's files are. */
export async function render(): Promise<string> {
  const schema = z.toJSONSchema(z.strictObject(sections), { io: "input" }) as JsonSchema;
  const text = [
    "# Configuration",
    "<!-- Generated from components/settings/schema.ts by `npm run docs`; do not edit. -->",
    "Everything that differs between environments is in `Pulumi.<stack>.yaml`, in the namespace " +
      "`dtem`. Set a value with `pulumi config set --path 'dtem:network.natGateways' perZone`. " +
      "Unknown keys, wrong values and combinations that do not fit are refused, all at once, before " +
      "anything is touched; the rules that span several keys are in " +
      "[`cross-checks.ts`](../components/settings/cross-checks.ts).",
    ...Object.entries(schema.properties ?? {}).map(([name, child]) =>
      section(name, child, schema.required?.includes(name) ?? false),
    ),
  ].join("\n\n");
  return await format(text, { ...(await resolveConfig(target)), parser: "markdown" });
}

async function main(): Promise<void> {
  const text = await render();
  if (!process.argv.includes("--check")) {
    writeFileSync(target, text);
  } else if (readFileSync(target, "utf8") !== text) {
    process.stderr.write("docs/configuration.md is out of date; run: npm run docs\n");
    process.exitCode = 1;
  }
}

if (require.main === module) void main();
