/**
 * A Pulumi resource provider over gRPC for an in-process model. The SDK's own provider server
 * knows no DiffConfig, no preview flag, no configuration and no detailed diff, hence this one.
 * The engine attaches to its port through `PULUMI_DEBUG_PROVIDERS`.
 */
import * as grpc from "@grpc/grpc-js";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { PluginInfo } from "@pulumi/pulumi/proto/plugin_pb";
import { ResourceProviderService } from "@pulumi/pulumi/proto/provider_grpc_pb";
import * as rpc from "@pulumi/pulumi/proto/provider_pb";
import { detail, failureStatus, PartialFailure } from "./service-answers";
import { formatPath, isWithin, parsePath, resetAt, valueAt } from "./property-path";
import { InitializationFailed, type DiffResult, type Props, type ProviderModel } from "./model";
import { decode, encode, mergeSecrets, NO_SECRETS, redact, type SecretSet } from "./wire";

export { InitializationFailed } from "./model";
export type { CheckFailure, DiffResult, Props, ProviderModel } from "./model";
export { containsUnknown, isUnknown, reveal, secret, UNKNOWN } from "./wire";

/** The engine's own limit (400 MB); a chart's CRDs exceed gRPC's default of 4 MB. */
const MAX_MESSAGE_BYTES = 400 * 1024 * 1024;

/** A served provider. */
export interface ServedProvider {
  /** The loopback TCP port. */
  readonly port: number;
  /** Aborts what runs and releases the port. */
  close(): Promise<void>;
}

/** Serves a model on a free loopback port. */
export async function serveProvider(model: ProviderModel): Promise<ServedProvider> {
  const running = new Set<AbortController>();
  const server = new grpc.Server({
    "grpc.max_receive_message_length": MAX_MESSAGE_BYTES,
    "grpc.max_send_message_length": MAX_MESSAGE_BYTES,
  });
  server.addService(ResourceProviderService, handlers(model, running));
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, bound) => {
      if (error) reject(error);
      else resolve(bound);
    });
  });
  return {
    port,
    close: () =>
      new Promise<void>((resolve) => {
        abortAll(running);
        // The engine has gone by now; a stream it left open must not hold the process.
        server.forceShutdown();
        resolve();
      }),
  };
}

function abortAll(running: Set<AbortController>): void {
  for (const controller of running) controller.abort(new Error("the operation was cancelled"));
}

/** A handler that answers a request or throws. */
type Answer<Request, Response> = (request: Request, signal: AbortSignal) => Promise<Response>;

function handlers(
  model: ProviderModel,
  running: Set<AbortController>,
): grpc.UntypedServiceImplementation {
  const unary = <Request, Response>(
    answer: Answer<Request, Response>,
  ): grpc.handleUnaryCall<Request, Response> => {
    return (call, callback) => {
      const controller = new AbortController();
      running.add(controller);
      call.on("cancelled", () => controller.abort(new Error("the engine cancelled the operation")));
      answer(call.request, controller.signal)
        .then(
          (response) => callback(null, response),
          (error: unknown) => callback(failureStatus(error)),
        )
        .finally(() => running.delete(controller));
    };
  };

  return {
    getPluginInfo: unary(() => Promise.resolve(new PluginInfo().setVersion(model.version))),
    attach: unary(() => Promise.resolve(new Empty())),
    getSchema: unary(() => Promise.resolve(new rpc.GetSchemaResponse().setSchema("{}"))),
    cancel: unary(async () => {
      abortAll(running);
      await model.cancel?.();
      return new Empty();
    }),
    checkConfig: unary((request: rpc.CheckRequest) => checkConfig(model, request)),
    diffConfig: unary((request: rpc.DiffRequest) => diffConfig(model, request)),
    configure: unary((request: rpc.ConfigureRequest) => configure(model, request)),
    check: unary((request: rpc.CheckRequest) => check(model, request)),
    diff: unary((request: rpc.DiffRequest) => diff(model, request)),
    create: unary((request: rpc.CreateRequest, signal) => create(model, request, signal)),
    read: unary((request: rpc.ReadRequest) => read(model, request)),
    update: unary((request: rpc.UpdateRequest, signal) => update(model, request, signal)),
    delete: unary((request: rpc.DeleteRequest, signal) => remove(model, request, signal)),
    invoke: unary((request: rpc.InvokeRequest) => invoke(model, request)),
    // handshake, construct, call, list, parameterize and the mappings stay out: gRPC then answers
    // UNIMPLEMENTED, which the engine takes as "not offered".
  };
}

