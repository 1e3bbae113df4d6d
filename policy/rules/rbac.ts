/** Rules about Kubernetes RBAC. */
import type { Control } from "../controls/control";
import { each } from "../evaluate";
import { everywhere, type ResourceRule, type Severity } from "../rule";
import type { PropertyView } from "../unknown";

const roleTypes = [
  "kubernetes:rbac.authorization.k8s.io/v1:ClusterRole",
  "kubernetes:rbac.authorization.k8s.io/v1:Role",
];
const bindingTypes = [
  "kubernetes:rbac.authorization.k8s.io/v1:ClusterRoleBinding",
  "kubernetes:rbac.authorization.k8s.io/v1:RoleBinding",
];

/** A permission that hardly any program needs. */
interface Grant {
  readonly id: string;
  readonly title: string;
  readonly severity: Severity;
  readonly controls: readonly Control[];
  readonly remedy: string;
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
  /** Naming the objects makes the permission harmless. */
  readonly allowedByName?: boolean;
}

/** A rule that refuses roles with a certain permission, wildcards that include it apart. */
function noGrant(grant: Grant): ResourceRule {
  const { resources, verbs, allowedByName = false, ...rest } = grant;
  return {
    ...rest,
    kind: "resource",
    levels: everywhere,
    whenUnknown: "violate",
    types: roleTypes,
    *check({ props }) {
      yield* each(props.list("rules"), function* (rule) {
        if (allowedByName && rule.list("resourceNames").length > 0) return;
        const named = rule.texts("resources").filter((resource) => resources.includes(resource));
        const granted = rule.texts("verbs").filter((verb) => verbs.includes(verb));
        if (named.length > 0 && granted.length > 0) {
          yield `may ${granted.join(", ")} ${named.join(", ")}`;
        }
      });
    },
  };
}

const writing = ["create", "update", "patch"];

export const noSecretReading = noGrant({
  id: "rbac-no-secret-reading",
  title: "No role reads all Secrets",
  severity: "high",
  controls: ["CIS EKS 4.1.2", "NSA authentication and authorization"],
  remedy: "List the Secrets in `resourceNames`, or mount them.",
  resources: ["secrets"],
  verbs: ["get", "list", "watch"],
  allowedByName: true,
});

export const noPodCreation = noGrant({
  id: "rbac-no-pod-creation",
  title: "No role creates pods or runs commands in them",
  severity: "high",
  controls: ["CIS EKS 4.1.4"],
  remedy: "Let the controllers of Kubernetes make pods from Deployments and Jobs.",
  resources: ["pods", "pods/exec", "pods/attach"],
  verbs: ["create"],
});

export const noEscalation = noGrant({
  id: "rbac-no-escalation",
  title: "No role gives itself more",
  severity: "critical",
  controls: ["CIS EKS 4.1.8", "NSA authentication and authorization"],
  remedy: "Remove bind, escalate and impersonate.",
  resources: [
    "roles",
    "clusterroles",
    "users",
    "groups",
    "serviceaccounts",
    "rolebindings",
    "clusterrolebindings",
  ],
  verbs: ["bind", "escalate", "impersonate"],
});

export const noPersistentVolumes = noGrant({
  id: "rbac-no-persistent-volumes",
  title: "No role creates PersistentVolumes",
  severity: "medium",
  controls: ["CIS EKS 4.1.9"],
  remedy: "Let the storage class make volumes; a volume of one's own may be any path of the host.",
  resources: ["persistentvolumes"],
  verbs: writing,
});

export const noNodeProxy = noGrant({
  id: "rbac-no-node-proxy",
  title: "No role talks to the kubelet",
  severity: "high",
  controls: ["CIS EKS 4.1.10"],
  remedy: "Remove nodes/proxy; metrics are at nodes/metrics and metrics.k8s.io.",
  resources: ["nodes/proxy"],
  verbs: ["get", "create", "update", "patch", "delete"],
});

export const noWebhookChanges = noGrant({
  id: "rbac-no-webhook-changes",
  title: "No role changes admission webhooks",
  severity: "high",
  controls: ["CIS EKS 4.1.11"],
  remedy: "Name the one configuration in `resourceNames`.",
  resources: ["validatingwebhookconfigurations", "mutatingwebhookconfigurations"],
  verbs: [...writing, "delete"],
  allowedByName: true,
});

export const noTokenCreation = noGrant({
  id: "rbac-no-token-creation",
  title: "No role makes tokens of other accounts",
  severity: "high",
  controls: ["CIS EKS 4.1.12"],
  remedy: "Name the one account in `resourceNames`.",
  resources: ["serviceaccounts/token"],
  verbs: ["create"],
  allowedByName: true,
});

/** What a wildcard means changes with every CRD and every release. */
export const noWildcards: ResourceRule = {
  kind: "resource",
  id: "rbac-no-wildcards",
  title: "No role uses wildcards",
  severity: "high",
  controls: ["CIS EKS 4.1.3", "NSA authentication and authorization"],
  remedy: "List the API groups, resources and verbs.",
  levels: everywhere,
  whenUnknown: "violate",
  types: roleTypes,
  *check({ props }) {
    yield* each(props.list("rules"), function* (rule) {
      for (const part of ["verbs", "resources", "apiGroups"]) {
        if (rule.texts(part).includes("*")) yield `has a wildcard in ${part} (${rule.path})`;
      }
    });
  },
};

/** Administrators come through access entries, which AWS logs. */
export const noClusterAdmin: ResourceRule = {
  kind: "resource",
  id: "rbac-no-cluster-admin",
  title: "Nothing is bound to cluster-admin",
  severity: "critical",
  controls: ["CIS EKS 4.1.1", "NSA authentication and authorization"],
  remedy: "Bind a role with what is needed; people become administrators by an access entry.",
  levels: everywhere,
  whenUnknown: "violate",
  types: bindingTypes,
  *check({ props }) {
    if (props.text("roleRef.name") === "cluster-admin") yield "binds cluster-admin";
  },
};

/** Groups that stand for nobody in particular. */
const unnamed = new Set([
  "system:anonymous",
  "system:unauthenticated",
  "system:authenticated",
  "system:serviceaccounts",
  "system:masters",
]);

export const subjectsNamed: ResourceRule = {
  kind: "resource",
  id: "rbac-subjects-named",
  title: "Roles are bound to somebody in particular",
  severity: "high",
  controls: ["CIS EKS 4.1.1", "CIS EKS 4.1.5", "NSA authentication and authorization"],
  remedy: "Bind the workload's own service account, or a group of people.",
  levels: everywhere,
  whenUnknown: "advise",
  types: bindingTypes,
  *check({ props }) {
    yield* each(props.list("subjects"), function* (subject: PropertyView) {
      const name = subject.text("name") ?? "";
      if (unnamed.has(name)) yield `is bound to ${name}`;
      if (subject.text("kind") === "ServiceAccount" && name === "default") {
        yield `is bound to the default service account of ${subject.text("namespace") ?? "its namespace"}`;
      }
    });
  },
};
