/** Rules about surviving the loss of a pod, a node or a zone. */
import { each } from "../evaluate";
import { containersOf, nameOf, podOf, serverTypes } from "../pods";
import {
  advisoryInDev,
  everywhere,
  inProd,
  onlyInProd,
  ofType,
  type Resource,
  type ResourceRule,
  type StackRule,
} from "../rule";

const deploymentType = "kubernetes:apps/v1:Deployment";
const hpaType = "kubernetes:autoscaling/v2:HorizontalPodAutoscaler";
const budgetType = "kubernetes:policy/v1:PodDisruptionBudget";

/** One replica is down with every update of its node. */
export const replicasRedundant: StackRule = {
  kind: "stack",
  id: "deployment-redundant",
  title: "Deployments have two replicas at least",
  severity: "high",
  controls: ["DTEM availability"],
  remedy: "Set `spec.replicas` to 2 or more, or let an autoscaler own it.",
  levels: inProd,
  whenUnknown: "advise",
  types: [deploymentType],
  *check(resources) {
    const scaled = new Set(
      ofType(resources, hpaType).map(({ props }) => props.text("spec.scaleTargetRef.name")),
    );
    yield* each(ofType(resources, deploymentType), function* (resource) {
      const replicas = resource.props.number("spec.replicas") ?? 1;
      if (!scaled.has(resource.props.text("metadata.name")) && replicas < 2) {
        yield { resource, problem: `runs ${replicas} replica` };
      }
    });
  },
};

/** All replicas in one zone are one replica. */
export const replicasSpread: ResourceRule = {
  kind: "resource",
  id: "deployment-spread",
  title: "Replicas are spread over zones",
  severity: "medium",
  controls: ["DTEM availability"],
  remedy: "Add `topologySpreadConstraints` on topology.kubernetes.io/zone.",
  levels: inProd,
  whenUnknown: "violate",
  types: [deploymentType],
  *check(resource) {
    const keys = podOf(resource)
      .list("topologySpreadConstraints")
      .map((constraint) => constraint.text("topologyKey"));
    if (!keys.includes("topology.kubernetes.io/zone")) yield "may have all replicas in one zone";
  },
};

/** Without a budget a drain may take all replicas at once. */
export const budgetPresent: StackRule = {
  kind: "stack",
  id: "deployment-budget",
  title: "Deployments have a disruption budget",
  severity: "medium",
  controls: ["DTEM availability"],
  remedy: "Add a PodDisruptionBudget whose selector matches the pods.",
  levels: inProd,
  whenUnknown: "advise",
  types: [deploymentType],
  *check(resources) {
    const budgets = ofType(resources, budgetType);
    yield* each(ofType(resources, deploymentType), function* (resource) {
      if (!budgets.some((budget) => selects(budget, resource))) {
        yield { resource, problem: "has no disruption budget" };
      }
    });
  },
};

function selects(budget: Resource, workload: Resource): boolean {
  const selector = budget.props.at("spec.selector.matchLabels");
  const labels = workload.props.at("spec.template.metadata.labels");
  const keys = selector.keys("");
  return (
    keys.length > 0 && keys.every((key) => selector.key(key).self() === labels.key(key).self())
  );
}

/** A budget of nothing stops every upgrade of the nodes. */
export const budgetAllowsDisruption: ResourceRule = {
  kind: "resource",
  id: "budget-allows-disruption",
  title: "Disruption budgets allow a disruption",
  severity: "high",
  controls: ["DTEM drainable nodes"],
  remedy: "Set `maxUnavailable: 1`.",
  levels: everywhere,
  whenUnknown: "violate",
  types: [budgetType],
  *check({ props }) {
    const most = props.get("spec.maxUnavailable");
    const least = props.get("spec.minAvailable");
    if (most === 0 || most === "0" || most === "0%") yield "allows no pod to be evicted";
    if (least === "100%") yield "needs every pod";
    if (most === undefined && least === undefined) yield "says nothing";
  },
};

/** Traffic goes to pods that can take it. */
export const readinessProbes: ResourceRule = {
  kind: "resource",
  id: "workload-readiness",
  title: "Servers say when they are ready",
  severity: "medium",
  controls: ["DTEM availability"],
  remedy: "Add a `readinessProbe`.",
  levels: advisoryInDev,
  whenUnknown: "violate",
  types: serverTypes,
  *check(resource) {
    for (const container of podOf(resource).list("containers")) {
      if (!container.isSet("readinessProbe")) yield `${nameOf(container)} has no readiness probe`;
    }
  },
};

/** A leak in one pod must not take its neighbours along. */
export const resourcesBounded: ResourceRule = {
  kind: "resource",
  id: "workload-resources",
  title: "Containers request CPU and memory and bound their memory",
  severity: "medium",
  controls: ["NSA pod security", "DTEM availability"],
  remedy: "Set `requests.cpu`, `requests.memory` and `limits.memory`.",
  levels: everywhere,
  whenUnknown: "violate",
  types: [
    ...serverTypes,
    "kubernetes:batch/v1:Job",
    "kubernetes:batch/v1:CronJob",
    "kubernetes:apps/v1:DaemonSet",
  ],
  *check(resource) {
    yield* each(containersOf(podOf(resource)), function* (container) {
      for (const path of ["requests.cpu", "requests.memory", "limits.memory"]) {
        if (!container.isSet(`resources.${path}`)) yield `${nameOf(container)} has no ${path}`;
      }
    });
  },
};

/** One NAT gateway takes the egress of every zone down with its own. */
export const natPerZone: StackRule = {
  kind: "stack",
  id: "nat-per-zone",
  title: "Every zone has a way out of its own",
  severity: "high",
  controls: ["DTEM availability"],
  remedy: 'Set `natGateways: "perZone"`.',
  levels: onlyInProd,
  whenUnknown: "advise",
  types: ["aws:ec2/natGateway:NatGateway"],
  *check(resources) {
    const gateways = ofType(resources, "aws:ec2/natGateway:NatGateway");
    const [resource] = gateways;
    const zones = new Set(
      ofType(resources, "aws:ec2/subnet:Subnet").map(({ props }) => props.text("availabilityZone")),
    );
    if (resource !== undefined && gateways.length < zones.size) {
      yield { resource, problem: `serves ${zones.size} zones with ${gateways.length} gateways` };
    }
  },
};
