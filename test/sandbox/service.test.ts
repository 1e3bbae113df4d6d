import assert from "node:assert/strict";
import * as grpc from "@grpc/grpc-js";
import fc from "fast-check";
import { Struct } from "google-protobuf/google/protobuf/struct_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { ResourceProviderClient } from "@pulumi/pulumi/proto/provider_grpc_pb";
import * as rpc from "@pulumi/pulumi/proto/provider_pb";
import { Status } from "@pulumi/pulumi/proto/status_pb";
import { formatPath, parsePath, resetAt } from "../../sandbox/providers/property-path";
import {
  InitializationFailed,
  secret,
  serveProvider,
  typeOf,
  UNKNOWN,
  type Props,
  type ProviderModel,
  type ServedProvider,
} from "../../sandbox/providers/service";
import { decode, encode, reveal } from "../../sandbox/providers/wire";

const SIGNATURE = "4dabf18193072939515e22adb298388d";
const SECRET = "1b47061264138c4ac30d75fd1eb44270";
const OUTPUT = "d0e6a833031e9bbcd3f4e8bde6ca49a4";
const REFERENCE = "5cf8f73096256a8f31e491e813e4eb8e";
const ASSET = "c44067f5952c0a294b673a41bacd8c17";
const URN = "urn:pulumi:dev::project::dtem:data:Postgres$fake:index:Thing::thing";

type WireValue = Parameters<typeof Struct.fromJavaScript>[0][string];

const wireSecret = (value: WireValue): WireValue => ({ [SIGNATURE]: SECRET, value });
const struct = (props: Record<string, WireValue>): Struct => Struct.fromJavaScript(props);

/** A model that records what it is asked and answers what a test sets. */
class FakeModel implements ProviderModel {
  readonly name = "fake";
  readonly version = "1.2.3";
  readonly seen: Record<string, unknown>[] = [];
  answers: Partial<ProviderModel> = {};

  async configure(config: Props): Promise<void> {
    this.seen.push(config);
  }
  check: ProviderModel["check"] = async (r) => {
    this.seen.push({ ...r });
    return this.answers.check?.(r) ?? { inputs: r.news, failures: [] };
  };
  diff: ProviderModel["diff"] = async (r) => {
    this.seen.push({ ...r });
    return this.answers.diff?.(r) ?? { changes: false };
  };
  create: ProviderModel["create"] = async (r) => {
    this.seen.push({ ...r });
    return this.answers.create?.(r) ?? { id: "id-1", outputs: r.inputs };
  };
  read: ProviderModel["read"] = async (r) => {
    this.seen.push({ ...r });
    return this.answers.read?.(r);
  };
  update: ProviderModel["update"] = async (r) => {
    this.seen.push({ ...r });
    return this.answers.update?.(r) ?? { outputs: r.news };
  };
  delete: ProviderModel["delete"] = async (r) => {
    this.seen.push({ ...r });
    await this.answers.delete?.(r);
  };
  invoke: ProviderModel["invoke"] = async (token, args) => {
    this.seen.push({ token, args });
    return { result: args, failures: [{ property: "a", reason: "because" }] };
  };
}

