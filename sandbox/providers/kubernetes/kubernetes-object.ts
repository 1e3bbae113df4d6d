/** Reading loosely typed Kubernetes objects without casts all over the place. */
import { parsePath, valueAt } from "../property-path";
import type { Props } from "../service";
import { isObject } from "../wire";

/** An object as the API server returns it. */
export interface KubernetesObject extends Props {
  apiVersion: string;
  kind: string;
  metadata: Props;
}

/** True where a value has the three parts that every object has. */
export function isKubernetesObject(value: unknown): value is KubernetesObject {
  return (
    isObject(value) &&
    typeof value["apiVersion"] === "string" &&
    typeof value["kind"] === "string" &&
    isObject(value["metadata"])
  );
}

/** The value at a property path (`status.conditions[0]`); undefined where there is none. */
export function at(object: unknown, path: string): unknown {
  return valueAt(object, parsePath(path));
}

/** The string at a path; "" where there is none. */
export function stringAt(object: unknown, path: string): string {
  const value = at(object, path);
  return typeof value === "string" ? value : "";
}

/** The number at a path. */
export function numberAt(object: unknown, path: string, absent = 0): number {
  const value = at(object, path);
  return typeof value === "number" ? value : absent;
}

/** The map at a path; empty where there is none. */
export function mapAt(object: unknown, path: string): Props {
  const value = at(object, path);
  return isObject(value) ? value : {};
}

/** The list at a path; empty where there is none. */
export function listAt(object: unknown, path: string): readonly unknown[] {
  const value = at(object, path);
  return Array.isArray(value) ? value : [];
}

/** A `metadata.annotations` value. */
export function annotation(object: unknown, name: string): string | undefined {
  const value = mapAt(object, "metadata.annotations")[name];
  return typeof value === "string" ? value : undefined;
}

/** True where an annotation is "true", as the provider's own annotations are set. */
export function annotated(object: unknown, name: string): boolean {
  return annotation(object, name)?.toLowerCase() === "true";
}

/** The named entry of `status.conditions`. */
export function condition(object: unknown, type: string): Props | undefined {
  return listAt(object, "status.conditions").find(
    (entry): entry is Props => isObject(entry) && entry["type"] === type,
  );
}

/** The id of an object in the state: `namespace/name`, or the name alone. */
export function idOf(namespace: string | undefined, name: string): string {
  return namespace ? `${namespace}/${name}` : name;
}

/** The parts of an id. */
export function parseId(id: string): { namespace: string | undefined; name: string } {
  const slash = id.indexOf("/");
  if (slash === -1) return { namespace: undefined, name: id };
  return { namespace: id.slice(0, slash), name: id.slice(slash + 1) };
}
