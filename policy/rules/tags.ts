/** Rules about tags and labels: whose is it, and who pays. */
import { podTypes } from "../pods";
import {
  advice,
  everywhere,
  inProd,
  type Resource,
  type ResourceRule,
  type RuleContext,
} from "../rule";
import type { PropertyView } from "../unknown";

/** Types that cost money or hold data; the provider's default tags reach all others as well. */
const taggedTypes = [
  "aws:cloudwatch/logGroup:LogGroup",
  "aws:ec2/eip:Eip",
  "aws:ec2/launchTemplate:LaunchTemplate",
  "aws:ec2/natGateway:NatGateway",
  "aws:ec2/securityGroup:SecurityGroup",
  "aws:ec2/subnet:Subnet",
  "aws:ec2/vpc:Vpc",
  "aws:ecr/repository:Repository",
  "aws:eks/cluster:Cluster",
  "aws:eks/nodeGroup:NodeGroup",
  "aws:elasticache/replicationGroup:ReplicationGroup",
  "aws:iam/role:Role",
  "aws:kms/key:Key",
  "aws:rds/instance:Instance",
  "aws:secretsmanager/secret:Secret",
  "aws:sns/topic:Topic",
];

/** Tags that AWS will see: the provider's default ones under the resource's own. */
function tagsOf({ props, provider }: Resource): ReadonlyMap<string, unknown> {
  return new Map([
    ...(provider === undefined ? [] : entriesOf(defaultTags(provider))),
    ...entriesOf(props.at("tagsAll")),
    ...entriesOf(props.at("tags")),
  ]);
}

/** The nested inputs of a provider are JSON, except under mocks. */
function defaultTags(provider: PropertyView): PropertyView {
  const value = provider.get("defaultTags");
  const parsed: unknown = typeof value === "string" ? JSON.parse(value) : value;
  return provider.with(parsed).at("tags");
}

const entriesOf = (view: PropertyView): [string, unknown][] =>
  view.keys("").map((key) => [key, view.key(key).isPresent() ? view.key(key).self() : undefined]);

const onTagged = { kind: "resource", types: taggedTypes } as const;

/** Without them a cost report has a line "other". */
export const platformTags: ResourceRule = {
  ...onTagged,
  id: "tags-platform",
  title: "Resources say which project and environment they belong to",
  severity: "medium",
  controls: ["DTEM cost allocation"],
  remedy: "Use the provider of `components/providers.ts`, whose default tags say it.",
  levels: everywhere,
  whenUnknown: "advise",
  parameters: {
    required: {
      schema: {
        type: "array",
        items: { type: "string" },
        default: ["dtem:project", "dtem:environment", "dtem:managed-by"],
      },
    },
  },
  *check(resource, context) {
    yield* missingTags(resource, context);
    const environment = tagsOf(resource).get("dtem:environment");
    if (environment !== undefined && environment !== context.environment) {
      yield `says it belongs to ${JSON.stringify(environment)}, in a stack of ${context.environment}`;
    }
  },
};

/** Somebody answers for it, and somebody pays. */
export const ownerTags: ResourceRule = {
  ...onTagged,
  id: "tags-owner",
  title: "Resources say who owns and who pays for them",
  severity: "low",
  controls: ["DTEM cost allocation"],
  remedy: "Add `owner` and `cost-center` to `dtem:tags` of the stack.",
  levels: inProd,
  whenUnknown: "advise",
  parameters: {
    required: {
      schema: { type: "array", items: { type: "string" }, default: ["owner", "cost-center"] },
    },
  },
  check: missingTags,
};

function* missingTags(resource: Resource, context: RuleContext): Iterable<string> {
  const tags = tagsOf(resource);
  const missing = context.texts("required").filter((key) => !tags.get(key));
  if (missing.length > 0) yield `lacks the tags ${missing.join(", ")}`;
}

/** Tools and network policies select by these. */
export const recommendedLabels: ResourceRule = {
  kind: "resource",
  id: "labels-recommended",
  title: "Objects carry the recommended labels",
  severity: "low",
  controls: ["DTEM reviewable objects"],
  remedy: "Set app.kubernetes.io/name, component and part-of.",
  levels: advice,
  whenUnknown: "advise",
  types: [...podTypes, "kubernetes:core/v1:Service", "kubernetes:core/v1:Namespace"],
  *check({ props }) {
    const labels = props.at("metadata.labels");
    const missing = ["name", "component", "part-of"]
      .map((key) => `app.kubernetes.io/${key}`)
      .filter((key) => !labels.key(key).isPresent());
    if (missing.length > 0) yield `lacks the labels ${missing.join(", ")}`;
  },
};