describe("provider service over gRPC", () => {
  let model: FakeModel;
  let served: ServedProvider;
  let client: ResourceProviderClient;

  beforeEach(async () => {
    model = new FakeModel();
    served = await serveProvider(model);
    client = new ResourceProviderClient(
      `127.0.0.1:${served.port}`,
      grpc.credentials.createInsecure(),
    );
  });

  afterEach(async () => {
    client.close();
    await served.close();
  });

  type Callback<T> = (error: grpc.ServiceError | null, response: T) => void;
  const ask = <T>(run: (callback: Callback<T>) => void): Promise<T> =>
    new Promise((resolve, reject) => run((e, response) => (e ? reject(e) : resolve(response))));

  const create = (props: Record<string, WireValue>): Promise<rpc.CreateResponse> =>
    ask((done) =>
      client.create(
        new rpc.CreateRequest()
          .setUrn(URN)
          .setProperties(struct(props))
          .setPreview(true)
          .setTimeout(7),
        done,
      ),
    );

  const diff = (
    olds: Record<string, WireValue>,
    news: Record<string, WireValue>,
    ignored: string[] = [],
  ): Promise<rpc.DiffResponse> =>
    ask((done) =>
      client.diff(
        new rpc.DiffRequest()
          .setUrn(URN)
          .setId("id-1")
          .setOlds(struct(olds))
          .setOldInputs(struct(olds))
          .setNews(struct(news))
          .setIgnorechangesList(ignored),
        done,
      ),
    );

  it("offers secrets and previews, and neither outputs nor resource references", async () => {
    const request = new rpc.ConfigureRequest().setArgs(struct({ region: "sa-east-1", x: UNKNOWN }));
    const response = await ask<rpc.ConfigureResponse>((done) => client.configure(request, done));
    assert.deepEqual(
      [
        response.getAcceptsecrets(),
        response.getSupportspreview(),
        response.getAcceptoutputs(),
        response.getAcceptresources(),
      ],
      [true, true, false, false],
    );
    assert.deepEqual(model.seen, [{ region: "sa-east-1", x: UNKNOWN }]);
  });

  it("reports version and schema, and that it has no components", async () => {
    const info = await ask<{ getVersion(): string }>((done) =>
      client.getPluginInfo(new Empty(), done),
    );
    assert.equal(info.getVersion(), "1.2.3");
    const schema = await ask<rpc.GetSchemaResponse>((done) =>
      client.getSchema(new rpc.GetSchemaRequest(), done),
    );
    assert.equal(schema.getSchema(), "{}");
    await assert.rejects(
      ask((done) => client.construct(new rpc.ConstructRequest(), done)),
      { code: grpc.status.UNIMPLEMENTED },
    );
  });

  it("unwraps what a model must not see and passes the preview flag and the timeout", async () => {
    await create({
      plain: "a",
      unknown: UNKNOWN,
      unknownNumber: "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
      password: wireSecret("hunter2-hunter2"),
      nested: { list: [{ token: wireSecret("t") }] },
      output: { [SIGNATURE]: OUTPUT, value: "known", dependencies: [] },
      pending: { [SIGNATURE]: OUTPUT, secret: true },
      reference: { [SIGNATURE]: REFERENCE, urn: "urn:x", id: "vpc-1" },
      asset: { [SIGNATURE]: ASSET, text: "hello" },
    });
    const [seen] = model.seen;
    assert.deepEqual(seen?.["inputs"], {
      plain: "a",
      unknown: UNKNOWN,
      unknownNumber: UNKNOWN,
      password: "hunter2-hunter2",
      nested: { list: [{ token: "t" }] },
      output: "known",
      pending: UNKNOWN,
      reference: "vpc-1",
      asset: { [SIGNATURE]: ASSET, text: "hello" },
    });
    assert.equal(seen?.["type"], "fake:index:Thing");
    assert.equal(seen?.["preview"], true);
    assert.equal(seen?.["timeoutSeconds"], 7);
  });

  it("wraps again what was secret, where the output still has it", async () => {
    model.answers.create = async (r) => ({
      id: "id-1",
      outputs: {
        ...r.inputs,
        open: "x",
        derived: "postgres://app:hunter2-hunter2@db:5432",
        own: secret("made here"),
        list: [{ generated: secret("deep") }],
      },
    });
    const response = await create({
      password: wireSecret("hunter2-hunter2"),
      map: { safe: "s", token: wireSecret("t") },
      containers: [{ env: [{ value: wireSecret("v") }] }],
    });
    assert.deepEqual(response.getProperties()?.toJavaScript(), {
      password: wireSecret("hunter2-hunter2"),
      map: { safe: "s", token: wireSecret("t") },
      containers: wireSecret([{ env: [{ value: "v" }] }]),
      open: "x",
      derived: wireSecret("postgres://app:hunter2-hunter2@db:5432"),
      own: wireSecret("made here"),
      list: [{ generated: wireSecret("deep") }],
    });
  });

  it("wraps the whole property where the secret's place is gone", async () => {
    model.answers.create = async () => ({ id: "id-1", outputs: { map: { other: 1 } } });
    const response = await create({ map: { token: wireSecret("t") } });
    assert.deepEqual(response.getProperties()?.toJavaScript(), { map: wireSecret({ other: 1 }) });
  });

  it("reports a resource that exists but is not ready, with its secrets kept", async () => {
    const filler = "x".repeat(4_000); // Node's client takes little more; the engine takes 16 MB
    model.answers.create = async () => {
      throw new InitializationFailed("ns/pod", { password: "hunter2-hunter2", filler }, [
        "env hunter2-hunter2 is bad",
      ]);
    };
    const error: unknown = await create({ password: wireSecret("hunter2-hunter2") }).then(
      () => assert.fail("the creation succeeded"),
      (e: unknown) => e,
    );
    assert.ok(error instanceof Error && "metadata" in error);
    assert.ok(!error.message.includes("hunter2"), error.message);
    const metadata = error.metadata;
    assert.ok(metadata instanceof grpc.Metadata);
    const [raw] = metadata.get("grpc-status-details-bin");
    assert.ok(Buffer.isBuffer(raw));
    const [any] = Status.deserializeBinary(raw).getDetailsList();
    assert.equal(any?.getTypeName(), "pulumirpc.ErrorResourceInitFailed");
    const detail = rpc.ErrorResourceInitFailed.deserializeBinary(any.getValue_asU8());
    assert.equal(detail.getId(), "ns/pod");
    assert.deepEqual(detail.getReasonsList(), ["env [secret] is bad"]);
    assert.deepEqual(detail.getProperties()?.toJavaScript(), {
      password: wireSecret("hunter2-hunter2"),
      filler,
    });
    assert.deepEqual(detail.getInputs()?.toJavaScript(), {
      password: wireSecret("hunter2-hunter2"),
    });
  });

  it("never repeats a secret in an error or a failure", async () => {
    model.answers.create = async () => {
      throw new Error("value hunter2-hunter2 refused");
    };
    await assert.rejects(create({ password: wireSecret("hunter2-hunter2") }), {
      details: "value [secret] refused",
    });
    model.answers.check = async (r) => ({
      inputs: r.news,
      failures: [{ property: "password", reason: "hunter2-hunter2 is too short" }],
    });
    const request = new rpc.CheckRequest()
      .setUrn(URN)
      .setNews(struct({ password: wireSecret("hunter2-hunter2") }));
    const response = await ask<rpc.CheckResponse>((done) => client.check(request, done));
    assert.equal(response.getFailuresList()[0]?.getReason(), "[secret] is too short");
    assert.deepEqual(response.getInputs()?.toJavaScript(), {
      password: wireSecret("hunter2-hunter2"),
    });
  });

  it("maps a diff to kinds, top-level replaces and delete-before-replace", async () => {
    model.answers.diff = async () => ({
      changes: true,
      diffs: ["spec.added", "spec.removed", "spec.changed"],
      replaces: ["spec.selector.app"],
      deleteBeforeReplace: true,
    });
    const response = await diff(
      { spec: { removed: 1, changed: 1, selector: { app: "a" } } },
      { spec: { added: 1, changed: 2, selector: { app: "b" } } },
    );
    const { Kind } = rpc.PropertyDiff;
    assert.equal(response.getChanges(), rpc.DiffResponse.DiffChanges.DIFF_SOME);
    assert.deepEqual(response.getReplacesList(), ["spec"]);
    assert.deepEqual(response.getDiffsList(), ["spec"]);
    assert.equal(response.getDeletebeforereplace(), true);
    assert.equal(response.getHasdetaileddiff(), true);
    const kinds = [...response.getDetaileddiffMap().entries()].map(([k, v]) => [k, v.getKind()]);
    assert.deepEqual(Object.fromEntries(kinds), {
      "spec.added": Kind.ADD,
      "spec.removed": Kind.DELETE,
      "spec.changed": Kind.UPDATE,
      "spec.selector.app": Kind.UPDATE_REPLACE,
    });
  });

  it("hides ignored paths from the model and from its answer", async () => {
    model.answers.diff = async () => ({ changes: true, replaces: ["spec.replicas"] });
    const olds = { spec: { replicas: 1, image: "a" } };
    const response = await diff(olds, { spec: { replicas: 5, image: "b" } }, ["spec.replicas"]);
    assert.deepEqual(model.seen[0]?.["news"], { spec: { replicas: 1, image: "b" } });
    assert.equal(response.getChanges(), rpc.DiffResponse.DiffChanges.DIFF_NONE);
  });

  it("answers a read of a resource that is gone with an empty id", async () => {
    const request = new rpc.ReadRequest().setId("id-1").setUrn(URN);
    const response = await ask<rpc.ReadResponse>((done) => client.read(request, done));
    assert.equal(response.getId(), "");
    assert.equal(response.hasProperties(), false);
  });

  it("keeps state secrets through a read", async () => {
    model.answers.read = async (r) => ({ id: r.id, inputs: r.inputs, outputs: r.state });
    const request = new rpc.ReadRequest()
      .setId("id-1")
      .setUrn(URN)
      .setProperties(struct({ hash: wireSecret("$2b$10$abc") }));
    const response = await ask<rpc.ReadResponse>((done) => client.read(request, done));
    assert.deepEqual(response.getProperties()?.toJavaScript(), { hash: wireSecret("$2b$10$abc") });
  });

  it("aborts running operations on cancel", async () => {
    let started: () => void = () => undefined;
    const running = new Promise<void>((resolve) => (started = resolve));
    model.answers.delete = ({ signal }) =>
      new Promise((_, reject) => {
        signal.addEventListener("abort", () => reject(new Error("stopped in the middle")));
        started();
      });
    const request = new rpc.DeleteRequest().setId("id-1").setUrn(URN);
    const deletion = assert.rejects(
      ask((done) => client.delete(request, done)),
      { details: "stopped in the middle" },
    );
    await running;
    await ask((done) => client.cancel(new Empty(), done));
    await deletion;
  });

  it("answers functions with their failures", async () => {
    const request = new rpc.InvokeRequest().setTok("fake:index:f").setArgs(struct({ a: 1 }));
    const response = await ask<rpc.InvokeResponse>((done) => client.invoke(request, done));
    assert.deepEqual(response.getReturn()?.toJavaScript(), { a: 1 });
    assert.equal(response.getFailuresList()[0]?.getReason(), "because");
  });
});

