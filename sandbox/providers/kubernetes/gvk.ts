/** Type tokens of the kubernetes provider, API versions and what is known of built-in kinds. */

/** An object type as the API server names it. */
export interface Gvk {
  /** `apps/v1`, or `v1` for the core group. */
  readonly apiVersion: string;
  readonly kind: string;
  /** A `…Patch` resource: it owns some fields of an object that others made. */
  readonly patch: boolean;
}

/** The token of a Helm release, which is no Kubernetes object. */
export const RELEASE_TYPE = "kubernetes:helm.sh/v3:Release";

/**
 * Reads a type token: `kubernetes:apps/v1:Deployment`, `kubernetes:core/v1:Service` (the core
 * group has no name in an apiVersion), `kubernetes:core/v1:ConfigMapPatch`.
 */
export function gvkOfType(type: string): Gvk {
  const [provider, groupVersion, kind, ...rest] = type.split(":");
  if (provider !== "kubernetes" || !groupVersion || !kind || rest.length > 0) {
    throw new Error(`${type} is not a type of a Kubernetes object`);
  }
  const patch = kind.endsWith("Patch") && kind !== "Patch";
  return {
    apiVersion: groupVersion.replace(/^core\//, ""),
    kind: patch ? kind.slice(0, -"Patch".length) : kind,
    patch,
  };
}

/** The group of an apiVersion; "" for the core group. */
export function groupOf(apiVersion: string): string {
  const slash = apiVersion.lastIndexOf("/");
  return slash === -1 ? "" : apiVersion.slice(0, slash);
}

/** Built-in groups: `core` and those that the API server ships. Others are custom resources. */
export function isBuiltIn(apiVersion: string): boolean {
  const group = groupOf(apiVersion);
  return (
    group === "" ||
    ["apps", "autoscaling", "batch", "policy", "extensions"].includes(group) ||
    BUILT_IN_K8S_IO.has(group)
  );
}

const BUILT_IN_K8S_IO: ReadonlySet<string> = new Set(
  [
    "admissionregistration",
    "apiextensions",
    "apiregistration",
    "authentication",
    "authorization",
    "certificates",
    "coordination",
    "discovery",
    "events",
    "flowcontrol.apiserver",
    "internal.apiserver",
    "networking",
    "node",
    "rbac.authorization",
    "resource",
    "scheduling",
    "storage",
    "storagemigration",
  ].map((name) => `${name}.k8s.io`),
);

/** Built-in kinds without a namespace, for when no API server can be asked. */
const CLUSTER_SCOPED: ReadonlySet<string> = new Set([
  "APIService",
  "CertificateSigningRequest",
  "ClusterRole",
  "ClusterRoleBinding",
  "ClusterTrustBundle",
  "ComponentStatus",
  "CSIDriver",
  "CSINode",
  "CustomResourceDefinition",
  "DeviceClass",
  "FlowSchema",
  "IngressClass",
  "IPAddress",
  "MutatingAdmissionPolicy",
  "MutatingAdmissionPolicyBinding",
  "MutatingWebhookConfiguration",
  "Namespace",
  "Node",
  "PersistentVolume",
  "PriorityClass",
  "PriorityLevelConfiguration",
  "ResourceSlice",
  "RuntimeClass",
  "ServiceCIDR",
  "StorageClass",
  "ValidatingAdmissionPolicy",
  "ValidatingAdmissionPolicyBinding",
  "ValidatingWebhookConfiguration",
  "VolumeAttachment",
  "VolumeAttributesClass",
]);

/** Whether a built-in kind has a namespace; undefined for custom resources. */
export function builtInScope(apiVersion: string, kind: string): boolean | undefined {
  return isBuiltIn(apiVersion) ? !CLUSTER_SCOPED.has(kind) : undefined;
}
