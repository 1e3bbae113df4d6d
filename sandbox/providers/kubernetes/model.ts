/* eslint-disable @typescript-eslint/require-await -- ProviderModel is asynchronous, and `async` turns a throw into a rejection */
import { parseAllDocuments } from "yaml";
import {
  InitializationFailed,
  isUnknown,
  type CheckFailure,
  type DiffResult,
  type Props,
  type ProviderModel,
} from "../service";
import { formatPath } from "../property-path";
import { UnreachableError } from "./api-error";
import { isReadyNow } from "./await/wait";
import { completeInputs } from "./checks";
import { KubernetesClient, type ObjectReference } from "./client";
import { changedPaths, liveInputs } from "./drift";
import { previewCreate, previewUpdate } from "./dry-run";
import { builtInScope, gvkOfType, RELEASE_TYPE, type Gvk } from "./gvk";
import { loadKubeconfig, serverOf, type ResolveKubeconfig } from "./kubeconfig";
import { mapAt, parseId, stringAt, type KubernetesObject } from "./kubernetes-object";
import {
  createObject,
  deleteObject,
  releaseFields,
  updateObject,
  waitForKind,
  type Operation,
} from "./lifecycle";
import { checkpoint, importedInputs, INITIAL_API_VERSION } from "./outputs";
import { FIELD_MANAGER, fieldManagerOf } from "./ownership";
import * as release from "./release";
import { mustDeleteFirst, replacements, replacesUnready } from "./replace-rules";
import { parseSettings, type KubernetesSettings } from "./settings";

/** Options of the stand-in that the real provider does not have. */
export interface KubernetesModelOptions {
  /**
   * Maps a kubeconfig to the one to use. A stack on a modelled EKS cluster presents a kubeconfig of
   * an endpoint that does not exist; the sandbox answers with that of its own control plane, whose
   * current context is then used. @default identity
   */
  readonly resolveKubeconfig?: ResolveKubeconfig;
  /** How long a server may be silent before it counts as unreachable. @default 8000 */
  readonly connectTimeoutMs?: number;
}

/**
 * Stand-in for the kubernetes provider 4.34 that works on a real API server: strict server-side
 * validation in previews, creation that never takes over, server-side apply, readiness, drift.
 * Charts are recorded only (release.ts); rendering to YAML and components are not offered.
 */
export class KubernetesModel implements ProviderModel {
  readonly name = "kubernetes";
  /** The version of the SDK that the stand-in follows. */
  readonly version = "4.34.2";
  readonly #resolve: ResolveKubeconfig;
  readonly #connectTimeoutMs: number | undefined;
  #settings: KubernetesSettings = parseSettings({});
  #client: Promise<KubernetesClient> | undefined;

  constructor(options: KubernetesModelOptions = {}) {
    this.#resolve = options.resolveKubeconfig ?? ((kubeconfig) => kubeconfig);
    this.#connectTimeoutMs = options.connectTimeoutMs;
  }

  async checkConfig(
    _olds: Props,
    news: Props,
  ): Promise<{ inputs: Props; failures: CheckFailure[] }> {
    const failures: CheckFailure[] = [];
    const settings = parseSettings(news);
    if (settings.kubeconfig !== undefined) {
      // Only read, not contacted: a wrong context is found before anything else happens.
      await loadKubeconfig(settings, (kubeconfig) => kubeconfig).catch((error: unknown) => {
        failures.push({ property: "kubeconfig", reason: messageOf(error) });
      });
    }
    return { inputs: news, failures };
  }

  async diffConfig(olds: Props, news: Props): Promise<DiffResult> {
    const diffs = changedPaths(olds, news).map(formatPath);
    const changes = diffs.length > 0;
    const [before, after] = [parseSettings(olds), parseSettings(news)];
    if (before.clusterIdentifier !== undefined && news["clusterIdentifier"] !== undefined) {
      if (isUnknown(news["clusterIdentifier"])) return { changes, diffs };
      const same = before.clusterIdentifier === after.clusterIdentifier;
      return { changes, diffs, replaces: same ? [] : ["clusterIdentifier"] };
    }
    // A kubeconfig that is not known yet proves nothing; to replace everything needs proof.
    const [from, to] = [await serverOf(before), await serverOf(after)];
    const moved = from !== undefined && to !== undefined && from !== to;
    const cause = diffs.find((path) => ["kubeconfig", "context", "cluster"].includes(path));
    return { changes, diffs, replaces: moved && cause ? [cause] : [] };
  }

  async configure(config: Props): Promise<void> {
    this.#settings = parseSettings(config);
    this.#client = undefined;
  }

