/**
 * Which changes an object cannot take in place. Sources: the update validations of the API server
 * (pkg/apis/<group>/validation) and, for ConfigMap and Secret, the real provider's choice to make
 * new ones so that workloads roll out by name.
 */
import { isWithin, parsePath } from "../property-path";
import { annotated, annotation, condition, stringAt } from "./kubernetes-object";
import type { Gvk } from "./gvk";
import { groupOf } from "./gvk";
import type { Props } from "../service";
import type { KubernetesSettings } from "./settings";

interface Rule {
  /** Paths whose change replaces the object. */
  readonly immutable: readonly string[];
  /** Paths below them that may change all the same. */
  readonly mutable?: readonly string[];
}

const IDENTITY = ["apiVersion", "kind", "metadata.name", "metadata.namespace"];

const RULES: Readonly<Record<string, Rule>> = {
  "apps/DaemonSet": { immutable: ["spec.selector"] },
  "apps/Deployment": { immutable: ["spec.selector"] },
  "apps/ReplicaSet": { immutable: ["spec.selector"] },
  "apps/StatefulSet": {
    immutable: ["spec"],
    mutable: [
      "spec.replicas",
      "spec.ordinals",
      "spec.template",
      "spec.updateStrategy",
      "spec.revisionHistoryLimit",
      "spec.persistentVolumeClaimRetentionPolicy",
      "spec.minReadySeconds",
    ],
  },
  "batch/Job": { immutable: ["spec.template", "spec.selector", "spec.completionMode"] },
  "/PersistentVolumeClaim": {
    immutable: ["spec"],
    mutable: ["spec.resources", "spec.volumeAttributesClassName"],
  },
  "/PersistentVolume": {
    immutable: ["spec"],
    mutable: [
      "spec.accessModes",
      "spec.capacity",
      "spec.claimRef",
      "spec.mountOptions",
      "spec.nodeAffinity",
      "spec.persistentVolumeReclaimPolicy",
      "spec.volumeAttributesClassName",
    ],
  },
  "/Pod": {
    immutable: ["spec"],
    mutable: [
      "spec.activeDeadlineSeconds",
      "spec.terminationGracePeriodSeconds",
      "spec.tolerations",
      "spec.containers[*].image",
      "spec.initContainers[*].image",
    ],
  },
  "/Secret": { immutable: ["type"] },
  "/Service": { immutable: ["spec.clusterIP"] },
  "rbac.authorization.k8s.io/ClusterRoleBinding": { immutable: ["roleRef"] },
  "rbac.authorization.k8s.io/RoleBinding": { immutable: ["roleRef"] },
  "storage.k8s.io/StorageClass": {
    immutable: ["parameters", "provisioner", "reclaimPolicy", "volumeBindingMode"],
  },
  "scheduling.k8s.io/PriorityClass": { immutable: ["value", "preemptionPolicy"] },
  "networking.k8s.io/IngressClass": { immutable: ["spec.controller"] },
  "node.k8s.io/RuntimeClass": { immutable: ["handler"] },
  "apiextensions.k8s.io/CustomResourceDefinition": {
    immutable: ["spec.group", "spec.scope", "spec.names.plural"],
  },
};

const CONFIG_DATA = ["data", "binaryData", "immutable"];
const SECRET_DATA = ["data", "stringData", "immutable"];

/** Annotation set on objects whose name the provider made up. */
export const AUTONAMED = "pulumi.com/autonamed";

/** The changed paths that force a replacement. */
export function replacements(
  gvk: Gvk,
  olds: Props,
  news: Props,
  changed: readonly string[],
  settings: Pick<KubernetesSettings, "configMapMutable" | "secretMutable">,
): string[] {
  // A patch only shares an object: it can move to another one, but replaces nothing in it.
  const rule = gvk.patch ? undefined : RULES[`${groupOf(gvk.apiVersion)}/${gvk.kind}`];
  const immutable = [...IDENTITY, ...(rule?.immutable ?? [])];
  if (!gvk.patch && gvk.apiVersion === "v1") {
    const fixed = (mutable: boolean): boolean => !mutable || olds["immutable"] === true;
    if (gvk.kind === "ConfigMap" && fixed(settings.configMapMutable))
      immutable.push(...CONFIG_DATA);
    if (gvk.kind === "Secret" && fixed(settings.secretMutable)) immutable.push(...SECRET_DATA);
  }
  return changed.filter((path) => {
    const steps = parsePath(path);
    const matches = (pattern: string): boolean => {
      const other = parsePath(pattern);
      // A change of a whole parent (`spec` added or removed) touches what is below it as well.
      return isWithin(steps, other) || isWithin(other, steps);
    };
    if (rule?.mutable?.some((pattern) => isWithin(steps, parsePath(pattern)))) return false;
    if (!immutable.some(matches)) return false;
    return !isHarmless(gvk, path, olds, news);
  });
}

function isHarmless(gvk: Gvk, path: string, olds: Props, news: Props): boolean {
  // Versions of one group and kind are views of the same object.
  if (path === "apiVersion") {
    return groupOf(stringAt(olds, path)) === groupOf(stringAt(news, path));
  }
  // Not naming the address any more keeps the one that the Service has.
  if (gvk.kind === "Service" && path === "spec.clusterIP") return stringAt(news, path) === "";
  return false;
}

/** True where the annotation asks to replace a Job that failed. */
export function replacesUnready(gvk: Gvk, news: Props, live: Props): boolean {
  return (
    gvk.kind === "Job" &&
    annotated(news, "pulumi.com/replaceUnready") &&
    condition(live, "Failed")?.["status"] === "True"
  );
}

/**
 * Whether a replacement must delete first: the new object would have the old one's name. Names
 * that the provider made up are made up anew, so that those objects overlap.
 */
export function mustDeleteFirst(olds: Props, news: Props): boolean {
  const same = (path: string): boolean => stringAt(olds, path) === stringAt(news, path);
  return (
    annotation(news, AUTONAMED) !== "true" &&
    stringAt(news, "metadata.name") !== "" &&
    same("kind") &&
    same("metadata.name") &&
    same("metadata.namespace")
  );
}
