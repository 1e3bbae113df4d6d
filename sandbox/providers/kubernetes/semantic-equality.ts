/** When two values mean the same to the API server although they are written differently. */
import { isDeepStrictEqual } from "node:util";
import { isObject, type Path } from "../wire";

/** Keys below which values are quantities (`limits.cpu`, `requests.storage`, `hard.pods`). */
const QUANTITIES: ReadonlySet<string | number> = new Set([
  "limits",
  "requests",
  "hard",
  "capacity",
  "allocatable",
  "sizeLimit",
  "divisor",
  "averageValue",
  "overhead",
  "default",
  "defaultRequest",
  "min",
  "max",
]);

const SUFFIXES: Readonly<Record<string, number>> = {
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  "": 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
};

/** The value of a Kubernetes quantity (`500m`, `1.5Gi`, `1e3`); undefined for other strings. */
export function quantity(value: unknown): number | undefined {
  const match = /^([+-]?(?:\d+\.?\d*|\.\d+))(?:[eE]([+-]?\d+)|([numkMGTPE]|[KMGTPE]i)?)$/.exec(
    String(value),
  );
  if (!match) return undefined;
  const [, digits, exponent, suffix] = match;
  return Number(digits) * (exponent ? 10 ** Number(exponent) : (SUFFIXES[suffix ?? ""] ?? NaN));
}

/** Values that the server leaves out: sending them and not sending them is the same. */
export function isEmpty(value: unknown): boolean {
  if (value === undefined || value === null || value === "" || value === 0 || value === false) {
    return true;
  }
  if (Array.isArray(value)) return value.length === 0;
  return isObject(value) && Object.values(value).every((item) => item === undefined);
}

/** True where two values at `path` mean the same. */
export function meansTheSame(a: unknown, b: unknown, path: Path): boolean {
  if (isDeepStrictEqual(a, b)) return true;
  if (isEmpty(a) && isEmpty(b)) return true;
  if (!path.some((step) => QUANTITIES.has(step))) return false;
  const [x, y] = [quantity(a), quantity(b)];
  // Relative, for decimal and binary suffixes round differently.
  return x !== undefined && y !== undefined && Math.abs(x - y) <= 1e-9 * Math.max(1, Math.abs(x));
}
