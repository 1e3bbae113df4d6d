/** Where pods and containers are in the objects that make them. */
import type { Resource, ResourceRule } from "./rule";
import { each } from "./evaluate";
import type { PropertyView } from "./unknown";

/** Kind of object → path of its pod specification. */
const specPaths: Readonly<Record<string, string>> = {
  "kubernetes:core/v1:Pod": "spec",
  "kubernetes:apps/v1:Deployment": "spec.template.spec",
  "kubernetes:apps/v1:StatefulSet": "spec.template.spec",
  "kubernetes:apps/v1:DaemonSet": "spec.template.spec",
  "kubernetes:apps/v1:ReplicaSet": "spec.template.spec",
  "kubernetes:batch/v1:Job": "spec.template.spec",
  "kubernetes:batch/v1:CronJob": "spec.jobTemplate.spec.template.spec",
};

/** Types of objects that make pods. */
export const podTypes = Object.keys(specPaths);

/** Those of which pods run for good. */
export const serverTypes = ["kubernetes:apps/v1:Deployment", "kubernetes:apps/v1:StatefulSet"];

/** Pod specification of an object of {@link podTypes}. */
export function podOf({ type, props }: Resource): PropertyView {
  return props.at(specPaths[type] ?? "spec");
}

/** All containers of a pod: ordinary, init and ephemeral. */
export function containersOf(pod: PropertyView): PropertyView[] {
  return ["containers", "initContainers", "ephemeralContainers"].flatMap((kind) => pod.list(kind));
}

/** Name of a container, for messages. */
export function nameOf(container: PropertyView): string {
  return `container ${container.text("name") ?? container.path}`;
}

/** What distinguishes one rule about pods from another. */
type PodRuleArgs = Omit<ResourceRule, "kind" | "types" | "whenUnknown" | "check">;

/** A rule about pods as a whole. */
export function podRule(
  args: PodRuleArgs & { readonly checkPod: (pod: PropertyView) => Iterable<string> },
): ResourceRule {
  const { checkPod, ...rest } = args;
  return {
    ...rest,
    kind: "resource",
    types: podTypes,
    whenUnknown: "violate",
    check: (resource) => checkPod(podOf(resource)),
  };
}

/** A rule about every container of a pod. */
export function containerRule(
  args: PodRuleArgs & {
    readonly checkContainer: (container: PropertyView, pod: PropertyView) => Iterable<string>;
  },
): ResourceRule {
  const { checkContainer, ...rest } = args;
  return podRule({
    ...rest,
    checkPod: (pod) => each(containersOf(pod), (container) => checkContainer(container, pod)),
  });
}
