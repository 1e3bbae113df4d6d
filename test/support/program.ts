/**
 * Runs a piece of the program against mocks and returns every resource as the engine would get it.
 *
 * The mock arguments of the SDK lack parents, protection, dependencies and providers, so the request
 * to the resource monitor is recorded itself. Nothing reaches an engine, a plugin or a network.
 */
import * as pulumi from "@pulumi/pulumi";
import * as runtime from "@pulumi/pulumi/runtime";
import type { MockCallArgs, MockCallResult } from "@pulumi/pulumi/runtime/mocks";
import type { RegisterResourceRequest } from "@pulumi/pulumi/proto/resource_pb";

import { cloudState } from "./cloud-replies";

/** Plain property bag of a resource. */
export type Props = Record<string, unknown>;

/** One registered resource, as the resource monitor received it. */
export interface RecordedResource {
  /** Type token, for example `aws:ec2/vpc:Vpc`. */
  readonly type: string;
  /** Logical name. */
  readonly name: string;
  readonly urn: string;
  /** Logical name of the parent; undefined for the stack itself only. */
  readonly parent: string | undefined;
  /** False for components (ours and remote ones). */
  readonly custom: boolean;
  /** True for remote components such as `eks:index:Cluster`. */
  readonly remote: boolean;
  readonly protect: boolean;
  readonly retainOnDelete: boolean;
  readonly deleteBeforeReplace: boolean;
  readonly ignoreChanges: readonly string[];
  /** Top-level outputs that are marked secret by the program. */
  readonly additionalSecretOutputs: readonly string[];
  /** Logical name of the resource whose deletion makes deleting this one unnecessary. */
  readonly deletedWith: string | undefined;
  /** Logical name of the provider that serves the resource; undefined means the default one. */
  readonly provider: string | undefined;
  /** Package to logical provider name, for components. */
  readonly providers: Readonly<Record<string, string>>;
  /** Inputs, with secrets and outputs unwrapped; unknown values (preview) are absent. */
  readonly inputs: Props;
  /** Top-level inputs that are, or contain, a secret. */
  readonly secretInputs: readonly string[];
  /**
   * Logical names of everything the resource waits for: `dependsOn` and the resources behind its
   * inputs. The engine deletes in the reverse of these edges (and of parents before children).
   */
  readonly dependencies: ReadonlySet<string>;
}

/** What a custom resource answers beyond {@link cloudState}; keyed by type token. */
export type ResourceReplies = Record<string, (name: string, inputs: Props) => Props>;

/** What an invoke answers; keyed by token. An invoke without an entry fails the test. */
export type CallReplies = Record<string, (inputs: Props) => MockCallResult>;

/** How the program is run. */
export interface MockOptions {
  /** @default "dtem" */
  readonly project?: string;
  /** @default "dev" */
  readonly stack?: string;
  /** Runs as a first preview: ids and computed outputs are unknown. @default false */
  readonly preview?: boolean;
  /** Stack configuration, with the namespace in the key (`dtem:environment`). */
  readonly config?: Record<string, string>;
  /** Outputs of created resources, `id` among them; not asked for in preview. */
  readonly resources?: ResourceReplies;
  readonly calls?: CallReplies;
}

/** What {@link withMocks} returns. */
export class RecordedProgram<T> {
  constructor(
    /** Everything that was registered but the stack, in order of registration (not program order). */
    readonly resources: readonly RecordedResource[],
    /** What the program returned, with outputs resolved and secrets in the clear. */
    readonly result: T,
  ) {}

  /** All resources of a type. */
  ofType(type: string): RecordedResource[] {
    return this.resources.filter((resource) => resource.type === type);
  }

  /** Names of all resources of a type, sorted. */
  names(type: string): string[] {
    return this.ofType(type)
      .map((resource) => resource.name)
      .sort();
  }

  /**
   * The one resource of a logical name, and of a type where the name alone is not unique.
   *
   * @throws Error when there is none or more than one.
   */
  get(name: string, type?: string): RecordedResource {
    const found = this.resources.filter(
      (resource) => resource.name === name && (type === undefined || resource.type === type),
    );
    const [resource] = found;
    if (resource === undefined || found.length > 1) {
      const known = this.resources.map((each) => `${each.type} ${each.name}`).sort();
      throw new Error(
        `${found.length} resources are named ${name}; there are:\n${known.join("\n")}`,
      );
    }
    return resource;
  }

  /**
   * Whether `later` waits for `earlier`, directly or through others: so that it is created after it
   * and deleted before it. Waiting for a component means waiting for all below it, and a child
   * waits for what its parents wait for.
   */
  waitsFor(later: string, earlier: string): boolean {
    const start = this.get(later);
    const byName = new Map(this.resources.map((resource) => [resource.name, resource]));
    const seen = new Set<string>();
    const queue = [...start.dependencies];
    for (let up = start.parent; up !== undefined; up = byName.get(up)?.parent) {
      queue.push(...(byName.get(up)?.dependencies ?? []));
    }
    for (let name = queue.pop(); name !== undefined; name = queue.pop()) {
      if (name === earlier) {
        return true;
      }
      if (seen.has(name)) {
        continue;
      }
      seen.add(name);
      const resource = byName.get(name);
      queue.push(...(resource?.dependencies ?? []));
      if (resource?.custom === false) {
        queue.push(...this.resources.filter((r) => r.parent === name).map((r) => r.name));
      }
    }
    return false;
  }
}

const nameOf = (urn: string): string => urn.slice(urn.lastIndexOf("::") + 2);

