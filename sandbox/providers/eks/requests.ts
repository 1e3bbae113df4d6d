/** Answers the engine's requests to a component provider, as the SDK's own server does. */
import * as pulumi from "@pulumi/pulumi";
import type * as rpc from "@pulumi/pulumi/proto/provider_pb";
import { CallResponse, ConstructResponse } from "@pulumi/pulumi/proto/provider_pb";
import { DependencyProviderResource, DependencyResource } from "@pulumi/pulumi/resource";
import { setAllConfig } from "@pulumi/pulumi/runtime/config";
import { serializeResourceProperties } from "@pulumi/pulumi/runtime/rpc";
import { resetOptions } from "@pulumi/pulumi/runtime/settings";
import { Struct, type JavaScriptValue } from "google-protobuf/google/protobuf/struct_pb";

import { Addon } from "./addon";
import { Cluster } from "./cluster";
import { getKubeconfig } from "./get-kubeconfig";
import { ManagedNodeGroup } from "./managed-node-group";
import { sdkRuntime } from "./sdk-runtime";

/** A component: made in its constructor, its outputs are what the program gets. */
interface Constructed extends pulumi.ComponentResource {
  readonly outputs: pulumi.Inputs;
}

type ComponentClass = new (
  name: string,
  inputs: pulumi.Inputs,
  opts: pulumi.ComponentResourceOptions,
) => Constructed;

const components: Readonly<Record<string, ComponentClass>> = {
  "eks:index:Cluster": Cluster,
  "eks:index:ManagedNodeGroup": ManagedNodeGroup,
  "eks:index:Addon": Addon,
};

/** Makes a component's children and answers with its outputs. */
export async function construct(
  request: rpc.ConstructRequest,
  engine: string,
): Promise<ConstructResponse> {
  const type = request.getType();
  const component = components[type];
  if (component === undefined) {
    throw new Error(
      `The sandbox's eks provider has no component ${type}; add it to sandbox/providers/eks/requests.ts.`,
    );
  }
  return await inRuntime(request, engine, async () => {
    const inputs = await sdkRuntime.deserializeInputs(
      request.getInputs() ?? new Struct(),
      request.getInputdependenciesMap(),
    );
    const made = new component(request.getName(), inputs, optionsOf(request));
    const response = new ConstructResponse().setUrn(await known(made.urn));
    const [state, dependencies] = await serializeResourceProperties(
      `construct(${type}, ${request.getName()})`,
      made.outputs,
    );
    response.setState(Struct.fromJavaScript(state as Record<string, JavaScriptValue>));
    for (const [key, resources] of dependencies) {
      response
        .getStatedependenciesMap()
        .set(
          key,
          new ConstructResponse.PropertyDependencies().setUrnsList(await urnsOf(resources)),
        );
    }
    await sdkRuntime.waitForRPCs();
    return response;
  });
}

/** Answers a method of a component. */
export async function call(request: rpc.CallRequest, engine: string): Promise<CallResponse> {
  const token = request.getTok();
  if (token !== "eks:index:Cluster/getKubeconfig") {
    throw new Error(`The sandbox's eks provider has no method ${token}.`);
  }
  return await inRuntime(request, engine, async () => {
    const result = getKubeconfig((request.getArgs() ?? new Struct()).toJavaScript());
    const [answer, dependencies] = await serializeResourceProperties(`call(${token})`, { result });
    const response = new CallResponse().setReturn(
      Struct.fromJavaScript(answer as Record<string, JavaScriptValue>),
    );
    for (const [key, resources] of dependencies) {
      response
        .getReturndependenciesMap()
        .set(key, new CallResponse.ReturnDependencies().setUrnsList(await urnsOf(resources)));
    }
    await sdkRuntime.waitForRPCs();
    return response;
  });
}

/**
 * Runs `work` in a runtime state set up for the request. An error that nobody awaits (in an `apply`
 * of a component) ends the request, which would wait for its answer for ever otherwise.
 */
async function inRuntime<T>(
  request: rpc.ConstructRequest | rpc.CallRequest,
  engine: string,
  work: () => Promise<T>,
): Promise<T> {
  return await sdkRuntime.withLocalStorage(async () => {
    resetOptions(
      request.getProject(),
      request.getStack(),
      request.getParallel(),
      engine,
      request.getMonitorendpoint(),
      request.getDryrun(),
      request.getOrganization(),
    );
    await sdkRuntime.awaitFeatureSupport();
    setAllConfig(
      Object.fromEntries(request.getConfigMap().toArray()),
      request.getConfigsecretkeysList(),
    );
    let stray: (error: Error) => void = () => undefined;
    const strayError = new Promise<never>((_, reject) => {
      stray = reject;
    });
    process.on("unhandledRejection", stray);
    try {
      return await Promise.race([work(), strayError]);
    } finally {
      process.off("unhandledRejection", stray);
    }
  });
}

function optionsOf(request: rpc.ConstructRequest): pulumi.ComponentResourceOptions {
  const providers = request.getProvidersMap().toArray();
  return {
    aliases: request.getAliasesList().map((alias) => {
      // The program's SDK resolves aliases to URNs before it asks for the component.
      if (!alias.hasUrn()) throw new Error("eks stand-in: aliases by name are not modelled");
      return alias.getUrn();
    }),
    dependsOn: request.getDependenciesList().map((urn) => new DependencyResource(urn)),
    // Absent is not false: false would take away the protection that children inherit.
    protect: request.hasProtect() ? request.getProtect() : undefined,
    providers: Object.fromEntries(
      providers.map(([name, reference]) => [name, new DependencyProviderResource(reference)]),
    ),
    parent: request.getParent() === "" ? undefined : new DependencyResource(request.getParent()),
    ignoreChanges: request.getIgnorechangesList(),
    replaceOnChanges: request.getReplaceonchangesList(),
    customTimeouts: request.getCustomtimeouts()?.toObject(),
    retainOnDelete: request.hasRetainondelete() ? request.getRetainondelete() : undefined,
  };
}

async function urnsOf(resources: ReadonlySet<pulumi.Resource>): Promise<string[]> {
  return await Promise.all([...resources].map((resource) => known(resource.urn)));
}

/** The value of an output that is known even in a preview. */
async function known<T>(output: pulumi.Output<T>): Promise<T> {
  return await new Promise<T>((resolve) => {
    output.apply((value) => {
      resolve(value);
    });
  });
}
