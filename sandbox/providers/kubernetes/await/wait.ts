import { setTimeout as sleep } from "node:timers/promises";
import type { KubernetesClient, ObjectReference } from "../client";
import {
  annotated,
  annotation,
  listAt,
  stringAt,
  type KubernetesObject,
} from "../kubernetes-object";
import {
  hasReadiness,
  ingressServices,
  isReady,
  SERVICE_NAME,
  type Readiness,
  type Related,
} from "./readiness";
import { meetsWaitFor, WAIT_FOR } from "./wait-for";

/** The real provider's default for every kind. */
const DEFAULT_TIMEOUT_SECONDS = 600;

const POLL_MS = 250;

/** How a wait ended; `object` is the object as last seen. */
export interface Waited {
  readonly object: KubernetesObject;
  /** Why it is not ready; empty where it is. */
  readonly reasons: readonly string[];
}

/** True where the annotation says not to wait. */
export function skipsAwait(object: unknown): boolean {
  return annotated(object, "pulumi.com/skipAwait");
}

/**
 * How long to wait, in seconds: the resource's custom timeout, else the annotation
 * `pulumi.com/timeoutSeconds`, else ten minutes.
 */
export function timeoutOf(object: unknown, customSeconds: number): number {
  if (customSeconds > 0) return customSeconds;
  const annotatedSeconds = Number(annotation(object, "pulumi.com/timeoutSeconds"));
  return annotatedSeconds > 0 ? annotatedSeconds : DEFAULT_TIMEOUT_SECONDS;
}

/** Waits until an object is ready, has failed, or the time is up. Never throws for those. */
export async function waitUntilReady(
  client: KubernetesClient,
  object: KubernetesObject,
  ref: ObjectReference,
  timeoutSeconds: number,
  signal: AbortSignal,
): Promise<Waited> {
  const waitFor = annotation(object, WAIT_FOR) !== undefined;
  if (skipsAwait(object) || (!waitFor && !hasReadiness(object))) return { object, reasons: [] };
  const deadline = Date.now() + timeoutSeconds * 1000;
  let current = object;
  for (;;) {
    const state = meetsWaitFor(current) ?? isReady(current, await relatedTo(client, current));
    if (state.ready) return { object: current, reasons: [] };
    const late = Date.now() >= deadline;
    if (state.failed || late || signal.aborted) {
      const how = state.failed ? "" : late ? `after ${timeoutSeconds} s: ` : "cancelled: ";
      const warnings = await recentWarnings(client, current);
      return { object: current, reasons: [`${how}${reasonOf(state)}`, ...warnings] };
    }
    await pause(signal);
    const next = await client.get(ref);
    if (!next) return { object: current, reasons: ["the object was deleted while waiting for it"] };
    current = next;
  }
}

/** Whether an object is ready at this moment; undefined where nothing is to be awaited. */
export async function isReadyNow(
  client: KubernetesClient,
  object: KubernetesObject,
): Promise<Readiness | undefined> {
  if (skipsAwait(object)) return undefined;
  return meetsWaitFor(object) ?? isReady(object, await relatedTo(client, object));
}

function reasonOf(state: Readiness): string {
  return state.ready ? "" : state.reason;
}

async function pause(signal: AbortSignal): Promise<void> {
  // An abort ends the pause early; the loop then says so.
  await sleep(POLL_MS, undefined, { signal }).catch(() => undefined);
}

/** Reads the other objects that decide on an object's readiness. */
async function relatedTo(client: KubernetesClient, object: KubernetesObject): Promise<Related> {
  const namespace = stringAt(object, "metadata.namespace");
  const slices = (selector: string): Promise<KubernetesObject[]> =>
    client.list(
      { apiVersion: "discovery.k8s.io/v1", kind: "EndpointSlice", namespace },
      { labelSelector: selector },
    );
  switch (object.kind) {
    case "Service":
      return {
        endpointSlices: await slices(`${SERVICE_NAME}=${stringAt(object, "metadata.name")}`),
      };
    case "Ingress": {
      const names = ingressServices(object);
      if (names.length === 0) return {};
      return { endpointSlices: await slices(`${SERVICE_NAME} in (${names.join(",")})`) };
    }
    case "PersistentVolumeClaim": {
      const name = stringAt(object, "spec.storageClassName");
      if (!name) return {};
      const storage = { apiVersion: "storage.k8s.io/v1", kind: "StorageClass", name };
      return { storageClass: await client.get(storage) };
    }
    default:
      return {};
  }
}

/** The latest warnings about an object; events never hold secrets of its fields. */
async function recentWarnings(
  client: KubernetesClient,
  object: KubernetesObject,
): Promise<string[]> {
  const uid = stringAt(object, "metadata.uid");
  const namespace = stringAt(object, "metadata.namespace") || "default";
  try {
    const events = await client.list(
      { apiVersion: "v1", kind: "Event", namespace },
      { fieldSelector: `involvedObject.uid=${uid},type=Warning` },
    );
    return events.slice(-3).map((e) => `${stringAt(e, "reason")}: ${stringAt(e, "message")}`);
  } catch {
    return []; // They only explain; without them the reason stands on its own.
  }
}

/**
 * Waits until an object is gone (another object of the same name counts as gone).
 * @throws Error naming the finalizers that hold it
 */
export async function waitUntilGone(
  client: KubernetesClient,
  ref: ObjectReference,
  uid: string,
  timeoutSeconds: number,
  signal: AbortSignal,
): Promise<void> {
  const deadline = Date.now() + timeoutSeconds * 1000;
  for (;;) {
    const live = await client.get(ref);
    if (!live || stringAt(live, "metadata.uid") !== uid) return;
    if (Date.now() >= deadline || signal.aborted) {
      const finalizers = [
        ...listAt(live, "metadata.finalizers"),
        ...listAt(live, "spec.finalizers"),
      ].join(", ");
      throw new Error(
        `${ref.kind} ${ref.name} is being deleted but still there ` +
          `${signal.aborted ? "on cancellation" : `after ${timeoutSeconds} s`}` +
          `${finalizers ? `; held by the finalizers ${finalizers}` : ""}`,
      );
    }
    await pause(signal);
  }
}