  async check(r: {
    urn: string;
    type: string;
    olds: Props;
    news: Props;
    randomSeed: Uint8Array;
  }): Promise<{ inputs: Props; failures: CheckFailure[] }> {
    const logicalName = r.urn.split("::").slice(3).join("::");
    const defaultNamespace = await this.#defaultNamespace();
    if (r.type === RELEASE_TYPE)
      return release.checkRelease({ ...r, logicalName, defaultNamespace });
    const gvk = gvkOfType(r.type);
    return completeInputs(r.news, {
      gvk,
      logicalName,
      olds: r.olds,
      randomSeed: r.randomSeed,
      namespaced: await this.#scope(gvk, r.olds),
      defaultNamespace,
      clientSideApply: !this.#settings.serverSideApply,
    });
  }

  /** Whether a kind has a namespace; undefined where that is not known (yet). */
  async #scope(gvk: Gvk, olds: Props): Promise<boolean | undefined> {
    const builtIn = builtInScope(gvk.apiVersion, gvk.kind);
    if (builtIn !== undefined) return builtIn;
    // Completed before its CRD was there: keeps the inputs that it was created with.
    if (stringAt(olds, "metadata.name") && !stringAt(olds, "metadata.namespace")) return undefined;
    try {
      const client = await this.#reachableClient();
      return (await client.lookUp(gvk.apiVersion, gvk.kind))?.namespaced;
    } catch {
      return undefined; // Whoever needs the server says that it cannot be reached.
    }
  }

  async diff(r: { type: string; oldInputs: Props; olds: Props; news: Props }): Promise<DiffResult> {
    if (r.type === RELEASE_TYPE) return release.diffRelease(r.oldInputs, r.news);
    const gvk = gvkOfType(r.type);
    const diffs = changedPaths(r.oldInputs, r.news).map(formatPath);
    const replaces = replacements(gvk, r.oldInputs, r.news, diffs, this.#settings);
    if (replaces.length === 0 && replacesUnready(gvk, r.news, r.olds))
      replaces.push("spec.template");
    return {
      changes: diffs.length > 0 || replaces.length > 0,
      diffs,
      replaces,
      deleteBeforeReplace: replaces.length > 0 && mustDeleteFirst(r.oldInputs, r.news),
    };
  }

  async create(r: {
    type: string;
    inputs: Props;
    preview: boolean;
    timeoutSeconds: number;
    signal: AbortSignal;
  }): Promise<{ id: string; outputs: Props }> {
    const client = await this.#reachableClient();
    if (r.type === RELEASE_TYPE) {
      if (!r.preview) await release.install(client, r.inputs);
      return { id: release.releaseId(r.inputs), outputs: release.releaseOutputs(r.inputs, 1) };
    }
    const gvk = gvkOfType(r.type);
    if (!r.preview) await waitForKind(client, gvk, r.signal);
    const object = await this.#inNamespace(client, gvk, r.inputs);
    const manager = fieldManagerOf(r.inputs, undefined);
    const op: Operation = { ...r, client, settings: this.#settings, manager };
    const owned = gvk.patch ? "fields" : "object";
    if (r.preview) return { id: "", outputs: await previewCreate(op, object, owned) };
    return createObject(op, object, owned);
  }

  async read(r: {
    id: string;
    type: string;
    inputs: Props;
    state: Props;
  }): Promise<{ id: string; inputs: Props; outputs: Props } | undefined> {
    const isImport = Object.keys(r.inputs).length === 0;
    if (r.type === RELEASE_TYPE) {
      if (isImport) throw new Error("the stand-in cannot import a Helm release");
      return { id: r.id, inputs: r.inputs, outputs: r.state };
    }
    let client: KubernetesClient;
    try {
      client = await this.#reachableClient();
    } catch (error) {
      if (!(error instanceof UnreachableError)) throw error;
      if (this.#settings.deleteUnreachable) return undefined;
      if (this.#settings.skipUpdateUnreachable) {
        return { id: r.id, inputs: r.inputs, outputs: r.state };
      }
      throw error;
    }
    const gvk = gvkOfType(r.type);
    const live = await client.get(reference(gvk, r.id, r.state));
    if (!live) return undefined;
    const inputs = isImport ? importedInputs(live) : liveInputs(r.inputs, live);
    const outputs = checkpoint(live, fieldManagerOf(inputs, r.state[FIELD_MANAGER]), r.state);
    const state = gvk.patch ? undefined : await isReadyNow(client, live);
    if (state && !state.ready) {
      throw new InitializationFailed(r.id, outputs, [state.reason], inputs);
    }
    return { id: r.id, inputs, outputs };
  }

  async update(r: {
    id: string;
    type: string;
    oldInputs: Props;
    olds: Props;
    news: Props;
    ignoreChanges: string[];
    preview: boolean;
    timeoutSeconds: number;
    signal: AbortSignal;
  }): Promise<{ outputs: Props }> {
    let client: KubernetesClient;
    try {
      client = await this.#reachableClient();
    } catch (error) {
      if (error instanceof UnreachableError && this.#settings.skipUpdateUnreachable) {
        return { outputs: r.olds };
      }
      throw error;
    }
    if (r.type === RELEASE_TYPE) {
      if (!r.preview) await release.install(client, r.news);
      return { outputs: release.releaseOutputs(r.news, release.nextRevision(r.olds)) };
    }
    const gvk = gvkOfType(r.type);
    const named = await this.#inNamespace(client, gvk, r.news);
    // A generated name is known from the id only.
    const metadata: Props = { ...named.metadata, name: parseId(r.id).name };
    delete metadata["generateName"];
    const object: KubernetesObject = { ...named, metadata };
    const manager = fieldManagerOf(r.news, r.olds[FIELD_MANAGER]);
    const op: Operation = { ...r, client, settings: this.#settings, manager };
    if (r.preview) {
      return { outputs: await previewUpdate(op, r.olds, object, r.ignoreChanges) };
    }
    const owned = gvk.patch ? "fields" : "object";
    return { outputs: await updateObject(op, { ...r, object }, owned) };
  }

  async delete(r: {
    id: string;
    type: string;
    outputs: Props;
    timeoutSeconds: number;
    signal: AbortSignal;
  }): Promise<void> {
    let client: KubernetesClient;
    try {
      client = await this.#reachableClient();
    } catch (error) {
      if (error instanceof UnreachableError && this.#settings.deleteUnreachable) return;
      throw error;
    }
    if (r.type === RELEASE_TYPE) return release.uninstall();
    const gvk = gvkOfType(r.type);
    const ref = reference(gvk, r.id, r.outputs);
    const op = { ...r, client, settings: this.#settings };
    if (!gvk.patch) return deleteObject(op, ref, r.outputs);
    const manager = fieldManagerOf(r.outputs, r.outputs[FIELD_MANAGER]);
    return releaseFields({ client, manager }, ref);
  }

  async invoke(token: string, args: Props): Promise<{ result: Props; failures: CheckFailure[] }> {
    if (token !== "kubernetes:yaml:decode") {
      throw new Error(`the kubernetes stand-in does not offer the function ${token}`);
    }
    const documents = parseAllDocuments(stringAt(args, "text"));
    const objects = documents.flatMap((document): unknown[] => {
      if (document.errors[0]) throw document.errors[0];
      const value: unknown = document.toJS();
      return value === null || value === undefined ? [] : [value];
    });
    return { result: { result: objects }, failures: [] };
  }

  async #reachableClient(): Promise<KubernetesClient> {
    const client = await this.#configuredClient();
    await client.ensureReachable();
    return client;
  }

  #configuredClient(): Promise<KubernetesClient> {
    this.#client ??= loadKubeconfig(this.#settings, this.#resolve).then(
      (config) => new KubernetesClient(config, this.#connectTimeoutMs),
      (error: unknown) => {
        // An unusable kubeconfig is treated like an unreachable cluster, as the real provider does.
        throw new UnreachableError(messageOf(error), { cause: error });
      },
    );
    return this.#client;
  }

  async #defaultNamespace(): Promise<string> {
    if (this.#settings.namespace !== undefined) return this.#settings.namespace;
    try {
      return (await this.#configuredClient()).contextNamespace || "default";
    } catch {
      return "default"; // Whoever needs the server says that it cannot be reached.
    }
  }

  /** The object to send, in its namespace; a kind that became known after its check has none. */
  async #inNamespace(client: KubernetesClient, gvk: Gvk, inputs: Props): Promise<KubernetesObject> {
    const metadata: Props = { ...mapAt(inputs, "metadata") };
    const apiVersion = stringAt(inputs, "apiVersion") || gvk.apiVersion;
    const kind = stringAt(inputs, "kind") || gvk.kind;
    if (!metadata["namespace"] && builtInScope(apiVersion, kind) !== false) {
      const resource = await client.lookUp(apiVersion, kind);
      if (resource?.namespaced) metadata["namespace"] = await this.#defaultNamespace();
    }
    return { ...inputs, apiVersion, kind, metadata };
  }
}

function reference(gvk: Gvk, id: string, outputs: Props): ObjectReference {
  const apiVersion = stringAt(outputs, INITIAL_API_VERSION) || gvk.apiVersion;
  return { apiVersion, kind: gvk.kind, ...parseId(id) };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
