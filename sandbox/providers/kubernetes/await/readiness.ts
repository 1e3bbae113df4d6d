/**
 * When an object counts as ready: pure predicates on what the API server returns, after the rules
 * of the real provider (and of `kubectl rollout status` for workloads).
 */
import { groupOf } from "../gvk";
import {
  annotation,
  at,
  condition,
  listAt,
  mapAt,
  numberAt,
  stringAt,
  type KubernetesObject,
} from "../kubernetes-object";
import type { Props } from "../../service";
import { isObject } from "../../wire";

/** Whether an object is ready, and if not, what is missing. */
export type Readiness =
  | { readonly ready: true }
  /** `failed`: it will not become ready by waiting. */
  | { readonly ready: false; readonly reason: string; readonly failed?: boolean };

/** Other objects on which readiness depends; which ones is said by `relatedTo`. */
export interface Related {
  /** EndpointSlices of a Service, or of the Services behind an Ingress. */
  readonly endpointSlices?: readonly KubernetesObject[];
  /** The StorageClass of a claim. */
  readonly storageClass?: KubernetesObject | undefined;
}

const READY: Readiness = { ready: true };

const waiting = (reason: string): Readiness => ({ ready: false, reason });
const failed = (reason: string): Readiness => ({ ready: false, reason, failed: true });

type Predicate = (object: KubernetesObject, related: Related) => Readiness;

const PREDICATES: Readonly<Record<string, Predicate>> = {
  "apps/Deployment": deployment,
  "apps/StatefulSet": statefulSet,
  "apps/DaemonSet": daemonSet,
  "apps/ReplicaSet": replicas,
  "/ReplicationController": replicas,
  "batch/Job": job,
  "/Pod": pod,
  "/Service": service,
  "/PersistentVolumeClaim": persistentVolumeClaim,
  "/PersistentVolume": persistentVolume,
  "/Namespace": (object) => phase(object, "Active"),
  "/ResourceQuota": resourceQuota,
  "/Secret": serviceAccountToken,
  "networking.k8s.io/Ingress": ingress,
  "apiextensions.k8s.io/CustomResourceDefinition": customResourceDefinition,
  "apiregistration.k8s.io/APIService": (object) => conditionTrue(object, "Available"),
};

/** The rule for an object's kind; undefined where the kind is ready as soon as it exists. */
export function hasReadiness(object: KubernetesObject): boolean {
  return `${groupOf(object.apiVersion)}/${object.kind}` in PREDICATES;
}

/** Whether an object is ready. Kinds without a rule are ready once they exist. */
export function isReady(object: KubernetesObject, related: Related = {}): Readiness {
  const predicate = PREDICATES[`${groupOf(object.apiVersion)}/${object.kind}`];
  return predicate ? predicate(object, related) : READY;
}

function observed(object: KubernetesObject): boolean {
  return numberAt(object, "status.observedGeneration") >= numberAt(object, "metadata.generation");
}

function phase(object: KubernetesObject, wanted: string): Readiness {
  const actual = stringAt(object, "status.phase");
  return actual === wanted ? READY : waiting(`phase is ${actual || "not set"}, not ${wanted}`);
}

function conditionTrue(object: KubernetesObject, type: string): Readiness {
  const found = condition(object, type);
  return found?.["status"] === "True" ? READY : waiting(describe(type, found));
}

function describe(type: string, found: Props | undefined): string {
  if (!found) return `condition ${type} is not reported yet`;
  const why = [found["reason"], found["message"]].filter(
    (part) => typeof part === "string" && part,
  );
  return `condition ${type} is ${String(found["status"])}${why.length ? ` (${why.join(": ")})` : ""}`;
}

function deployment(object: KubernetesObject): Readiness {
  if (!observed(object)) return waiting("the controller has not seen the latest change");
  if (at(object, "spec.paused") === true) return READY;
  const progressing = condition(object, "Progressing");
  if (progressing?.["reason"] === "ProgressDeadlineExceeded") {
    return failed(describe("Progressing", progressing));
  }
  const wanted = numberAt(object, "spec.replicas", 1);
  const updated = numberAt(object, "status.updatedReplicas");
  const total = numberAt(object, "status.replicas");
  const available = numberAt(object, "status.availableReplicas");
  if (updated < wanted) return waiting(`${updated} of ${wanted} replicas updated`);
  if (total > updated) return waiting(`${total - updated} old replicas still run`);
  if (available < wanted) return waiting(`${available} of ${wanted} replicas available`);
  return READY;
}

function statefulSet(object: KubernetesObject): Readiness {
  if (!observed(object)) return waiting("the controller has not seen the latest change");
  const wanted = numberAt(object, "spec.replicas", 1);
  const ready = numberAt(object, "status.readyReplicas");
  if (ready < wanted) return waiting(`${ready} of ${wanted} replicas ready`);
  if (stringAt(object, "spec.updateStrategy.type") === "OnDelete") return READY;
  const partition = numberAt(object, "spec.updateStrategy.rollingUpdate.partition");
  const updated = numberAt(object, "status.updatedReplicas");
  const toUpdate = Math.max(0, wanted - partition);
  if (updated < toUpdate) return waiting(`${updated} of ${toUpdate} replicas updated`);
  if (partition > 0) return READY;
  const [current, update] = ["status.currentRevision", "status.updateRevision"].map((path) =>
    stringAt(object, path),
  );
  return current === update ? READY : waiting(`revision ${update} is still rolled out`);
}

