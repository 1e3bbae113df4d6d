import * as https from "node:https";
import * as http from "node:http";
import type { KubeConfig } from "@kubernetes/client-node";
import { apiError, ApiError, isNotFound, UnreachableError } from "./api-error";
import { type KubernetesObject, isKubernetesObject, listAt, stringAt } from "./kubernetes-object";
import { isObject } from "../wire";

/** Where and how a kind is served. */
export interface ApiResource {
  /** Plural name, as in URLs. */
  readonly plural: string;
  readonly namespaced: boolean;
}

/** Query parameters; undefined ones are left out. */
type Query = Readonly<Record<string, string | undefined>>;

interface Request {
  readonly method: "GET" | "POST" | "PATCH" | "DELETE";
  readonly path: string;
  readonly query?: Query;
  readonly body?: unknown;
  readonly contentType?: string;
  /** The object is a Secret: errors must not quote it. */
  readonly secret?: boolean;
  /** @default REQUEST_TIMEOUT_MS */
  readonly timeoutMs?: number;
}

/** An unreachable server is reported after this long, in milliseconds. */
export const CONNECT_TIMEOUT_MS = 8_000;

/** Longest wait for an answer; the API server's own limit for a request is 60 s. */
const REQUEST_TIMEOUT_MS = 65_000;

/** Exec plugins' tokens live some minutes; asking for options anew lets them be renewed. */
const AUTHENTICATION_MS = 60_000;

/**
 * A small client for objects of any kind. Plain HTTPS rather than the generated classes: these
 * cannot express server-side apply with strict field validation for kinds known at run time only.
 */
export class KubernetesClient {
  readonly #config: KubeConfig;
  readonly #discovery = new Map<string, Promise<ReadonlyMap<string, ApiResource>>>();
  #authenticated: { options: https.RequestOptions; at: number } | undefined;
  #reachable: Promise<void> | undefined;
  readonly #connectTimeoutMs: number;

  constructor(config: KubeConfig, connectTimeoutMs: number = CONNECT_TIMEOUT_MS) {
    this.#config = config;
    this.#connectTimeoutMs = connectTimeoutMs;
  }

  /** The namespace of the kubeconfig's context. */
  get contextNamespace(): string | undefined {
    return this.#config.getContextObject(this.#config.getCurrentContext())?.namespace;
  }

  /** Names the target in messages. */
  get description(): string {
    const server = this.#config.getCurrentCluster()?.server ?? "unknown server";
    return `context "${this.#config.getCurrentContext()}", server ${server}`;
  }