async function checkConfig(model: ProviderModel, r: rpc.CheckRequest): Promise<rpc.CheckResponse> {
  const news = decode(r.getNews());
  const answer = model.checkConfig
    ? await model.checkConfig(decode(r.getOlds()).props, news.props)
    : { inputs: news.props, failures: [] };
  return checkResponse(answer, news.secrets);
}

async function diffConfig(model: ProviderModel, r: rpc.DiffRequest): Promise<rpc.DiffResponse> {
  const olds = decode(r.getOldInputs() ?? r.getOlds()).props;
  const news = decode(r.getNews()).props;
  const answer = model.diffConfig
    ? await model.diffConfig(olds, news)
    : { changes: JSON.stringify(olds) !== JSON.stringify(news) };
  return diffResponse(answer, olds, news, []);
}

async function configure(
  model: ProviderModel,
  r: rpc.ConfigureRequest,
): Promise<rpc.ConfigureResponse> {
  await model.configure(decode(r.getArgs()).props);
  return new rpc.ConfigureResponse()
    .setAcceptsecrets(true)
    .setSupportspreview(true)
    .setAcceptoutputs(false)
    .setAcceptresources(false);
}

async function check(model: ProviderModel, r: rpc.CheckRequest): Promise<rpc.CheckResponse> {
  const news = decode(r.getNews());
  const answer = await guarded(news.props, news.secrets, () =>
    model.check({
      urn: r.getUrn(),
      type: typeOf(r.getUrn()),
      olds: decode(r.getOlds()).props,
      news: news.props,
      randomSeed: r.getRandomseed_asU8(),
    }),
  );
  return checkResponse(answer, news.secrets);
}

async function diff(model: ProviderModel, r: rpc.DiffRequest): Promise<rpc.DiffResponse> {
  const olds = decode(r.getOlds()).props;
  const oldInputs = r.hasOldInputs() ? decode(r.getOldInputs()).props : olds;
  const ignored = r.getIgnorechangesList();
  const news = resetIgnored(decode(r.getNews()).props, oldInputs, ignored);
  const answer = await model.diff({
    id: r.getId(),
    urn: r.getUrn(),
    type: typeOf(r.getUrn()),
    oldInputs,
    olds,
    news,
    ignoreChanges: ignored,
  });
  return diffResponse(answer, oldInputs, news, ignored);
}

async function create(
  model: ProviderModel,
  r: rpc.CreateRequest,
  signal: AbortSignal,
): Promise<rpc.CreateResponse> {
  const inputs = decode(r.getProperties());
  const { id, outputs } = await guarded(inputs.props, inputs.secrets, () =>
    model.create({
      urn: r.getUrn(),
      type: typeOf(r.getUrn()),
      inputs: inputs.props,
      preview: r.getPreview(),
      timeoutSeconds: r.getTimeout(),
      signal,
    }),
  );
  return new rpc.CreateResponse().setId(id).setProperties(encode(outputs, inputs.secrets));
}

async function read(model: ProviderModel, r: rpc.ReadRequest): Promise<rpc.ReadResponse> {
  const inputs = decode(r.getInputs());
  const state = decode(r.getProperties());
  const secrets = mergeSecrets(inputs.secrets, state.secrets);
  const found = await guarded(inputs.props, secrets, () =>
    model.read({
      id: r.getId(),
      urn: r.getUrn(),
      type: typeOf(r.getUrn()),
      inputs: inputs.props,
      state: state.props,
    }),
  );
  // An empty id tells the engine that the resource is gone.
  if (!found) return new rpc.ReadResponse();
  return new rpc.ReadResponse()
    .setId(found.id)
    .setInputs(encode(found.inputs, inputs.secrets))
    .setProperties(encode(found.outputs, secrets));
}

async function update(
  model: ProviderModel,
  r: rpc.UpdateRequest,
  signal: AbortSignal,
): Promise<rpc.UpdateResponse> {
  const olds = decode(r.getOlds());
  const decoded = decode(r.getNews());
  const oldInputs = r.hasOldInputs() ? decode(r.getOldInputs()).props : olds.props;
  const news = resetIgnored(decoded.props, oldInputs, r.getIgnorechangesList());
  const { outputs } = await guarded(news, decoded.secrets, () =>
    model.update({
      id: r.getId(),
      urn: r.getUrn(),
      type: typeOf(r.getUrn()),
      oldInputs,
      olds: olds.props,
      news,
      ignoreChanges: r.getIgnorechangesList(),
      preview: r.getPreview(),
      timeoutSeconds: r.getTimeout(),
      signal,
    }),
  );
  return new rpc.UpdateResponse().setProperties(encode(outputs, decoded.secrets));
}