function daemonSet(object: KubernetesObject): Readiness {
  if (!observed(object)) return waiting("the controller has not seen the latest change");
  const wanted = numberAt(object, "status.desiredNumberScheduled");
  const updated = numberAt(object, "status.updatedNumberScheduled");
  const available = numberAt(object, "status.numberAvailable");
  const onDelete = stringAt(object, "spec.updateStrategy.type") === "OnDelete";
  if (!onDelete && updated < wanted) return waiting(`${updated} of ${wanted} pods updated`);
  return available < wanted ? waiting(`${available} of ${wanted} pods available`) : READY;
}

function replicas(object: KubernetesObject): Readiness {
  if (!observed(object)) return waiting("the controller has not seen the latest change");
  const wanted = numberAt(object, "spec.replicas", 1);
  const available = numberAt(object, "status.availableReplicas");
  return available < wanted ? waiting(`${available} of ${wanted} replicas available`) : READY;
}

function job(object: KubernetesObject): Readiness {
  if (at(object, "spec.suspend") === true) return READY;
  if (condition(object, "Complete")?.["status"] === "True") return READY;
  const failure = condition(object, "Failed");
  if (failure?.["status"] === "True") return failed(describe("Failed", failure));
  const done = numberAt(object, "status.succeeded");
  return waiting(`${done} of ${numberAt(object, "spec.completions", 1)} pods completed`);
}

function pod(object: KubernetesObject): Readiness {
  const actual = stringAt(object, "status.phase");
  if (actual === "Succeeded") return READY;
  if (actual === "Failed") return failed(`the pod failed: ${stringAt(object, "status.reason")}`);
  if (condition(object, "Ready")?.["status"] === "True") return READY;
  const troubles = listAt(object, "status.containerStatuses").flatMap((status) => {
    const reason = stringAt(status, "state.waiting.reason");
    return reason ? [`container ${stringAt(status, "name")}: ${reason}`] : [];
  });
  return waiting(troubles.join("; ") || `phase is ${actual || "not set"}`);
}

function service(object: KubernetesObject, related: Related): Readiness {
  const type = stringAt(object, "spec.type") || "ClusterIP";
  if (type === "ExternalName") return READY;
  if (type === "LoadBalancer" && listAt(object, "status.loadBalancer.ingress").length === 0) {
    return waiting("the load balancer has no address yet");
  }
  const headless = stringAt(object, "spec.clusterIP") === "None";
  const selects = Object.keys(mapAt(object, "spec.selector")).length > 0;
  if (headless || !selects) return READY;
  return hasReadyEndpoint(related.endpointSlices ?? [])
    ? READY
    : waiting("no ready pod matches the selector");
}

function hasReadyEndpoint(slices: readonly KubernetesObject[]): boolean {
  return slices
    .flatMap((slice) => listAt(slice, "endpoints"))
    .some((endpoint) => at(endpoint, "conditions.ready") !== false);
}

function persistentVolumeClaim(object: KubernetesObject, related: Related): Readiness {
  if (stringAt(object, "status.phase") === "Bound") return READY;
  // It binds when a pod uses it, which may well come after it in the same run.
  const mode = stringAt(related.storageClass, "volumeBindingMode");
  return mode === "WaitForFirstConsumer" ? READY : phase(object, "Bound");
}

function persistentVolume(object: KubernetesObject): Readiness {
  const actual = stringAt(object, "status.phase");
  return actual === "Bound" ? READY : phase(object, "Available");
}

function resourceQuota(object: KubernetesObject): Readiness {
  const [wanted, actual] = [mapAt(object, "spec.hard"), mapAt(object, "status.hard")];
  const missing = Object.keys(wanted).filter((key) => actual[key] !== wanted[key]);
  return missing.length === 0 ? READY : waiting(`not enforced yet: ${missing.join(", ")}`);
}

function serviceAccountToken(object: KubernetesObject): Readiness {
  if (stringAt(object, "type") !== "kubernetes.io/service-account-token") return READY;
  if (annotation(object, "kubernetes.io/service-account.name") === undefined) return READY;
  return "token" in mapAt(object, "data") ? READY : waiting("no token was issued yet");
}

function ingress(object: KubernetesObject, related: Related): Readiness {
  if (listAt(object, "status.loadBalancer.ingress").length === 0) {
    return waiting("no controller has given the ingress an address yet");
  }
  const slices = related.endpointSlices ?? [];
  const named = new Set(slices.map((slice) => mapAt(slice, "metadata.labels")[SERVICE_NAME]));
  const missing = ingressServices(object).filter((name) => !named.has(name));
  return missing.length === 0 ? READY : waiting(`no endpoints of service ${missing.join(", ")}`);
}

/** Label of an EndpointSlice that names its Service. */
export const SERVICE_NAME = "kubernetes.io/service-name";

/** Names of the Services behind an Ingress. */
export function ingressServices(object: KubernetesObject): string[] {
  const backends = [
    at(object, "spec.defaultBackend"),
    ...listAt(object, "spec.rules")
      .flatMap((rule) => listAt(rule, "http.paths"))
      .filter(isObject)
      .map((path) => path["backend"]),
  ];
  return [...new Set(backends.map((backend) => stringAt(backend, "service.name")))].filter(Boolean);
}

function customResourceDefinition(object: KubernetesObject): Readiness {
  const names = condition(object, "NamesAccepted");
  if (names?.["status"] === "False") return failed(describe("NamesAccepted", names));
  return conditionTrue(object, "Established");
}
