/** Creating, updating and deleting one object on the API server. */
import { setTimeout as sleep } from "node:timers/promises";
import { InitializationFailed, type Props } from "../service";
import { parsePath, resetAt } from "../property-path";
import { ApiError } from "./api-error";
import { referenceTo, type KubernetesClient, type ObjectReference } from "./client";
import { skipsAwait, timeoutOf, waitUntilGone, waitUntilReady } from "./await/wait";
import {
  annotation,
  idOf,
  isKubernetesObject,
  stringAt,
  type KubernetesObject,
} from "./kubernetes-object";
import { checkpoint, mergePatch } from "./outputs";
import { applyConflicts, forces, isApplyConflict, moveOwnershipOnServer } from "./ownership";
import type { KubernetesSettings } from "./settings";

/** A CRD that was just applied is served within seconds; a slow machine takes longer. */
const DISCOVERY_SECONDS = 60;

/** A new namespace gets its default ServiceAccount a moment after it exists. */
const NAMESPACE_SECONDS = 15;

/** What an operation works with. */
export interface Operation {
  readonly client: KubernetesClient;
  readonly settings: KubernetesSettings;
  readonly manager: string;
  /** The resource's custom timeout in seconds; 0: none. */
  readonly timeoutSeconds: number;
  readonly signal: AbortSignal;
}

/** Creates an object (or, with `owned: "fields"`, takes some fields of one) and awaits it. */
export async function createObject(
  op: Operation,
  object: KubernetesObject,
  owned: "object" | "fields",
): Promise<{ id: string; outputs: Props }> {
  const applies = owned === "fields" || op.settings.upsert;
  const created = applies
    ? await apply(op, object, owned === "object")
    : await retryInNewNamespace(op, () => create(op, object));
  const ref = referenceTo(created);
  if (owned === "fields") {
    return { id: idOf(ref.namespace, ref.name), outputs: checkpoint(created, op.manager) };
  }
  return awaited(op, created, ref, {});
}

async function create(op: Operation, object: KubernetesObject): Promise<KubernetesObject> {
  try {
    return await op.client.create(object, { fieldManager: op.manager });
  } catch (error) {
    if (!(error instanceof ApiError && error.reason === "AlreadyExists")) throw error;
    throw new Error(
      `${object.kind} ${nameOf(object)} already exists and is not managed by this resource; ` +
        "import it, choose another name, or set upsertExistingObjects on the provider to adopt it",
      { cause: error },
    );
  }
}

/** Brings an object to new inputs and awaits it. */
export async function updateObject(
  op: Operation,
  r: { oldInputs: Props; olds: Props; object: KubernetesObject; ignoreChanges: readonly string[] },
  owned: "object" | "fields",
): Promise<Props> {
  const ref = referenceTo(r.object);
  const live = await op.client.get(ref);
  if (!live) {
    throw new Error(
      `${ref.kind} ${nameOf(r.object)} is gone; refresh the stack to create it again`,
    );
  }
  let updated: KubernetesObject;
  if (!op.settings.serverSideApply && owned === "object") {
    const patch = mergePatch(r.oldInputs, r.object);
    updated = await op.client.patch(ref, patch, "merge-patch", {
      fieldManager: op.manager,
      fieldValidation: "Strict",
    });
  } else {
    await moveOwnershipOnServer(op.client, ref, op.manager);
    updated = await apply(op, withIgnored(r.object, live, r.ignoreChanges), false);
  }
  if (owned === "fields") return checkpoint(updated, op.manager, r.olds);
  return (await awaited(op, updated, ref, r.olds)).outputs;
}

/** What is ignored is applied as it is, so that its real owner (an autoscaler) is not fought. */
export function withIgnored(
  object: KubernetesObject,
  live: KubernetesObject,
  ignored: readonly string[],
): KubernetesObject {
  const merged = ignored.reduce<unknown>((o, path) => resetAt(o, live, parsePath(path)), object);
  return isKubernetesObject(merged) ? merged : object;
}

async function apply(
  op: Operation,
  object: KubernetesObject,
  force: boolean,
): Promise<KubernetesObject> {
  const forced = force || forces(object, op.settings);
  try {
    return await op.client.apply(object, {
      fieldManager: op.manager,
      ...(forced && { force: "true" }),
    });
  } catch (error) {
    throw isApplyConflict(error) ? conflict(object, error, op.manager) : error;
  }
}

