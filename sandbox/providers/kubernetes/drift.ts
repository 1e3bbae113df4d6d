/**
 * What has become of our inputs on the API server. The live object is read through the shape of
 * the inputs: fields that we never set (defaults, status, what other controllers own) are no
 * drift; a field of ours that somebody changed or removed is.
 */
import type { Props } from "../service";
import { isObject, type Path } from "../wire";
import { isEmpty, meansTheSame } from "./semantic-equality";
import { mapAt } from "./kubernetes-object";

/** Fields that identify an element of a list (`x-kubernetes-list-map-keys`), most specific first. */
const LIST_KEYS = ["name", "containerPort", "port", "mountPath", "devicePath", "key", "ip", "type"];

/** Lists of objects that the server takes as a whole although their elements have such fields. */
const ATOMIC_LISTS: ReadonlySet<string | number> = new Set([
  "tolerations",
  "items",
  "matchExpressions",
  "rules",
  "subjects",
  "ingress",
  "egress",
  "from",
  "to",
  "paths",
]);

/** The inputs as the live object has them now. Equal to `inputs` where nothing was touched. */
export function liveInputs(inputs: Props, live: Props): Props {
  const result: Props = {};
  for (const [key, input] of Object.entries(inputs)) {
    if (key === "apiVersion" || key === "kind" || key === "status") result[key] = input;
    else if (key === "stringData" && isObject(input)) result[key] = liveStringData(input, live);
    else {
      const value = project(input, live[key], [key]);
      if (value !== undefined) result[key] = value;
    }
  }
  return result;
}

/** `stringData` is write-only; what it wrote is found, encoded, in `data`. */
function liveStringData(input: Props, live: Props): Props {
  const data = mapAt(live, "data");
  return Object.fromEntries(
    Object.keys(input).flatMap((key) => {
      const encoded = data[key];
      if (typeof encoded !== "string") return isEmpty(input[key]) ? [[key, input[key]]] : [];
      return [[key, Buffer.from(encoded, "base64").toString("utf8")]];
    }),
  );
}

function project(input: unknown, live: unknown, path: Path): unknown {
  if (meansTheSame(input, live, path)) return input;
  if (live === undefined || live === null) return undefined;
  if (isObject(input) && isObject(live)) {
    const result: Props = {};
    for (const [key, value] of Object.entries(input)) {
      const projected = project(value, live[key], [...path, key]);
      if (projected !== undefined) result[key] = projected;
    }
    return result;
  }
  if (Array.isArray(input) && Array.isArray(live)) return projectList(input, live, path);
  return live;
}

function projectList(input: readonly unknown[], live: readonly unknown[], path: Path): unknown[] {
  const key = listKey(input, path);
  if (key === undefined) {
    // Atomic: as a whole ours, so that every element counts.
    return live.map((item, i) =>
      i < input.length ? (project(input[i], item, [...path, i]) ?? item) : item,
    );
  }
  return input.flatMap((item, i) => {
    const found = live.find((other) => sameElement(item, other, key));
    return found === undefined ? [] : [project(item, found, [...path, i])];
  });
}

function listKey(list: readonly unknown[], path: Path): string | undefined {
  if (list.length === 0 || ATOMIC_LISTS.has(path.at(-1) ?? "")) return undefined;
  return LIST_KEYS.find((key) => list.every((item) => isObject(item) && item[key] !== undefined));
}

function sameElement(a: unknown, b: unknown, key: string): boolean {
  if (!isObject(a) || !isObject(b) || a[key] !== b[key]) return false;
  // The same port number may be served over TCP and UDP.
  return (a["protocol"] ?? "TCP") === (b["protocol"] ?? "TCP");
}

/** Paths at which two property maps differ in meaning, as deep as both sides have objects. */
export function changedPaths(olds: unknown, news: unknown, path: Path = []): Path[] {
  if (meansTheSame(olds, news, path)) return [];
  if (isObject(olds) && isObject(news)) {
    const keys = new Set([...Object.keys(olds), ...Object.keys(news)]);
    return [...keys].flatMap((key) => changedPaths(olds[key], news[key], [...path, key]));
  }
  if (Array.isArray(olds) && Array.isArray(news) && olds.length === news.length) {
    return olds.flatMap((item, i) => changedPaths(item, news[i], [...path, i]));
  }
  return [path];
}