  /**
   * Fails where the API server does not answer.
   * @throws UnreachableError within ten seconds
   */
  async ensureReachable(): Promise<void> {
    this.#reachable ??= this.#send({
      method: "GET",
      path: "/version",
      timeoutMs: this.#connectTimeoutMs,
    }).then(() => undefined);
    try {
      await this.#reachable;
    } catch (error) {
      this.#reachable = undefined; // It may be back the next time.
      throw error;
    }
  }

  /** How a kind is served; undefined where the server does not know it (yet). */
  async lookUp(apiVersion: string, kind: string): Promise<ApiResource | undefined> {
    let known = this.#discovery.get(apiVersion);
    if (!known) {
      known = this.#discover(apiVersion);
      this.#discovery.set(apiVersion, known);
    }
    let found: ApiResource | undefined;
    try {
      found = (await known).get(kind);
    } catch (error) {
      this.#discovery.delete(apiVersion);
      throw error;
    }
    // A CRD may come at any time: only what was found is remembered.
    if (!found) this.#discovery.delete(apiVersion);
    return found;
  }

  async #discover(apiVersion: string): Promise<ReadonlyMap<string, ApiResource>> {
    const path = apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
    const kinds = new Map<string, ApiResource>();
    const list = await this.#send({ method: "GET", path }).catch((error: unknown) => {
      if (isNotFound(error)) return {};
      throw error;
    });
    for (const entry of listAt(list, "resources")) {
      const plural = stringAt(entry, "name");
      if (plural.includes("/")) continue; // a subresource
      const namespaced = isObject(entry) && entry["namespaced"] === true;
      kinds.set(stringAt(entry, "kind"), { plural, namespaced });
    }
    return kinds;
  }

  /** Reads an object; undefined where there is none or its kind is not served. */
  async get(ref: ObjectReference): Promise<KubernetesObject | undefined> {
    const path = await this.#path(ref, true);
    if (path === undefined) return undefined;
    try {
      return asObject(await this.#send({ method: "GET", path, secret: isSecret(ref) }));
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw error;
    }
  }

  /** Lists objects of a kind in a namespace (or all). */
  async list(
    ref: { apiVersion: string; kind: string; namespace?: string | undefined },
    query: Query,
  ): Promise<KubernetesObject[]> {
    const path = await this.#path({ ...ref, name: "" }, false);
    if (path === undefined) return [];
    const list = await this.#send({ method: "GET", path, query });
    const { apiVersion, kind } = ref;
    return listAt(list, "items").flatMap((item) => {
      const object = isObject(item) ? { apiVersion, kind, ...item } : item;
      return isKubernetesObject(object) ? [object] : [];
    });
  }

  /** Creates an object. Unknown and duplicate fields are refused. */
  async create(object: KubernetesObject, query: Query): Promise<KubernetesObject> {
    const path = await this.#required(referenceTo(object), false);
    return asObject(
      await this.#send({
        method: "POST",
        path,
        query: { fieldValidation: "Strict", ...query },
        body: object,
        secret: isSecret(object),
      }),
    );
  }

  /** Applies an object on the server's side. Unknown fields are refused. */
  async apply(
    object: KubernetesObject,
    query: Query & { fieldManager: string },
  ): Promise<KubernetesObject> {
    const path = await this.#required(referenceTo(object), true);
    return asObject(
      await this.#send({
        method: "PATCH",
        path,
        query: { fieldValidation: "Strict", ...query },
        contentType: "application/apply-patch+yaml", // JSON is YAML
        body: object,
        secret: isSecret(object),
      }),
    );
  }

  /** Patches an object by an RFC 6902 or RFC 7386 patch. */
  async patch(
    ref: ObjectReference,
    patch: unknown,
    type: "json-patch" | "merge-patch",
    query: Query = {},
  ): Promise<KubernetesObject> {
    return asObject(
      await this.#send({
        method: "PATCH",
        path: await this.#required(ref, true),
        query,
        contentType: `application/${type}+json`,
        body: patch,
        secret: isSecret(ref),
      }),
    );
  }

  /** Starts a deletion; false where there is no such object. */
  async delete(ref: ObjectReference, options: object): Promise<boolean> {
    const path = await this.#path(ref, true);
    if (path === undefined) return false;
    try {
      await this.#send({ method: "DELETE", path, body: options, secret: isSecret(ref) });
      return true;
    } catch (error) {
      if (isNotFound(error)) return false;
      throw error;
    }
  }

  async #required(ref: ObjectReference, withName: boolean): Promise<string> {
    const path = await this.#path(ref, withName);
    if (path !== undefined) return path;
    throw new ApiError(
      404,
      "NoKindMatch",
      `no matches for kind ${ref.kind} in ${ref.apiVersion}`,
      {},
    );
  }

  async #path(ref: ObjectReference, withName: boolean): Promise<string | undefined> {
    const resource = await this.lookUp(ref.apiVersion, ref.kind);
    if (!resource) return undefined;
    const root = ref.apiVersion.includes("/")
      ? `/apis/${ref.apiVersion}`
      : `/api/${ref.apiVersion}`;
    const scope =
      resource.namespaced && ref.namespace
        ? `/namespaces/${encodeURIComponent(ref.namespace)}`
        : "";
    const name = withName ? `/${encodeURIComponent(ref.name)}` : "";
    return `${root}${scope}/${resource.plural}${name}`;
  }

  async #send(request: Request): Promise<unknown> {
    for (let attempt = 1; ; attempt++) {
      const answer = await this.#once(request).catch((error: unknown) => {
        // A kept connection that the server closed meanwhile; a POST may have got through.
        if (attempt === 1 && request.method !== "POST" && wasReset(error)) return undefined;
        throw error;
      });
      if (!answer) continue;
      const { status, body, retryAfter } = answer;
      if (status < 300) return body === "" ? {} : (JSON.parse(body) as unknown);
      // Priority and fairness ask to come back later; a server that starts up answers 503.
      if ((status === 429 || status === 503) && retryAfter > 0 && attempt <= 5) {
        await new Promise((resolve) => setTimeout(resolve, Math.min(retryAfter, 5) * 1000));
        continue;
      }
      throw apiError(status, body, request.secret ?? false);
    }
  }

  async #once(request: Request): Promise<{ status: number; body: string; retryAfter: number }> {
    const cluster = this.#config.getCurrentCluster();
    const url = new URL((cluster?.server ?? "").replace(/\/$/, "") + request.path);
    for (const [key, value] of Object.entries(request.query ?? {})) {
      if (value !== undefined) url.searchParams.set(key, value);
    }
    const options = await this.#options();
    const payload = request.body === undefined ? undefined : JSON.stringify(request.body);
    const headers = {
      ...(options.headers as http.OutgoingHttpHeaders | undefined),
      accept: "application/json",
      "user-agent": "dtem-sandbox",
      ...(payload !== undefined && {
        "content-type": request.contentType ?? "application/json",
        "content-length": Buffer.byteLength(payload),
      }),
    };
    return new Promise((resolve, reject) => {
      const unreachable = (error: Error): void => {
        const why = "code" in error && typeof error.code === "string" ? error.code : error.message;
        const message = `the Kubernetes API server cannot be reached (${this.description}): ${why}`;
        reject(new UnreachableError(message, { cause: error }));
      };
      const send = url.protocol === "http:" ? http.request : https.request;
      const call = send(url, { ...options, headers, method: request.method }, (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.on("error", unreachable);
        response.on("end", () =>
          resolve({
            status: response.statusCode ?? 0,
            body: Buffer.concat(chunks).toString("utf8"),
            retryAfter: Number(response.headers["retry-after"] ?? 0),
          }),
        );
      });
      const connecting = setTimeout(
        () => call.destroy(new Error(`no answer within ${this.#connectTimeoutMs / 1000} s`)),
        this.#connectTimeoutMs,
      );
      call.on("socket", (socket) => {
        const connected = url.protocol === "http:" ? "connect" : "secureConnect";
        if (call.reusedSocket) clearTimeout(connecting);
        else socket.once(connected, () => clearTimeout(connecting));
      });
      const timeoutMs = request.timeoutMs ?? REQUEST_TIMEOUT_MS;
      call.setTimeout(timeoutMs, () =>
        call.destroy(new Error(`no answer within ${timeoutMs / 1000} s`)),
      );
      call.on("close", () => clearTimeout(connecting));
      call.on("error", unreachable);
      call.end(payload);
    });
  }

  /** TLS material, credentials and a keep-alive agent, renewed from time to time. */
  async #options(): Promise<https.RequestOptions> {
    const now = Date.now();
    if (this.#authenticated && now - this.#authenticated.at < AUTHENTICATION_MS) {
      return this.#authenticated.options;
    }
    const options: https.RequestOptions = {};
    await this.#config.applyToHTTPSOptions(options);
    const cluster = this.#config.getCurrentCluster();
    if (cluster?.server.startsWith("http:")) options.agent = new http.Agent({ keepAlive: true });
    else if (!cluster?.proxyUrl) {
      const { ca, cert, key, rejectUnauthorized, servername } = options;
      const tls = { ca, cert, key, rejectUnauthorized, servername };
      options.agent = new https.Agent({ keepAlive: true, maxSockets: 32, ...tls });
    }
    this.#authenticated = { options, at: now };
    return options;
  }
}

/** Names one object. */
export interface ObjectReference {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace?: string | undefined;
  readonly name: string;
}

/** The reference to an object. */
export function referenceTo(object: KubernetesObject): ObjectReference {
  return {
    apiVersion: object.apiVersion,
    kind: object.kind,
    namespace: stringAt(object, "metadata.namespace") || undefined,
    name: stringAt(object, "metadata.name"),
  };
}

/** True for the kind whose contents are never shown. */
export function isSecret(ref: { apiVersion: string; kind: string }): boolean {
  return ref.kind === "Secret" && ref.apiVersion === "v1";
}

function asObject(value: unknown): KubernetesObject {
  if (!isKubernetesObject(value)) throw new Error("the API server answered with no object");
  return value;
}

function wasReset(error: unknown): boolean {
  const cause = error instanceof UnreachableError ? error.cause : undefined;
  return cause instanceof Error && "code" in cause && cause.code === "ECONNRESET";
}