/** The message about fields that others own, with the remedies. `manager` is our own. */
export function conflict(object: KubernetesObject, error: ApiError, manager: string): Error {
  const fields = applyConflicts(error)
    .filter((entry) => entry.manager !== manager)
    .map((entry) => `${entry.field} (set by ${entry.manager})`);
  return new Error(
    `${object.kind} ${nameOf(object)}: server-side apply conflict over ${fields.join(", ")}. ` +
      'Remove the fields from the program, or set the annotation pulumi.com/patchForce: "true" ' +
      "to take them over",
    { cause: error },
  );
}

async function awaited(
  op: Operation,
  object: KubernetesObject,
  ref: ObjectReference,
  olds: Props,
): Promise<{ id: string; outputs: Props }> {
  const id = idOf(ref.namespace, ref.name);
  const timeout = timeoutOf(object, op.timeoutSeconds);
  let waited;
  try {
    waited = await waitUntilReady(op.client, object, ref, timeout, op.signal);
  } catch (error) {
    // The object exists: whatever went wrong while watching it, it stays in the state.
    const reason = error instanceof Error ? error.message : String(error);
    waited = { object, reasons: [reason] };
  }
  const outputs = checkpoint(waited.object, op.manager, olds);
  if (waited.reasons.length > 0) throw new InitializationFailed(id, outputs, waited.reasons);
  return { id, outputs };
}

/** Deletes an object and waits until it is gone, with its dependents unless asked otherwise. */
export async function deleteObject(
  op: Omit<Operation, "manager">,
  ref: ObjectReference,
  outputs: Props,
): Promise<void> {
  const live = await op.client.get(ref);
  if (!live) return;
  const asked = annotation(outputs, "pulumi.com/deletionPropagationPolicy")?.toLowerCase();
  const policies = { background: "Background", orphan: "Orphan", foreground: "Foreground" };
  const policy = Object.entries(policies).find(([name]) => name === asked)?.[1] ?? "Foreground";
  const uid = stringAt(live, "metadata.uid");
  const there = await op.client.delete(ref, { propagationPolicy: policy, preconditions: { uid } });
  if (!there || skipsAwait(outputs)) return;
  const timeout = timeoutOf(outputs, op.timeoutSeconds);
  await waitUntilGone(op.client, ref, uid, timeout, op.signal);
}

/** Gives up the fields of a patch: an apply without them. The object stays with its owner. */
export async function releaseFields(
  op: Pick<Operation, "client" | "manager">,
  ref: ObjectReference,
): Promise<void> {
  if (!(await op.client.get(ref))) return; // An apply would create it.
  const { apiVersion, kind, name, namespace } = ref;
  const metadata = { name, ...(namespace && { namespace }) };
  await op.client.apply({ apiVersion, kind, metadata }, { fieldManager: op.manager });
}

/**
 * Waits until a kind is served: a CRD that the same run made takes a moment.
 * @throws Error after a minute
 */
export async function waitForKind(
  client: KubernetesClient,
  { apiVersion, kind }: { apiVersion: string; kind: string },
  signal: AbortSignal,
): Promise<void> {
  const deadline = Date.now() + DISCOVERY_SECONDS * 1000;
  while (!(await client.lookUp(apiVersion, kind))) {
    if (Date.now() >= deadline || signal.aborted) {
      throw new Error(
        `the cluster (${client.description}) serves no kind ${kind} in ${apiVersion}: ` +
          "is its CustomResourceDefinition installed, and does this resource depend on it?",
      );
    }
    await sleep(500, undefined, { signal }).catch(() => undefined);
  }
}

async function retryInNewNamespace<T>(op: Operation, run: () => Promise<T>): Promise<T> {
  const deadline = Date.now() + NAMESPACE_SECONDS * 1000;
  for (;;) {
    try {
      return await run();
    } catch (error) {
      if (!isNamespaceStarting(error) || Date.now() >= deadline || op.signal.aborted) throw error;
      await sleep(500, undefined, { signal: op.signal }).catch(() => undefined);
    }
  }
}

/** True where a namespace is missing, or is too new to have its default ServiceAccount. */
export function isNamespaceStarting(error: unknown): boolean {
  if (!(error instanceof ApiError)) return false;
  const missing = error.code === 404 && stringAt(error.status, "details.kind") === "namespaces";
  const noAccount = error.code === 403 && /serviceaccount .*not found/.test(error.message);
  return missing || noAccount;
}

function nameOf(object: KubernetesObject): string {
  return idOf(
    stringAt(object, "metadata.namespace") || undefined,
    stringAt(object, "metadata.name"),
  );
}
