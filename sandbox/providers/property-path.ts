/** Property paths as the engine writes them: `a.b[0].c`, `tags["kubernetes.io/name"]`, `a[*].b`. */
import { isObject, type Path } from "./wire";

/** Any key or index. Only in patterns (`ignoreChanges`), never in a diff. */
export const ANY = "*";

/** Parses a property path. Malformed ends are taken as far as they make sense. */
export function parsePath(path: string): Path {
  const steps: (string | number)[] = [];
  const token = /\["((?:[^"\\]|\\.)*)"\]|\[(\d+|\*)\]|\.?([^.[\]]+)/g;
  for (const [, quoted, index, name] of path.matchAll(token)) {
    if (quoted !== undefined) steps.push(quoted.replace(/\\(.)/g, "$1"));
    else if (index !== undefined) steps.push(index === ANY ? ANY : Number(index));
    else if (name !== undefined) steps.push(name);
  }
  return steps;
}

/** Writes a path in the engine's form. The inverse of `parsePath`. */
export function formatPath(path: Path): string {
  return path
    .map((step, i) => {
      if (typeof step === "number") return `[${step}]`;
      if (!/^[^."[\]\\]+$/.test(step)) return `["${step.replace(/["\\]/g, "\\$&")}"]`;
      return i === 0 ? step : `.${step}`;
    })
    .join("");
}

/** The value at a path; undefined where there is none. */
export function valueAt(root: unknown, path: Path): unknown {
  let value = root;
  for (const step of path) {
    if (Array.isArray(value) && typeof step === "number") value = value[step];
    else if (isObject(value)) value = value[String(step)];
    else return undefined;
  }
  return value;
}

/** True where `path` is at or below `pattern`. */
export function isWithin(path: Path, pattern: Path): boolean {
  return (
    path.length >= pattern.length && pattern.every((step, i) => step === ANY || step === path[i])
  );
}

/**
 * A copy of `news` in which everything at `pattern` is as it was in `olds`: changed values are put
 * back, removed ones restored, added ones removed.
 */
export function resetAt(news: unknown, olds: unknown, pattern: Path): unknown {
  const [step, ...rest] = pattern;
  if (step === undefined) return olds;
  if (Array.isArray(news)) {
    const old: readonly unknown[] = Array.isArray(olds) ? olds : [];
    const list: readonly unknown[] = news;
    // A list that grew or shrank keeps its length: elements have no identity to restore them by.
    return list.map((item, i) =>
      (step === ANY || step === i) && i < old.length ? resetAt(item, old[i], rest) : item,
    );
  }
  if (!isObject(news)) return news;
  const old = isObject(olds) ? olds : {};
  const keys = step === ANY ? new Set([...Object.keys(news), ...Object.keys(old)]) : [String(step)];
  const result = { ...news };
  for (const key of keys) {
    const value =
      rest.length > 0 && !(key in news) ? undefined : resetAt(news[key], old[key], rest);
    if (value === undefined) delete result[key];
    else result[key] = value;
  }
  return result;
}
