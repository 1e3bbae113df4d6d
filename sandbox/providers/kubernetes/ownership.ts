/**
 * Field managers. Objects are created by a plain POST (so that an existing one is never taken
 * over) and updated by server-side apply. The server counts the two as different owners even under
 * one name; without moving the first to the second, a removed field would stay for ever. The move
 * is what client-go's `csaupgrade` does.
 */
import { randomBytes } from "node:crypto";
import { type Props } from "../service";
import { isObject } from "../wire";
import { annotation, annotated, listAt, stringAt } from "./kubernetes-object";
import type { KubernetesClient, ObjectReference } from "./client";
import { ApiError } from "./api-error";
import type { KubernetesSettings } from "./settings";

/** Output under which the field manager of a resource is kept. */
export const FIELD_MANAGER = "__fieldManager";

/** The manager to write with: the annotation's, else the recorded one, else a new one. */
export function fieldManagerOf(inputs: Props, recorded: unknown): string {
  const named = annotation(inputs, "pulumi.com/patchFieldManager");
  if (named) return named;
  if (typeof recorded === "string" && recorded !== "") return recorded;
  return `pulumi-kubernetes-${randomBytes(4).toString("hex")}`;
}

/** Whether an apply may take fields from other managers. */
export function forces(inputs: Props, settings: Pick<KubernetesSettings, "patchForce">): boolean {
  return settings.patchForce || annotated(inputs, "pulumi.com/patchForce");
}

/**
 * The managed fields with our `Update` entries turned into one `Apply` entry; undefined where
 * there is nothing to move.
 */
export function moveOwnership(
  managedFields: readonly unknown[],
  manager: string,
): unknown[] | undefined {
  const ours = (operation: string) => (entry: unknown) =>
    isObject(entry) &&
    entry["manager"] === manager &&
    entry["operation"] === operation &&
    !entry["subresource"];
  const updates = managedFields.filter(ours("Update")).filter(isObject);
  const applied = managedFields.filter(isObject).find(ours("Apply"));
  const [first] = updates;
  if (!first) return undefined;
  const merged = [applied, ...updates].reduce<unknown>(
    (fields, entry) => union(fields, entry?.["fieldsV1"]),
    {},
  );
  const base = applied ?? first;
  const others = managedFields.filter((entry) => entry !== applied && !ours("Update")(entry));
  return [...others, { ...base, operation: "Apply", fieldsV1: merged }];
}

function union(a: unknown, b: unknown): unknown {
  if (!isObject(a) || !isObject(b)) return b ?? a;
  const keys = new Set([...Object.keys(a), ...Object.keys(b)]);
  return Object.fromEntries([...keys].map((key) => [key, union(a[key], b[key])]));
}

/** Moves the ownership on the server; reads again where somebody wrote in between. */
export async function moveOwnershipOnServer(
  client: KubernetesClient,
  ref: ObjectReference,
  manager: string,
): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    const live = await client.get(ref);
    const moved = live && moveOwnership(listAt(live, "metadata.managedFields"), manager);
    if (!live || !moved) return;
    const version = stringAt(live, "metadata.resourceVersion");
    try {
      await client.patch(
        ref,
        [
          { op: "replace", path: "/metadata/managedFields", value: moved },
          // The server refuses the patch where this is not the current version.
          { op: "replace", path: "/metadata/resourceVersion", value: version },
        ],
        "json-patch",
      );
      return;
    } catch (error) {
      if (!(error instanceof ApiError && error.code === 409) || attempt === 5) throw error;
    }
  }
}

/** Fields over which an apply conflicts, and who set them, from the server's refusal. */
export function applyConflicts(error: ApiError): { field: string; manager: string }[] {
  return listAt(error.status, "details.causes").flatMap((cause) => {
    const manager = /^conflict with "([^"]+)"/.exec(stringAt(cause, "message"))?.[1];
    return manager === undefined ? [] : [{ field: stringAt(cause, "field"), manager }];
  });
}

/** True for a refusal because others own a field. */
export function isApplyConflict(error: unknown): error is ApiError {
  return error instanceof ApiError && error.code === 409 && applyConflicts(error).length > 0;
}
