/** What the state keeps of an object, and what a preview can say of one. */
import { containsUnknown, isUnknown, secret, UNKNOWN, type Props } from "../service";
import { isObject } from "../wire";
import { isSecret } from "./client";
import { mapAt, type KubernetesObject } from "./kubernetes-object";
import { FIELD_MANAGER } from "./ownership";

/** Output with the apiVersion of the creation, under which the object is read for ever. */
export const INITIAL_API_VERSION = "__initialApiVersion";

/** kubectl's copy of an object, which holds a Secret's data as well. */
const LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration";

/** Outputs of a real object. The managed fields are left out: large, and no one's input. */
export function checkpoint(live: KubernetesObject, manager: string, olds: Props = {}): Props {
  const metadata = without(live.metadata, "managedFields");
  return {
    ...markSecretData({ ...live, metadata }),
    [FIELD_MANAGER]: manager,
    [INITIAL_API_VERSION]: olds[INITIAL_API_VERSION] ?? live.apiVersion,
  };
}

function without(props: Props, key: string): Props {
  const rest = { ...props };
  delete rest[key];
  return rest;
}

function markSecretData(object: KubernetesObject): Props {
  if (!isSecret(object)) return object;
  const marked: Props = { ...object };
  for (const key of ["data", "stringData"]) {
    const data = object[key];
    if (isObject(data)) {
      marked[key] = Object.fromEntries(Object.entries(data).map(([k, v]) => [k, secret(v)]));
    } else if (isUnknown(data)) marked[key] = secret(data);
  }
  const annotations = mapAt(object, "metadata.annotations");
  if (LAST_APPLIED in annotations) {
    const safe = { ...annotations, [LAST_APPLIED]: secret(annotations[LAST_APPLIED]) };
    marked["metadata"] = { ...object.metadata, annotations: safe };
  }
  return marked;
}

/** Metadata that the server sets at creation. */
const SERVER_METADATA = ["uid", "resourceVersion", "creationTimestamp", "generation", "selfLink"];

/** Service fields that a dry run allocates anew every time. */
const ALLOCATED = ["clusterIP", "clusterIPs", "healthCheckNodePort"];

/**
 * Outputs of an object that does not exist yet: the dry run's (with the server's defaults) or the
 * inputs alone, and unknowns for what only a real creation decides.
 */
export function previewOfCreation(inputs: KubernetesObject, dryRun?: KubernetesObject): Props {
  const base = dryRun ?? inputs;
  const metadata = without(base.metadata, "managedFields");
  for (const key of SERVER_METADATA) metadata[key] = UNKNOWN;
  const preview: KubernetesObject = { ...base, metadata, status: UNKNOWN };
  if (base.kind === "Service" && base.apiVersion === "v1") {
    preview["spec"] = previewOfService(mapAt(base, "spec"), mapAt(inputs, "spec"));
  }
  return markSecretData(preview);
}

function previewOfService(spec: Props, inputs: Props): Props {
  const result = { ...spec };
  for (const key of ALLOCATED) {
    if (inputs[key] === undefined && inputs["type"] !== "ExternalName") result[key] = UNKNOWN;
  }
  const ports = spec["ports"];
  const given = inputs["ports"];
  if (Array.isArray(ports)) {
    result["ports"] = ports.map((port: unknown, i) => {
      const input: unknown = Array.isArray(given) ? given[i] : undefined;
      const allocated = isObject(port) && "nodePort" in port;
      if (!allocated || (isObject(input) && input["nodePort"])) return port;
      return { ...port, nodePort: UNKNOWN };
    });
  }
  return result;
}

/** Inputs for an imported object: what is there without what the server adds. */
export function importedInputs(live: KubernetesObject): Props {
  const { metadata } = live;
  const kept = ["name", "namespace", "labels", "annotations"].flatMap((key) =>
    metadata[key] === undefined ? [] : [[key, metadata[key]] as const],
  );
  return { ...without(live, "status"), metadata: Object.fromEntries(kept) };
}

/** A merge patch (RFC 7386) from the last inputs to the new ones. */
export function mergePatch(olds: unknown, news: unknown): unknown {
  if (!isObject(olds) || !isObject(news)) return news;
  const patch: Props = {};
  for (const key of new Set([...Object.keys(olds), ...Object.keys(news)])) {
    if (news[key] === undefined) patch[key] = null;
    else if (JSON.stringify(olds[key]) !== JSON.stringify(news[key])) {
      patch[key] = mergePatch(olds[key], news[key]);
    }
  }
  return patch;
}

/** True where an object can be sent to the server. */
export function isKnown(object: Props): boolean {
  return !containsUnknown(object);
}
