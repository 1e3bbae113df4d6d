/**
 * Between the engine's property values and plain values. The signatures are fixed by the engine
 * (pulumi/pulumi, sdk/go/common/resource/sig); they are part of every state file and never change.
 */
import { Struct } from "google-protobuf/google/protobuf/struct_pb";
import type { JavaScriptValue } from "google-protobuf/google/protobuf/struct_pb";
import type { Props } from "./model";

/** Stands for a value that is not known before the update runs. */
export const UNKNOWN: string = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

const SIGNATURE = "4dabf18193072939515e22adb298388d";
const SECRET = "1b47061264138c4ac30d75fd1eb44270";
const OUTPUT_VALUE = "d0e6a833031e9bbcd3f4e8bde6ca49a4";
const RESOURCE_REFERENCE = "5cf8f73096256a8f31e491e813e4eb8e";

/**
 * Further sentinels by which the engine types an unknown (bool, number, array, asset, archive,
 * object). The SDKs send the string form only; the engine may send any of them.
 */
const UNKNOWNS: ReadonlySet<string> = new Set([
  UNKNOWN,
  "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7", // boolean
  "3eeb2bf0-c639-47a8-9e75-3b44932eb421", // number
  "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2", // array
  "030794c1-ac77-496b-92df-f27374a8bd58", // asset
  "e48ece36-62e2-4504-bad9-02848725956a", // archive
  "dd056dcd-154b-4c76-9bd3-c8f88648b5ff", // object
]);

/** An output that the state must encrypt; made by `secret()`. */
class SecretValue {
  constructor(readonly value: unknown) {}
}

/** Marks an output, at any depth, as secret. Marking twice is marking once. */
export function secret(value: unknown): unknown {
  return value instanceof SecretValue ? value : new SecretValue(value);
}

/** True for the unknown value itself, not for a container of one. */
export function isUnknown(value: unknown): boolean {
  return typeof value === "string" && UNKNOWNS.has(value);
}

/** True for a plain object: a map of properties. */
export function isObject(value: unknown): value is Props {
  return (
    typeof value === "object" &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof SecretValue)
  );
}

/** True where the value is, or holds at any depth, an unknown value. */
export function containsUnknown(value: unknown): boolean {
  if (value instanceof SecretValue) return containsUnknown(value.value);
  if (Array.isArray(value)) return value.some(containsUnknown);
  if (isObject(value)) return Object.values(value).some(containsUnknown);
  return isUnknown(value);
}

/** A path to a value: object keys and list indices. */
export type Path = readonly (string | number)[];

/** A received property map and where its secrets were. */
export interface Decoded {
  /** Plain values without secret marks. */
  readonly props: Props;
  readonly secrets: SecretSet;
}

/** Which inputs were secret, so that what comes out of them is secret again. */
export interface SecretSet {
  /** Paths of the secret values, cut at the first list: a list's order may change. */
  readonly paths: readonly Path[];
  /** Secret strings of some length, to recognise them in other properties. */
  readonly strings: ReadonlySet<string>;
}

/** The set without members. */
export const NO_SECRETS: SecretSet = { paths: [], strings: new Set() };

/** Shorter secrets ("true", "5432") would also mark unrelated properties. */
const RECOGNISABLE_LENGTH = 8;

/** Decodes a property map as the engine sends it; an absent one is empty. */
export function decode(struct: Struct | undefined): Decoded {
  const paths: Path[] = [];
  const strings = new Set<string>();

  const visit = (value: unknown, path: Path, inSecret: boolean): unknown => {
    if (Array.isArray(value)) return value.map((item, i) => visit(item, [...path, i], inSecret));
    if (!isObject(value)) {
      if (inSecret && typeof value === "string" && value.length >= RECOGNISABLE_LENGTH) {
        if (!isUnknown(value)) strings.add(value);
      }
      return isUnknown(value) ? UNKNOWN : value;
    }
    switch (value[SIGNATURE]) {
      case SECRET:
        paths.push(untilList(path));
        return visit(value["value"], path, true);
      case OUTPUT_VALUE: {
        if (value["secret"] === true) paths.push(untilList(path));
        const known = "value" in value;
        return known ? visit(value["value"], path, inSecret || value["secret"] === true) : UNKNOWN;
      }
      case RESOURCE_REFERENCE: {
        // An empty id is an id that is not known yet; a component has a URN only.
        if (!("id" in value)) return value["urn"];
        return value["id"] === "" || isUnknown(value["id"]) ? UNKNOWN : value["id"];
      }
      default: // assets and archives keep their signature and pass as they are
        return Object.fromEntries(
          Object.entries(value).map(([key, item]) => [key, visit(item, [...path, key], inSecret)]),
        );
    }
  };

  const props = visit(struct?.toJavaScript() ?? {}, [], false) as Props;
  return { props, secrets: { paths, strings } };
}

