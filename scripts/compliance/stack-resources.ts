/**
 * Resources of a committed stack as the policy pack sees them, from the program under mocks: no
 * engine, no cloud, and every output known.
 */
import { type Resource } from "../../policy/rule";
import { PropertyView } from "../../policy/unknown";
import { type RecordedResource } from "../../test/support/program";
import { type StackName } from "../../test/support/stack-config";
import { runStack } from "../../test/support/whole-program";
import { controlPlaneParts } from "./eks-component";

/** A resource with its plain inputs, so that tests can change them. */
export interface PlainResource {
  readonly type: string;
  readonly name: string;
  readonly urn: string;
  readonly inputs: Record<string, unknown>;
  readonly protect: boolean;
  readonly ignoreChanges: readonly string[];
  /** Inputs of the provider. */
  readonly provider: Record<string, unknown> | undefined;
  /** URNs. */
  readonly dependencies: readonly string[];
}

/** Runs the program of a stack and returns all custom resources, those inside `eks.Cluster` too. */
export async function plainResources(stack: StackName): Promise<PlainResource[]> {
  const { resources } = await runStack(stack);
  const byName = new Map(resources.map((resource) => [resource.name, resource]));
  return resources
    .filter(({ custom, remote, type }) => (custom || remote) && !type.startsWith("pulumi:"))
    .flatMap((recorded) => {
      const plain = plainOf(recorded, byName);
      return recorded.type === "eks:index:Cluster" ? controlPlaneParts(plain) : [plain];
    });
}

function plainOf(
  recorded: RecordedResource,
  byName: ReadonlyMap<string, RecordedResource>,
): PlainResource {
  // A component has a provider of its own and, apart from it, those of its children.
  const provider = recorded.remote ? recorded.providers["aws"] : recorded.provider;
  return {
    type: recorded.type,
    name: recorded.name,
    urn: recorded.urn,
    inputs: recorded.inputs,
    protect: recorded.protect,
    ignoreChanges: recorded.ignoreChanges,
    provider: provider === undefined ? undefined : byName.get(provider)?.inputs,
    dependencies: [...recorded.dependencies].flatMap((name) => byName.get(name)?.urn ?? []),
  };
}

/** What the rules take. */
export function asResource(plain: PlainResource): Resource {
  const { type, name, urn, protect, ignoreChanges, provider, dependencies } = plain;
  return {
    type,
    name,
    urn,
    protect,
    ignoreChanges,
    props: new PropertyView(plain.inputs),
    provider: provider === undefined ? undefined : new PropertyView(provider),
    dependencies: new Set(dependencies),
  };
}
