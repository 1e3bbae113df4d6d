/** Comparison, names and secrets of a resource's properties; pure. */
import { createHash } from "node:crypto";
import { isDeepStrictEqual } from "node:util";

import { isUnknown, type Props, secret } from "../service";
import type { ResourceType } from "./resource-type";

/** Top-level inputs that AWS would see a difference in. */
export function changedInputs(type: ResourceType, olds: Props, news: Props): string[] {
  const keys = new Set([...Object.keys(olds), ...Object.keys(news)]);
  return [...keys].filter((key) => !sameValue(type, key, olds[key], news[key]));
}

/** Those of the type's replacing paths that differ. */
export function replacingPaths(type: ResourceType, olds: Props, news: Props): string[] {
  const changed = (type.replaces ?? []).filter(
    (path) => !sameValue(type, path, valueAt(olds, path), valueAt(news, path)),
  );
  return [...changed, ...(type.replacesIf?.(olds, news) ?? [])];
}

function sameValue(type: ResourceType, path: string, a: unknown, b: unknown): boolean {
  return type.ordered?.includes(path) === true
    ? isDeepStrictEqual(a, b)
    : isDeepStrictEqual(canonical(a), canonical(b));
}

/** AWS keeps most lists as sets (subnets, groups, rules, parameters), so their order is no change. */
function canonical(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(canonical).sort((a, b) => (sortKey(a) < sortKey(b) ? -1 : 1));
  }
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, item]) => item !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, item]) => [key, canonical(item)]),
  );
}

function sortKey(value: unknown): string {
  return JSON.stringify(value) ?? "";
}

function valueAt(props: Props, path: string): unknown {
  return path.split(".").reduce<unknown>((value, key) => {
    return typeof value === "object" && value !== null ? (value as Props)[key] : undefined;
  }, props);
}

/** The property that takes a prefix instead of a name. */
export function prefixOf(property: string): string {
  return `${property}Prefix`;
}

/** The logical name at the end of a URN. */
export function logicalNameOf(urn: string): string {
  return urn.split("::").at(-1) ?? "";
}

/** `<logical name>-<7 hex digits>`, the same for the same seed, as Pulumi names resources. */
export function automaticName(urn: string, seed: Uint8Array): string {
  const digits = createHash("sha256").update(seed).digest("hex").slice(0, 7);
  return `${logicalNameOf(urn)}-${digits}`;
}

/** Whether a name is one of {@link automaticName}, which changes with a replacement. */
export function isAutomatic(urn: string, name: string): boolean {
  const base = `${logicalNameOf(urn)}-`;
  return name.startsWith(base) && /^[0-9a-f]{7}$/.test(name.slice(base.length));
}

/** Nested provider configuration arrives as JSON text. */
export function fromJson(value: unknown): unknown {
  return typeof value === "string" && !isUnknown(value) ? JSON.parse(value) : value;
}

/** What the ledger may hold of properties: secrets as hashes. */
export function redact(type: ResourceType, props: Props): Props {
  return mapSecrets(type, props, hash);
}

/** Properties with their secrets marked for the wire. */
export function markSecrets(type: ResourceType, props: Props): Props {
  return mapSecrets(type, props, secret);
}

/** The ledger's properties with secrets from the engine's state, where they are still the same. */
export function restore(type: ResourceType, kept: Props, known: Props): Props {
  return mapSecrets(type, kept, (value, name) =>
    value === hash(known[name]) ? known[name] : value,
  );
}

function mapSecrets(
  type: ResourceType,
  props: Props,
  change: (value: unknown, name: string) => unknown,
): Props {
  const names = (type.secrets ?? []).filter((name) => props[name] !== undefined);
  const changed = names.map((name) => [name, change(props[name], name)] as const);
  return { ...props, ...Object.fromEntries(changed) };
}

function hash(value: unknown): string {
  return `sha256:${createHash("sha256")
    .update(JSON.stringify(value) ?? "")
    .digest("hex")}`;
}