/** Provider references are `urn::id`. */
const providerName = (reference: string): string =>
  nameOf(reference.slice(0, reference.lastIndexOf("::")));

/** True if a value on the wire is a secret or contains one. */
function containsSecret(value: unknown): boolean {
  if (value === null || typeof value !== "object") {
    return false;
  }
  if ((value as Props)[runtime.specialSigKey] === runtime.specialSecretSig) {
    return true;
  }
  return Object.values(value).some(containsSecret);
}

/** Takes secrets out of their wrapping, at any depth. */
function unwrap(value: unknown): unknown {
  if (runtime.isRpcSecret(value)) {
    return unwrap(runtime.unwrapRpcSecret(value));
  }
  if (Array.isArray(value)) {
    return value.map(unwrap);
  }
  if (value !== null && typeof value === "object" && !pulumi.asset.Asset.isInstance(value)) {
    return unwrapProps(value);
  }
  return value;
}

function unwrapProps(props: object): Props {
  return Object.fromEntries(Object.entries(props).map(([key, value]) => [key, unwrap(value)]));
}

function describe(request: RegisterResourceRequest, urn: string): RecordedResource {
  const wire: Props = request.getObject()?.toJavaScript() ?? {};
  const providers: Record<string, string> = {};
  request.getProvidersMap().forEach((reference, pkg) => {
    providers[pkg] = providerName(reference);
  });
  const dependencies = new Set(request.getDependenciesList().map(nameOf));
  return {
    type: request.getType(),
    name: request.getName(),
    urn,
    parent: request.getParent() === "" ? undefined : nameOf(request.getParent()),
    custom: request.getCustom(),
    remote: request.getRemote(),
    protect: request.getProtect() ?? false,
    retainOnDelete: request.getRetainondelete() ?? false,
    deleteBeforeReplace: request.getDeletebeforereplace(),
    ignoreChanges: request.getIgnorechangesList(),
    additionalSecretOutputs: request.getAdditionalsecretoutputsList(),
    deletedWith: request.getDeletedwith() === "" ? undefined : nameOf(request.getDeletedwith()),
    provider: request.getProvider() === "" ? undefined : providerName(request.getProvider()),
    providers,
    inputs: unwrapProps(runtime.deserializeProperties(request.getObject() as never)),
    secretInputs: Object.keys(wire).filter((key) => containsSecret(wire[key])),
    dependencies,
  };
}

/**
 * Runs `build` inside a stack on mocks and waits until nothing is pending.
 *
 * `result` is whatever `build` returns, unresolved; use {@link valueOf} on its outputs.
 *
 * @throws whatever `build` throws, and an Error for an invoke that `options.calls` does not know.
 */
export async function withMocks<T>(
  build: () => T | Promise<T>,
  options: MockOptions = {},
): Promise<RecordedProgram<T>> {
  const preview = options.preview ?? false;
  const unmocked: string[] = [];
  runtime.setAllConfig(options.config ?? {});
  await runtime.setMocks(
    {
      newResource: ({ type, name, inputs, custom, id }) => {
        const known = unwrapProps(inputs as Props);
        if (preview) {
          return { id: undefined, state: known };
        }
        const state: Props = {
          ...known,
          ...cloudState(type, name, known),
          ...options.resources?.[type]?.(name, known),
        };
        const fresh = typeof state.id === "string" ? state.id : `${name}-id`;
        return { id: custom === true ? id || fresh : undefined, state };
      },
      call: ({ token, inputs }: MockCallArgs) => {
        const reply = options.calls?.[token];
        if (reply === undefined) {
          // Thrown at the end: thrown here, it would surface as a rejection without its message.
          unmocked.push(token);
          return {};
        }
        return reply(unwrapProps(inputs as Props));
      },
    },
    options.project ?? "dtem",
    options.stack ?? "dev",
    preview,
  );

  const resources: RecordedResource[] = [];
  const monitor = runtime.getMonitor();
  if (monitor === undefined) {
    throw new Error("the mock monitor is not set");
  }
  recordRegistrations(monitor, resources);

  let result: { readonly value: T } | undefined;
  // The SDK takes a stack trace a resource; mapping these back to TypeScript is half of the time.
  process.setSourceMapsEnabled(false);
  try {
    await runtime.runInPulumiStack(async () => {
      result = { value: await build() };
      return {};
    });
    await runtime.disconnect();
  } finally {
    process.setSourceMapsEnabled(true);
  }
  if (unmocked.length > 0) {
    throw new Error(`unmocked calls: ${unmocked.join(", ")}`);
  }
  if (result === undefined) {
    throw new Error("the program did not return");
  }
  return new RecordedProgram(resources, result.value);
}

/** The part of the mock monitor that is observed. */
interface MonitorPart {
  registerResource(
    request: RegisterResourceRequest,
    callback: (error: Error | null, response?: { getUrn(): string }) => void,
  ): void;
}

function recordRegistrations(monitor: MonitorPart, into: RecordedResource[]): void {
  const register = monitor.registerResource.bind(monitor);
  monitor.registerResource = (request, callback) =>
    register(request, (error, response) => {
      if (response !== undefined && request.getType() !== runtime.rootPulumiStackTypeName) {
        into.push(describe(request, response.getUrn()));
      }
      callback(error, response);
    });
}

/**
 * The value of an output that {@link withMocks} has settled, nested outputs and secrets included.
 * Never resolves for an output that is unknown in preview.
 */
export function valueOf<T>(output: pulumi.Input<T>): Promise<pulumi.Unwrap<T>> {
  return new Promise((resolve) => {
    pulumi.output(output).apply(resolve as (value: pulumi.Unwrap<T>) => void);
  });
}
