/** Rules about traffic and boundaries inside the cluster. */
import { each } from "../evaluate";
import { podTypes } from "../pods";
import {
  advisoryInDev,
  everywhere,
  ofType,
  type Resource,
  type ResourceRule,
  type StackRule,
} from "../rule";

const policyType = "kubernetes:networking.k8s.io/v1:NetworkPolicy";
const namespaceType = "kubernetes:core/v1:Namespace";
const ingressType = "kubernetes:networking.k8s.io/v1:Ingress";
const serviceType = "kubernetes:core/v1:Service";

const namespaceOf = ({ props }: Resource): string => props.text("metadata.namespace") ?? "default";

/** True for a policy that selects every pod and lets nothing through in the direction. */
function denies(policy: Resource, direction: "Ingress" | "Egress"): boolean {
  const spec = policy.props.at("spec");
  return (
    spec.keys("podSelector").length === 0 &&
    spec.texts("policyTypes").includes(direction) &&
    spec.list(direction.toLowerCase()).length === 0
  );
}

/** Traffic is allowed one by one on top of this. */
export const namespacesDenyByDefault: StackRule = {
  kind: "stack",
  id: "namespace-default-deny",
  title: "Every namespace denies traffic by default, both ways",
  severity: "high",
  controls: ["CIS EKS 4.3.2", "CIS EKS 5.4.4", "NSA network separation"],
  remedy:
    "Add a NetworkPolicy with an empty `podSelector` and `policyTypes: [Ingress, Egress]` to the namespace.",
  levels: everywhere,
  whenUnknown: "advise",
  types: [namespaceType],
  *check(resources) {
    const policies = ofType(resources, policyType);
    yield* each(ofType(resources, namespaceType), function* (resource) {
      const name = resource.props.text("metadata.name") ?? resource.name;
      for (const direction of ["Ingress", "Egress"] as const) {
        // A policy made from the namespace's own output is in it, even while the name is unknown.
        const covered = policies.some(
          (policy) =>
            denies(policy, direction) &&
            (policy.dependencies.has(resource.urn) || namespaceOf(policy) === name),
        );
        if (!covered)
          yield { resource, problem: `does not deny ${direction.toLowerCase()} by default` };
      }
    });
  },
};

/** An empty `from` is everybody, not nobody. */
export const policiesNotOpen: ResourceRule = {
  kind: "resource",
  id: "network-policy-not-open",
  title: "No network policy admits everybody",
  severity: "high",
  controls: ["CIS EKS 5.4.4", "NSA network separation"],
  remedy: "Name the pods and namespaces that may connect, and the port.",
  levels: everywhere,
  whenUnknown: "advise",
  types: [policyType],
  *check({ props }) {
    yield* each(props.list("spec.ingress"), function* (rule) {
      const peers = rule.list("from");
      if (peers.length === 0) yield `admits everybody (${rule.path})`;
      for (const peer of peers) {
        const cidr = peer.text("ipBlock.cidr");
        if (cidr === "0.0.0.0/0" || cidr === "::/0") yield `admits ${cidr} (${peer.path})`;
        if (peer.isSet("namespaceSelector") && isEmptyPeer(peer)) {
          yield `admits every pod of every namespace (${peer.path})`;
        }
      }
    });
  },
};

const isEmptyPeer = (peer: { keys(path: string): string[] }): boolean =>
  peer.keys("namespaceSelector").length === 0 && peer.keys("podSelector").length === 0;

const namespaced = [
  ...podTypes,
  policyType,
  ingressType,
  serviceType,
  "kubernetes:core/v1:ConfigMap",
  "kubernetes:core/v1:Secret",
  "kubernetes:core/v1:ServiceAccount",
  "kubernetes:core/v1:PersistentVolumeClaim",
  "kubernetes:policy/v1:PodDisruptionBudget",
  "kubernetes:autoscaling/v2:HorizontalPodAutoscaler",
  "kubernetes:rbac.authorization.k8s.io/v1:Role",
  "kubernetes:rbac.authorization.k8s.io/v1:RoleBinding",
  "kubernetes:helm.sh/v3:Release",
];

/** What is in `default` is under no one's policies. */
export const noDefaultNamespace: ResourceRule = {
  kind: "resource",
  id: "no-default-namespace",
  title: "Nothing is in the default namespace",
  severity: "medium",
  controls: ["CIS EKS 4.5.2", "CIS EKS 4.5.1"],
  remedy: "Set `metadata.namespace` to a namespace of the platform.",
  levels: everywhere,
  whenUnknown: "advise",
  types: namespaced,
  *check({ type, props }) {
    const path = type === "kubernetes:helm.sh/v3:Release" ? "namespace" : "metadata.namespace";
    // A namespace that is not known yet comes from a resource, and no program makes `default`.
    if (!props.isSet(path)) yield "is in the default namespace";
    else if (props.literal(path) === "default") yield "is in the default namespace";
  },
};

/** Tax documents do not travel in the clear. */
export const ingressTls: ResourceRule = {
  kind: "resource",
  id: "ingress-tls",
  title: "Every host of an Ingress speaks TLS",
  severity: "high",
  controls: ["CIS EKS 5.4.5", "NSA network separation"],
  remedy: "Add the host to `spec.tls` with the Secret of its certificate.",
  levels: advisoryInDev,
  whenUnknown: "advise",
  types: [ingressType],
  *check({ props }) {
    const covered = new Set(props.list("spec.tls").flatMap((tls) => tls.texts("hosts")));
    for (const rule of props.list("spec.rules")) {
      const host = rule.text("host");
      if (host === undefined) yield "answers to every host name";
      else if (!covered.has(host)) yield `serves ${host} without TLS`;
    }
  },
};

/** What faces the internet is the ingress controller, and nothing else. */
export const noStrayLoadBalancers: ResourceRule = {
  kind: "resource",
  id: "service-no-stray-load-balancer",
  title: "Services are inside; load balancers belong to the ingress controller",
  severity: "high",
  controls: ["CIS EKS 5.4.5", "NSA network separation"],
  remedy: "Use `type: ClusterIP` and an Ingress.",
  levels: everywhere,
  whenUnknown: "violate",
  types: [serviceType],
  *check({ props }) {
    const kind = props.text("spec.type") ?? "ClusterIP";
    if (kind === "NodePort") yield "opens a port on every node";
    if (kind === "LoadBalancer" && !isInternal(props)) yield "makes a load balancer of its own";
    if (props.list("spec.externalIPs").length > 0) yield "claims external addresses";
  },
};

function isInternal(props: Resource["props"]): boolean {
  const scheme = props
    .at("metadata.annotations")
    .key("service.beta.kubernetes.io/aws-load-balancer-scheme")
    .self();
  return scheme === "internal";
}