async function remove(
  model: ProviderModel,
  r: rpc.DeleteRequest,
  signal: AbortSignal,
): Promise<Empty> {
  await model.delete({
    id: r.getId(),
    urn: r.getUrn(),
    type: typeOf(r.getUrn()),
    outputs: decode(r.getProperties()).props,
    timeoutSeconds: r.getTimeout(),
    signal,
  });
  return new Empty();
}

async function invoke(model: ProviderModel, r: rpc.InvokeRequest): Promise<rpc.InvokeResponse> {
  const args = decode(r.getArgs());
  const { result, failures } = await guarded(args.props, args.secrets, () =>
    model.invoke(r.getTok(), args.props),
  );
  return new rpc.InvokeResponse()
    .setReturn(encode(result, args.secrets))
    .setFailuresList(failures.map(toFailure));
}

/** The type token at the end of a URN's qualified type (`parent$child`). */
export function typeOf(urn: string): string {
  return urn.split("::")[2]?.split("$").at(-1) ?? "";
}

function resetIgnored(news: Props, olds: Props, ignored: readonly string[]): Props {
  return ignored.reduce<Props>((props, p) => resetAt(props, olds, parsePath(p)) as Props, news);
}

function toFailure(failure: { property: string; reason: string }): rpc.CheckFailure {
  return new rpc.CheckFailure().setProperty(failure.property).setReason(failure.reason);
}

function checkResponse(
  answer: { inputs: Props; failures: { property: string; reason: string }[] },
  secrets: SecretSet = NO_SECRETS,
): rpc.CheckResponse {
  return new rpc.CheckResponse()
    .setInputs(encode(answer.inputs, secrets))
    .setFailuresList(
      answer.failures.map((failure) =>
        toFailure({ ...failure, reason: redact(failure.reason, secrets) }),
      ),
    );
}

function diffResponse(
  answer: DiffResult,
  olds: Props,
  news: Props,
  ignored: readonly string[],
): rpc.DiffResponse {
  const patterns = ignored.map(parsePath);
  const kept = (path: string): boolean =>
    !patterns.some((pattern) => isWithin(parsePath(path), pattern));
  const replaces = (answer.replaces ?? []).filter(kept);
  const diffs = (answer.diffs ?? []).filter(kept);
  // Where all that the model named is ignored, nothing is left to do.
  const named = (answer.replaces?.length ?? 0) + (answer.diffs?.length ?? 0);
  const changes = answer.changes && (named === 0 || replaces.length + diffs.length > 0);
  const { DIFF_SOME, DIFF_NONE } = rpc.DiffResponse.DiffChanges;

  const response = new rpc.DiffResponse().setChanges(changes ? DIFF_SOME : DIFF_NONE);
  if (!changes) return response;
  response
    .setReplacesList(topLevel(replaces))
    .setDiffsList(topLevel([...diffs, ...replaces]))
    .setDeletebeforereplace(replaces.length > 0 && answer.deleteBeforeReplace === true);
  for (const path of new Set([...diffs, ...replaces])) {
    const steps = parsePath(path);
    const entry = detail(
      valueAt(olds, steps) !== undefined,
      valueAt(news, steps) !== undefined,
      replaces.includes(path),
    );
    response.getDetaileddiffMap().set(formatPath(steps), entry);
  }
  return response.setHasdetaileddiff(response.getDetaileddiffMap().getLength() > 0);
}

function topLevel(paths: readonly string[]): string[] {
  return [...new Set(paths.map((path) => String(parsePath(path)[0] ?? path)))];
}

/**
 * Runs an operation of the model. Its errors are finished here, where the inputs' secrets are
 * known: no message repeats a secret, and a partial failure gets its wire form.
 */
async function guarded<T>(inputs: Props, secrets: SecretSet, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    if (!(error instanceof InitializationFailed)) {
      throw new Error(redact(error.message, secrets), { cause: error });
    }
    const detail = new rpc.ErrorResourceInitFailed()
      .setId(error.id)
      .setProperties(encode(error.outputs, secrets))
      .setReasonsList(error.reasons.map((reason) => redact(reason, secrets)))
      .setInputs(encode(error.inputs ?? inputs, secrets));
    throw new PartialFailure(redact(error.message, secrets), detail);
  }
}
