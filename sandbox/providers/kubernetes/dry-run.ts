/** What the API server would say to a change, for previews. Nothing is stored. */
import type { Props } from "../service";
import { ApiError } from "./api-error";
import { referenceTo } from "./client";
import { conflict, isNamespaceStarting, withIgnored, type Operation } from "./lifecycle";
import { stringAt, type KubernetesObject } from "./kubernetes-object";
import { checkpoint, isKnown, previewOfCreation } from "./outputs";
import { applyConflicts, forces, isApplyConflict } from "./ownership";

type DryRun = Pick<Operation, "client" | "settings" | "manager">;

/**
 * Previews a creation.
 * @throws ApiError where the server refuses the object (unknown fields, invalid values)
 */
export async function previewCreate(
  op: DryRun,
  object: KubernetesObject,
  owned: "object" | "fields",
): Promise<Props> {
  if (!isKnown(object)) return previewOfCreation(object);
  if (!(await op.client.lookUp(object.apiVersion, object.kind))) {
    return previewOfCreation(object); // Its CRD may come in the same run.
  }
  try {
    const result =
      owned === "fields"
        ? await previewPatch(op, object)
        : await op.client.create(object, { fieldManager: op.manager, dryRun: "All" });
    return previewOfCreation(object, result);
  } catch (error) {
    if (isOfTheMoment(error)) return previewOfCreation(object);
    throw error;
  }
}

async function previewPatch(
  op: DryRun,
  object: KubernetesObject,
): Promise<KubernetesObject | undefined> {
  // An apply to an object that is not there yet would have to be a whole one.
  if (!(await op.client.get(referenceTo(object)))) return undefined;
  return applyDry(op, object);
}

/** Previews an update in place. */
export async function previewUpdate(
  op: DryRun,
  olds: Props,
  object: KubernetesObject,
  ignoreChanges: readonly string[],
): Promise<Props> {
  const live = isKnown(object) ? await op.client.get(referenceTo(object)) : undefined;
  if (!live) return { ...olds, ...object };
  try {
    const result = await applyDry(op, withIgnored(object, live, ignoreChanges));
    return checkpoint(result, op.manager, olds);
  } catch (error) {
    if (isOfTheMoment(error)) return { ...olds, ...object };
    throw error;
  }
}

async function applyDry(op: DryRun, object: KubernetesObject): Promise<KubernetesObject> {
  const query = { fieldManager: op.manager, dryRun: "All" };
  const force = { ...query, force: "true" };
  try {
    return await op.client.apply(object, forces(object, op.settings) ? force : query);
  } catch (error) {
    if (!isApplyConflict(error)) throw error;
    // Fields that we own since the creation are moved before a real update (see ownership.ts).
    const others = applyConflicts(error).filter((entry) => entry.manager !== op.manager);
    if (others.length > 0 && op.settings.serverSideApply) {
      throw conflict(object, error, op.manager);
    }
    return op.client.apply(object, force);
  }
}

/**
 * Refusals that hold now and need not hold in the update: the namespace comes in the same run, the
 * object is the one that a replacement deletes first (the server validates before it looks for
 * it), a webhook that cannot answer dry runs.
 */
function isOfTheMoment(error: unknown): boolean {
  if (isNamespaceStarting(error)) return true;
  if (!(error instanceof ApiError)) return false;
  return (
    error.reason === "AlreadyExists" ||
    (error.code === 400 && /does not support dry run/.test(stringAt(error.status, "message")))
  );
}
