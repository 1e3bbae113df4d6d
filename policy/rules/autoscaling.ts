/** Rules about who owns a number: replicas, CPU requests, nodes. Two owners undo each other for ever. */
import { each } from "../evaluate";
import {
  everywhere,
  inProd,
  ofType,
  type Resource,
  type ResourceRule,
  type StackRule,
} from "../rule";
import { serverTypes } from "../pods";

const hpaType = "kubernetes:autoscaling/v2:HorizontalPodAutoscaler";
const vpaType = "kubernetes:autoscaling.k8s.io/v1:VerticalPodAutoscaler";

const namespaceOf = ({ props }: Resource): string =>
  String(props.at("metadata").key("namespace").isPresent() ? props.get("metadata.namespace") : "");

/** The workload that an autoscaler is for. */
function targetOf(scaler: Resource, path: string, resources: readonly Resource[]) {
  const kind = scaler.props.text(`${path}.kind`);
  const name = scaler.props.text(`${path}.name`);
  return ofType(resources, ...serverTypes).find(
    (workload) =>
      workload.type.endsWith(`:${kind}`) &&
      workload.props.text("metadata.name") === name &&
      namespaceOf(workload) === namespaceOf(scaler),
  );
}

/** Each update would set the replicas back. */
export const replicasHaveOneOwner: StackRule = {
  kind: "stack",
  id: "autoscaler-owns-replicas",
  title: "Replicas belong to the autoscaler where there is one",
  severity: "medium",
  controls: ["DTEM autoscaler ownership"],
  remedy: "Leave `spec.replicas` out of the workload, or put it into `ignoreChanges`.",
  levels: everywhere,
  whenUnknown: "advise",
  types: [hpaType],
  *check(resources) {
    yield* each(ofType(resources, hpaType), function* (hpa) {
      const resource = targetOf(hpa, "spec.scaleTargetRef", resources);
      if (resource === undefined) {
        yield { resource: hpa, problem: "scales a workload that the stack does not have" };
      } else if (
        resource.props.isSet("spec.replicas") &&
        !resource.ignoreChanges.includes("spec.replicas")
      ) {
        yield { resource, problem: `sets replicas, which ${hpa.name} owns` };
      }
    });
  },
};

/** The one raises requests, which lowers the utilisation that the other acts on. */
export const verticalLeavesCpu: StackRule = {
  kind: "stack",
  id: "autoscalers-do-not-fight",
  title: "Vertical and horizontal autoscaler do not act on the same resource",
  severity: "medium",
  controls: ["DTEM autoscaler ownership"],
  remedy: 'Set `updateMode: "Off"`, or `controlledResources: ["memory"]` beside an HPA on CPU.',
  levels: everywhere,
  whenUnknown: "advise",
  types: [vpaType],
  *check(resources) {
    const hpas = ofType(resources, hpaType);
    yield* each(ofType(resources, vpaType), function* (resource) {
      if (resource.props.text("spec.updatePolicy.updateMode") === "Off") return;
      const target = resource.props.text("spec.targetRef.name");
      const scaled = hpas
        .filter(({ props }) => props.text("spec.scaleTargetRef.name") === target)
        .flatMap(({ props }) =>
          props.list("spec.metrics").map((metric) => metric.text("resource.name")),
        );
      const controlled = resource.props
        .list("spec.resourcePolicy.containerPolicies")
        .flatMap((container) => container.texts("controlledResources"));
      const own = controlled.length > 0 ? controlled : ["cpu", "memory"];
      const both = own.filter((name) => scaled.includes(name));
      if (both.length > 0)
        yield { resource, problem: `changes ${both.join(", ")}, which an HPA acts on` };
    });
  },
};

/** A range of one is no range. */
export const hpaRange: ResourceRule = {
  kind: "resource",
  id: "autoscaler-range",
  title: "Autoscalers have a range, and two replicas at least",
  severity: "medium",
  controls: ["DTEM availability"],
  remedy: "Set `minReplicas` to 2 or more and `maxReplicas` above it.",
  levels: inProd,
  whenUnknown: "violate",
  types: [hpaType],
  *check({ props }) {
    const least = props.number("spec.minReplicas") ?? 1;
    const most = props.number("spec.maxReplicas") ?? 0;
    if (least < 2) yield `shrinks to ${least} replicas`;
    if (most <= least) yield `cannot grow beyond ${most}`;
  },
};

/** Otherwise each update shrinks the group to what the program says. */
export const nodesHaveOneOwner: ResourceRule = {
  kind: "resource",
  id: "node-group-size-ignored",
  title: "The number of nodes belongs to the cluster autoscaler",
  severity: "medium",
  controls: ["DTEM autoscaler ownership"],
  remedy: "Put `scalingConfig.desiredSize` into `ignoreChanges`.",
  levels: everywhere,
  whenUnknown: "advise",
  types: ["aws:eks/nodeGroup:NodeGroup"],
  *check({ props, ignoreChanges }) {
    const ignored = ignoreChanges.some((path) => /^scalingConfig(\.desiredSize)?$/.test(path));
    if (props.isSet("scalingConfig.desiredSize") && !ignored) yield "sets its number of nodes";
    const least = props.number("scalingConfig.minSize") ?? 0;
    const most = props.number("scalingConfig.maxSize") ?? 0;
    if (most <= least) yield `cannot grow beyond ${most} nodes`;
  },
};