function untilList(path: Path): Path {
  const list = path.findIndex((step) => typeof step === "number");
  return list === -1 ? path : path.slice(0, list);
}

/** The union of two sets: an update's secrets are those of both sides. */
export function mergeSecrets(a: SecretSet, b: SecretSet): SecretSet {
  return { paths: [...a.paths, ...b.paths], strings: new Set([...a.strings, ...b.strings]) };
}

/**
 * Encodes a property map for the engine. What was secret on the way in is secret on the way out:
 * at the same path where the output has it, else the whole top-level property; and any top-level
 * property that repeats a secret string (a merged tag map, a connection string).
 */
export function encode(props: Props, secrets: SecretSet = NO_SECRETS): Struct {
  let marked: Props = props;
  for (const path of secrets.paths) marked = markPath(marked, path);
  const out: Record<string, JavaScriptValue> = {};
  for (const [key, value] of Object.entries(marked)) {
    if (value === undefined) continue;
    const repeats = secrets.strings.size > 0 && leaks(value, secrets.strings);
    out[key] = toWire(repeats ? secret(value) : value);
  }
  return Struct.fromJavaScript(out);
}

function markPath(props: Props, path: Path): Props {
  const [head, ...rest] = path;
  if (head === undefined || typeof head === "number") return props;
  const value = props[head];
  if (value === undefined || value === null || value instanceof SecretValue) return props;
  const next = rest[0];
  const deeper = isObject(value) && typeof next === "string" && value[next] !== undefined;
  return { ...props, [head]: deeper ? markPath(value, rest) : secret(value) };
}

function leaks(value: unknown, secrets: ReadonlySet<string>): boolean {
  if (value instanceof SecretValue) return false;
  if (Array.isArray(value)) return value.some((item) => leaks(item, secrets));
  if (isObject(value)) return Object.values(value).some((item) => leaks(item, secrets));
  if (typeof value !== "string") return false;
  for (const item of secrets) if (value.includes(item)) return true;
  return false;
}

function toWire(value: unknown): JavaScriptValue {
  if (value instanceof SecretValue) {
    // A secret within a secret says nothing more, and the engine does not nest them.
    return { [SIGNATURE]: SECRET, value: toWire(reveal(value)) };
  }
  if (value === null || value === undefined) return null;
  if (Array.isArray(value)) return value.map(toWire);
  switch (typeof value) {
    case "string":
    case "boolean":
      return value;
    case "number":
      if (!Number.isFinite(value)) throw new Error(`a property may not be ${value}`);
      return value;
    case "object": {
      const out: Record<string, JavaScriptValue> = {};
      for (const [key, item] of Object.entries(value)) {
        if (item !== undefined) out[key] = toWire(item);
      }
      return out;
    }
    default:
      throw new Error(`a property may not be a ${typeof value}`);
  }
}

/** The value without the marks of `secret()`, at any depth. */
export function reveal(value: unknown): unknown {
  if (value instanceof SecretValue) return reveal(value.value);
  if (Array.isArray(value)) return value.map(reveal);
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, reveal(item)]));
}

/** A message in which no secret of some length can be read. */
export function redact(message: string, secrets: SecretSet): string {
  let safe = message;
  // Longest first: a secret may contain another.
  for (const item of [...secrets.strings].sort((a, b) => b.length - a.length)) {
    safe = safe.replaceAll(item, "[secret]");
  }
  return safe;
}