describe("property values", () => {
  const key = fc.string({ minLength: 1, maxLength: 8 }).filter((k) => k !== "__proto__");
  const json = fc.letrec((tie) => ({
    value: fc.oneof(
      { depthSize: "small", withCrossShrink: true },
      fc.string(),
      fc.double({ noNaN: true, noDefaultInfinity: true }).filter((n) => !Object.is(n, -0)),
      fc.boolean(),
      fc.constant(null),
      fc.array(tie("value"), { maxLength: 3 }),
      fc.dictionary(key, tie("value"), { maxKeys: 3, noNullPrototype: true }),
    ),
  })).value;
  const props = fc.dictionary(key, json, { maxKeys: 4, noNullPrototype: true });

  it("survive a round trip", () => {
    fc.assert(fc.property(props, (p) => assert.deepEqual(decode(encode(p)).props, p)));
  });

  it("stay secret through a round trip, whatever they are", () => {
    fc.assert(
      fc.property(key, json, (name, value) => {
        fc.pre(value !== null);
        const first = decode(encode({ [name]: secret(value) }));
        const again = encode(first.props, first.secrets).toJavaScript();
        assert.deepEqual(again, { [name]: wireSecret(reveal(value) as WireValue) });
      }),
    );
  });

  it("have paths that are written and read alike", () => {
    const step = fc.oneof(key, fc.nat({ max: 20 }));
    const paths = fc.array(step, { minLength: 1, maxLength: 5 }).filter((p) => p[0] !== "*");
    fc.assert(fc.property(paths, (path) => assert.deepEqual(parsePath(formatPath(path)), path)));
  });

  it("are reset at ignored paths, wildcards and absent parents included", () => {
    const olds = { a: { b: 1, gone: 2 }, list: [{ x: 1, y: 1 }] };
    const news = { a: { b: 9, added: 3 }, list: [{ x: 5, y: 6 }] };
    assert.deepEqual(resetAt(news, olds, parsePath("a.*")), { ...news, a: olds.a });
    assert.deepEqual(resetAt(news, olds, parsePath("a[*]")), { ...news, a: olds.a });
    assert.deepEqual(resetAt(news, olds, parsePath("list[*].x")), {
      ...news,
      list: [{ x: 1, y: 6 }],
    });
    assert.deepEqual(resetAt({}, olds, parsePath("q.r")), {});
    assert.deepEqual(resetAt({ c: 1 }, {}, parsePath("c")), {});
  });

  it("name the type at the end of a URN", () => {
    assert.equal(typeOf(URN), "fake:index:Thing");
  });
});
