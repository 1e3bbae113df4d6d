import assert from "node:assert/strict";
import { createServer, type Server } from "node:net";
import type { AddressInfo } from "node:net";
import fc from "fast-check";
import { apiError } from "../../sandbox/providers/kubernetes/api-error";
import { isReady, type Related } from "../../sandbox/providers/kubernetes/await/readiness";
import { skipsAwait, timeoutOf } from "../../sandbox/providers/kubernetes/await/wait";
import { meetsWaitFor, parseWaitFor } from "../../sandbox/providers/kubernetes/await/wait-for";
import { CONNECT_TIMEOUT_MS } from "../../sandbox/providers/kubernetes/client";
import { completeInputs, type CheckContext } from "../../sandbox/providers/kubernetes/checks";
import { changedPaths, liveInputs } from "../../sandbox/providers/kubernetes/drift";
import { builtInScope, gvkOfType } from "../../sandbox/providers/kubernetes/gvk";
import type { KubernetesObject } from "../../sandbox/providers/kubernetes/kubernetes-object";
import { KubernetesModel } from "../../sandbox/providers/kubernetes/model";
import { mergePatch, previewOfCreation } from "../../sandbox/providers/kubernetes/outputs";
import { moveOwnership } from "../../sandbox/providers/kubernetes/ownership";
import { quantity } from "../../sandbox/providers/kubernetes/semantic-equality";
import { UNKNOWN, type DiffResult, type Props } from "../../sandbox/providers/service";
import { encode } from "../../sandbox/providers/wire";

const object = (type: string, rest: Props): KubernetesObject => {
  const { apiVersion, kind } = gvkOfType(`kubernetes:${type}`);
  return { apiVersion, kind, metadata: { name: "x", generation: 2 }, ...rest };
};

const kubeconfig = (server: string, name = "real"): string =>
  JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    "current-context": name,
    clusters: [{ name, cluster: { server } }],
    users: [{ name, user: { token: "t" } }],
    contexts: [{ name, context: { cluster: name, user: name, namespace: "team" } }],
  });

describe("kubernetes stand-in", () => {
  describe("type tokens", () => {
    const cases: [string, string, string, boolean][] = [
      ["kubernetes:apps/v1:Deployment", "apps/v1", "Deployment", false],
      ["kubernetes:core/v1:Service", "v1", "Service", false],
      ["kubernetes:core/v1:ConfigMapPatch", "v1", "ConfigMap", true],
      ["kubernetes:cert-manager.io/v1:Certificate", "cert-manager.io/v1", "Certificate", false],
      ["kubernetes:cert-manager.io/v1:CertificatePatch", "cert-manager.io/v1", "Certificate", true],
    ];
    for (const [type, apiVersion, kind, patch] of cases) {
      it(type, () => assert.deepEqual(gvkOfType(type), { apiVersion, kind, patch }));
    }

    it("refuses what is no object", () => {
      for (const type of ["aws:ec2/vpc:Vpc", "kubernetes:apps/v1", "pulumi:providers:kubernetes"]) {
        assert.throws(() => gvkOfType(type), /is not a type of a Kubernetes object/);
      }
    });

    it("know the scope of built-in kinds and only of those", () => {
      assert.equal(builtInScope("v1", "Namespace"), false);
      assert.equal(builtInScope("rbac.authorization.k8s.io/v1", "ClusterRole"), false);
      assert.equal(builtInScope("apps/v1", "Deployment"), true);
      assert.equal(builtInScope("cert-manager.io/v1", "ClusterIssuer"), undefined);
    });
  });

  describe("inputs", () => {
    const context: CheckContext = {
      gvk: gvkOfType("kubernetes:core/v1:ConfigMap"),
      logicalName: "Settings",
      olds: {},
      randomSeed: Buffer.from("seed"),
      namespaced: true,
      defaultNamespace: "team",
      clientSideApply: false,
    };
    const complete = (news: Props, change: Partial<CheckContext> = {}): KubernetesObject =>
      completeInputs(news, { ...context, ...change }).inputs;

    it("are named after the resource, repeatably, and keep that name", () => {
      const first = complete({});
      assert.match(String(first.metadata["name"]), /^settings-[0-9a-f]{8}$/);
      assert.deepEqual(first, complete({}));
      const otherSeed = { randomSeed: Buffer.from("other") };
      assert.notEqual(complete({}, otherSeed).metadata["name"], first.metadata["name"]);
      assert.deepEqual(complete({}, { ...otherSeed, olds: first }), first);
    });

    it("keep a given name, a generated one and an unknown one", () => {
      assert.deepEqual(complete({ metadata: { name: "given" } }).metadata, {
        name: "given",
        namespace: "team",
      });
      assert.equal(complete({ metadata: { generateName: "g-" } }).metadata["name"], undefined);
      assert.equal(complete({ metadata: { name: UNKNOWN } }).metadata["name"], UNKNOWN);
    });

    it("get a namespace where their kind has one", () => {
      const news = { metadata: { name: "a" } };
      assert.equal(complete(news).metadata["namespace"], "team");
      assert.equal(complete(news, { namespaced: false }).metadata["namespace"], undefined);
      assert.equal(complete(news, { namespaced: undefined }).metadata["namespace"], undefined);
      const own = { metadata: { name: "a", namespace: "own" } };
      assert.equal(complete(own).metadata["namespace"], "own");
    });

    it("are labelled with client-side apply only", () => {
      const labels = { "app.kubernetes.io/managed-by": "pulumi" };
      assert.equal(complete({}).metadata["labels"], undefined);
      const labelled = complete({}, { clientSideApply: true });
      assert.deepEqual(labelled.metadata["labels"], labels);
      assert.deepEqual(complete({}, { olds: labelled }).metadata["labels"], labels);
    });

    it("are refused: a patch without name, a bad waitFor", () => {
      const patch = { gvk: gvkOfType("kubernetes:core/v1:ConfigMapPatch") };
      const failuresOf = (news: Props, change: Partial<CheckContext>): string[] =>
        completeInputs(news, { ...context, ...change }).failures.map((f) => f.property);
      assert.deepEqual(failuresOf({}, patch), ["metadata.name"]);
      const annotations = { "pulumi.com/waitFor": "ready please" };
      assert.deepEqual(failuresOf({ metadata: { annotations } }, {}), [
        'metadata.annotations["pulumi.com/waitFor"]',
      ]);
    });
  });

  describe("replacement", () => {
    const diff = async (
      type: string,
      olds: Props,
      news: Props,
      config: Props = {},
      live: Props = {},
    ): Promise<DiffResult> => {
      const model = new KubernetesModel();
      await model.configure(config);
      const complete = (props: Props): Props => ({
        ...gvkInputs(type),
        metadata: { name: "x", namespace: "n" },
        ...props,
      });
      const request = { oldInputs: complete(olds), news: complete(news), olds: live };
      return model.diff({ type: `kubernetes:${type}`, ...request });
    };
    const gvkInputs = (type: string): Props => {
      const { apiVersion, kind } = gvkOfType(`kubernetes:${type}`);
      return { apiVersion, kind };
    };

    const spec = (value: Props): Props => ({ spec: value });
    const replaced: [string, Props, Props, string][] = [
      [
        "core/v1:Service",
        { metadata: { name: "a" } },
        { metadata: { name: "b" } },
        "metadata.name",
      ],
      [
        "core/v1:Service",
        { metadata: { name: "a", namespace: "b" } },
        { metadata: { name: "a", namespace: "c" } },
        "metadata.namespace",
      ],
      [
        "apps/v1:Deployment",
        spec({ selector: { matchLabels: { a: "1" } } }),
        spec({ selector: { matchLabels: { a: "2" } } }),
        "spec.selector.matchLabels.a",
      ],
      [
        "apps/v1:StatefulSet",
        spec({ serviceName: "a" }),
        spec({ serviceName: "b" }),
        "spec.serviceName",
      ],
      [
        "apps/v1:StatefulSet",
        spec({ volumeClaimTemplates: [{ metadata: { name: "d" } }] }),
        spec({ volumeClaimTemplates: [{ metadata: { name: "e" } }] }),
        "spec.volumeClaimTemplates[0].metadata.name",
      ],
      [
        "batch/v1:Job",
        spec({ template: { spec: { a: 1 } } }),
        spec({ template: { spec: { a: 2 } } }),
        "spec.template.spec.a",
      ],
      [
        "core/v1:Service",
        spec({ clusterIP: "None" }),
        spec({ clusterIP: "10.0.0.1" }),
        "spec.clusterIP",
      ],
      [
        "core/v1:PersistentVolumeClaim",
        spec({ storageClassName: "a" }),
        spec({ storageClassName: "b" }),
        "spec.storageClassName",
      ],
      ["storage.k8s.io/v1:StorageClass", { provisioner: "a" }, { provisioner: "b" }, "provisioner"],
      [
        "rbac.authorization.k8s.io/v1:RoleBinding",
        { roleRef: { name: "a" } },
        { roleRef: { name: "b" } },
        "roleRef.name",
      ],
      ["core/v1:ConfigMap", { data: { a: "1" } }, { data: { a: "2" } }, "data.a"],
      ["core/v1:Secret", { stringData: { a: "1" } }, { stringData: { a: "2" } }, "stringData.a"],
      ["core/v1:Secret", { type: "Opaque" }, { type: "other" }, "type"],
    ];
    for (const [type, olds, news, path] of replaced) {
      it(`${type} by ${path}`, async () => {
        const result = await diff(type, olds, news);
        assert.deepEqual(result.replaces, [path]);
        const moves = path.startsWith("metadata.name");
        assert.equal(result.deleteBeforeReplace, !moves);
      });
    }

    const updated: [string, Props, Props, Props?][] = [
      ["apps/v1:Deployment", spec({ replicas: 1 }), spec({ replicas: 2 })],
      ["apps/v1:StatefulSet", spec({ template: { a: 1 } }), spec({ template: { a: 2 } })],
      ["batch/v1:Job", spec({ suspend: true }), spec({ suspend: false })],
      ["core/v1:Service", spec({ clusterIP: "10.0.0.1" }), spec({ ports: [] })],
      [
        "core/v1:PersistentVolumeClaim",
        spec({ resources: { requests: { storage: "1Gi" } } }),
        spec({ resources: { requests: { storage: "2Gi" } } }),
      ],
      [
        "core/v1:Pod",
        spec({ containers: [{ image: "a" }] }),
        spec({ containers: [{ image: "b" }] }),
      ],
      ["core/v1:ConfigMap", { data: { a: "1" } }, { data: {} }, { enableConfigMapMutable: "true" }],
      ["core/v1:Secret", { data: { a: "1" } }, { data: {} }, { enableSecretMutable: "true" }],
      ["core/v1:ConfigMapPatch", { data: { a: "1" } }, { data: { a: "2" } }],
      ["autoscaling/v2:HorizontalPodAutoscaler", { apiVersion: "autoscaling/v1" }, {}],
    ];
    for (const [type, olds, news, config] of updated) {
      it(`${type} not by ${JSON.stringify(news)} after ${JSON.stringify(olds)}`, async () => {
        const result = await diff(type, olds, news, config);
        assert.equal(result.changes, true);
        assert.deepEqual(result.replaces, []);
        assert.equal(result.deleteBeforeReplace, false);
      });
    }

    it("of an object that was named for the user makes the new one first", async () => {
      const metadata = { name: "x-1", annotations: { "pulumi.com/autonamed": "true" } };
      const result = await diff(
        "core/v1:ConfigMap",
        { metadata, data: { a: "1" } },
        { metadata, data: { a: "2" } },
      );
      assert.deepEqual(result.replaces, ["data.a"]);
      assert.equal(result.deleteBeforeReplace, false);
    });

    it("of an immutable ConfigMap although ConfigMaps are mutable", async () => {
      const result = await diff(
        "core/v1:ConfigMap",
        { immutable: true, data: { a: "1" } },
        { immutable: true, data: { a: "2" } },
        { enableConfigMapMutable: "true" },
      );
      assert.deepEqual(result.replaces, ["data.a"]);
    });

    it("of a failed Job that asks for it", async () => {
      const failed = { status: { conditions: [{ type: "Failed", status: "True" }] } };
      const metadata = { name: "x", annotations: { "pulumi.com/replaceUnready": "true" } };
      assert.equal((await diff("batch/v1:Job", {}, {}, {}, failed)).changes, false);
      const asked = await diff("batch/v1:Job", { metadata }, { metadata }, {}, failed);
      assert.deepEqual(asked.replaces, ["spec.template"]);
    });
  });

  describe("provider configuration", () => {
    const diffConfig = (olds: Props, news: Props): Promise<DiffResult> =>
      new KubernetesModel().diffConfig(olds, news);
    const [a, b] = [kubeconfig("https://a:6443"), kubeconfig("https://b:6443")];

    it("replaces by identifier where there is one, else by server", async () => {
      const replaces = async (olds: Props, news: Props): Promise<unknown> =>
        (await diffConfig(olds, news)).replaces ?? [];
      const [one, two] = [{ clusterIdentifier: "1" }, { clusterIdentifier: "2" }];
      assert.deepEqual(await replaces({ kubeconfig: a, ...one }, { kubeconfig: b, ...one }), []);
      assert.deepEqual(await replaces({ kubeconfig: a, ...one }, { kubeconfig: a, ...two }), [
        "clusterIdentifier",
      ]);
      assert.deepEqual(await replaces({ kubeconfig: a }, { kubeconfig: b }), ["kubeconfig"]);
      assert.deepEqual(await replaces({ kubeconfig: a }, { kubeconfig: UNKNOWN }), []);
      const renamed = kubeconfig("https://a:6443", "renamed");
      assert.deepEqual(await replaces({ kubeconfig: a }, { kubeconfig: renamed }), []);
      assert.equal((await diffConfig({ kubeconfig: a }, { kubeconfig: renamed })).changes, true);
    });

    it("refuses a context that the kubeconfig does not have, and names those it has", async () => {
      const { failures } = await new KubernetesModel().checkConfig(
        {},
        { kubeconfig: a, context: "production" },
      );
      assert.deepEqual(failures, [
        {
          property: "kubeconfig",
          reason: 'context "production" is not in the kubeconfig; it has: real',
        },
      ]);
    });

    describe("with a server that does not answer", () => {
      const type = "kubernetes:core/v1:ConfigMap";
      const inputs = { metadata: { name: "a", namespace: "b" } };
      const signal = new AbortController().signal;
      const at = { id: "b/a", type, timeoutSeconds: 0, signal };
      const unreachable = async (config: Props): Promise<KubernetesModel> => {
        const model = new KubernetesModel();
        await model.configure({ kubeconfig: kubeconfig("https://127.0.0.1:1"), ...config });
        return model;
      };
      const message =
        /cannot be reached \(context "real", server https:\/\/127\.0\.0\.1:1\): ECONN/;

      it("fails with context and server", async () => {
        const model = await unreachable({});
        const create = { ...at, inputs, preview: false };
        await assert.rejects(model.create(create), message);
        await assert.rejects(model.create({ ...create, preview: true }), message);
        await assert.rejects(model.read({ ...at, inputs, state: inputs }), message);
        await assert.rejects(model.delete({ ...at, outputs: inputs }), message);
      });

      it("drops or skips as configured", async () => {
        const dropping = await unreachable({ deleteUnreachable: "true" });
        await dropping.delete({ ...at, outputs: inputs });
        assert.equal(await dropping.read({ ...at, inputs, state: inputs }), undefined);
        const skipping = await unreachable({ skipUpdateUnreachable: "true" });
        const update = { ...at, oldInputs: {}, olds: { old: 1 }, news: {}, ignoreChanges: [] };
        const { outputs } = await skipping.update({ ...update, preview: false });
        assert.deepEqual(outputs, { old: 1 });
        await assert.rejects(skipping.delete({ ...at, outputs: inputs }), message);
      });

      it("says so in time, within ten seconds unless told otherwise, if it is silent", async () => {
        assert.ok(CONNECT_TIMEOUT_MS < 10_000);
        const silent: Server = createServer();
        await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
        const { port } = silent.address() as AddressInfo;
        try {
          const model = new KubernetesModel({ connectTimeoutMs: 200 });
          await model.configure({ kubeconfig: kubeconfig(`https://127.0.0.1:${port}`) });
          const started = Date.now();
          const create = model.create({ ...at, inputs, preview: false });
          await assert.rejects(create, /no answer within 0.2 s/);
          assert.ok(Date.now() - started < 5_000);
        } finally {
          silent.close();
        }
      });
    });

    it("uses the kubeconfig behind a modelled one, whatever context was named", async () => {
      const model = new KubernetesModel({
        resolveKubeconfig: (given) =>
          given === a ? kubeconfig("https://127.0.0.1:2", "cp") : given,
      });
      await model.configure({ kubeconfig: a, context: "real" });
      const urn = "urn:pulumi:dev::p::kubernetes:core/v1:ConfigMap::c";
      const type = "kubernetes:core/v1:ConfigMap";
      const request = { inputs: {}, preview: false, timeoutSeconds: 0 };
      const signal = new AbortController().signal;
      await assert.rejects(model.create({ type, ...request, signal }), /context "cp"/);
      const checked = await model.check({
        urn,
        type,
        olds: {},
        news: {},
        randomSeed: Buffer.of(1),
      });
      assert.equal((checked.inputs["metadata"] as Props)["namespace"], "team");
    });
  });

  describe("drift", () => {
    const inputs = {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name: "a", labels: { app: "a" } },
      spec: {
        replicas: 2,
        template: {
          spec: {
            containers: [
              {
                name: "app",
                image: "i:1",
                args: ["-v", "--port=80"],
                env: [{ name: "A", value: "" }],
                ports: [
                  { name: "dns", containerPort: 53, protocol: "UDP" },
                  { name: "tcp", containerPort: 53 },
                ],
                resources: { limits: { cpu: "1000m", memory: "1024Mi" } },
              },
            ],
          },
        },
      },
    };
    const live = {
      ...inputs,
      metadata: { ...inputs.metadata, uid: "u", labels: { app: "a", other: "controller" } },
      spec: {
        ...inputs.spec,
        revisionHistoryLimit: 10,
        template: {
          spec: {
            dnsPolicy: "ClusterFirst",
            containers: [
              { name: "sidecar", image: "injected" },
              {
                ...inputs.spec.template.spec.containers[0],
                env: [{ name: "A" }],
                ports: [
                  { name: "dns", containerPort: 53, protocol: "UDP" },
                  { name: "tcp", containerPort: 53, protocol: "TCP" },
                ],
                resources: { limits: { cpu: "1", memory: "1Gi" } },
                imagePullPolicy: "Always",
              },
            ],
          },
        },
      },
      status: { replicas: 2 },
    };
    const edited = (edit: (o: typeof live) => void): string[] => {
      const copy = structuredClone(live);
      edit(copy);
      return changedPaths(inputs, liveInputs(inputs, copy)).map((path) => path.join("."));
    };

    it("is none by defaults, rewritten quantities, injected elements and others' labels", () => {
      assert.deepEqual(liveInputs(inputs, live), inputs);
    });

    it("is seen where a field of ours was edited, removed, or an atomic list grew", () => {
      assert.deepEqual(
        edited((o) => (o.spec.replicas = 5)),
        ["spec.replicas"],
      );
      assert.deepEqual(
        edited((o) => (o.metadata.labels.app = "b")),
        ["metadata.labels.app"],
      );
      const container = "spec.template.spec.containers.0";
      const app = (o: typeof live): Props => o.spec.template.spec.containers[1] as unknown as Props;
      assert.deepEqual(
        edited((o) => (app(o)["image"] = "i:2")),
        [`${container}.image`],
      );
      assert.deepEqual(
        edited((o) => (app(o)["args"] = ["-v", "--port=80", "--debug"])),
        [`${container}.args`],
      );
      assert.deepEqual(
        edited((o) => (app(o)["resources"] = { limits: { cpu: "2", memory: "1Gi" } })),
        [`${container}.resources.limits.cpu`],
      );
      assert.deepEqual(
        edited((o) => o.spec.template.spec.containers.pop()),
        ["spec.template.spec.containers"],
      );
    });

    it("is seen in a Secret written by stringData", () => {
      const secret = { kind: "Secret", stringData: { a: "1" } };
      const encoded = (text: string): string => Buffer.from(text).toString("base64");
      const same = { kind: "Secret", data: { a: encoded("1"), other: encoded("x") } };
      assert.deepEqual(liveInputs(secret, same), secret);
      const changed = liveInputs(secret, { kind: "Secret", data: { a: encoded("2") } });
      assert.deepEqual(changed, { kind: "Secret", stringData: { a: "2" } });
      assert.deepEqual(liveInputs(secret, { kind: "Secret" }), { kind: "Secret", stringData: {} });
    });

    it("is never seen in an object that holds exactly its inputs", () => {
      const value = fc.letrec((tie) => ({
        v: fc.oneof(
          { depthSize: "small" },
          fc.string(),
          fc.integer(),
          fc.boolean(),
          fc.array(tie("v"), { maxLength: 3 }),
          fc.dictionary(fc.string({ maxLength: 4 }), tie("v"), {
            maxKeys: 3,
            noNullPrototype: true,
          }),
        ),
      })).v;
      fc.assert(
        fc.property(value, (spec) => {
          const copy = structuredClone({ spec });
          assert.deepEqual(changedPaths({ spec }, liveInputs({ spec }, copy)), []);
        }),
      );
    });

    it("reads quantities as Kubernetes does", () => {
      const cases: [string, number | undefined][] = [
        ["1", 1],
        ["500m", 0.5],
        ["1.5Gi", 1.5 * 2 ** 30],
        ["1e3", 1000],
        ["2k", 2000],
        ["1E", 1e18],
        ["5n", 5e-9],
        ["1 Gi", undefined],
        ["Gi", undefined],
        ["1KB", undefined],
      ];
      for (const [text, number] of cases) assert.equal(quantity(text), number, text);
    });
  });

  describe("readiness", () => {
    const status = (value: Props, spec: Props = {}): Props => ({
      spec,
      status: { observedGeneration: 2, ...value },
    });
    const conditions = (type: string, value: string, reason = "R"): Props => ({
      conditions: [{ type, status: value, reason }],
    });
    const endpoint = (ready: boolean, service = "x"): Related => ({
      endpointSlices: [
        object("discovery.k8s.io/v1:EndpointSlice", {
          metadata: { labels: { "kubernetes.io/service-name": service } },
          endpoints: [{ conditions: { ready } }],
        }),
      ],
    });
    const waitForFirstConsumer: Related = {
      storageClass: object("storage.k8s.io/v1:StorageClass", {
        volumeBindingMode: "WaitForFirstConsumer",
      }),
    };
    const rolled = { replicas: 2, updatedReplicas: 2, availableReplicas: 2 };
    const two = { replicas: 2 };
    const selects = { selector: { a: "b" }, clusterIP: "10.0.0.1" };
    const addressed = { loadBalancer: { ingress: [{ hostname: "h" }] } };
    const backend = { rules: [{ http: { paths: [{ backend: { service: { name: "x" } } }] } }] };

    type Outcome = "ready" | "failed" | RegExp;
    const cases: [string, string, Props, Outcome, Related?][] = [
      ["rolled out", "apps/v1:Deployment", status(rolled, two), "ready"],
      ["scaled to zero", "apps/v1:Deployment", status({}, { replicas: 0 }), "ready"],
      [
        "not observed",
        "apps/v1:Deployment",
        status({ ...rolled, observedGeneration: 1 }, two),
        /not seen/,
      ],
      ["old replicas", "apps/v1:Deployment", status({ ...rolled, replicas: 3 }, two), /1 old/],
      [
        "not updated",
        "apps/v1:Deployment",
        status({ ...rolled, updatedReplicas: 1 }, two),
        /1 of 2/,
      ],
      [
        "unavailable",
        "apps/v1:Deployment",
        status({ ...rolled, availableReplicas: 0 }, two),
        /0 of 2/,
      ],
      [
        "past its deadline",
        "apps/v1:Deployment",
        status(conditions("Progressing", "False", "ProgressDeadlineExceeded"), two),
        "failed",
      ],
      ["paused", "apps/v1:Deployment", status({}, { ...two, paused: true }), "ready"],
      [
        "rolled out",
        "apps/v1:StatefulSet",
        status(
          { readyReplicas: 2, updatedReplicas: 2, currentRevision: "a", updateRevision: "a" },
          two,
        ),
        "ready",
      ],
      [
        "revision in between",
        "apps/v1:StatefulSet",
        status(
          { readyReplicas: 2, updatedReplicas: 2, currentRevision: "a", updateRevision: "b" },
          two,
        ),
        /revision b/,
      ],
      [
        "not ready",
        "apps/v1:StatefulSet",
        status({ readyReplicas: 1 }, two),
        /1 of 2 replicas ready/,
      ],
      [
        "everywhere",
        "apps/v1:DaemonSet",
        status({ desiredNumberScheduled: 3, updatedNumberScheduled: 3, numberAvailable: 3 }),
        "ready",
      ],
      [
        "on two of three",
        "apps/v1:DaemonSet",
        status({ desiredNumberScheduled: 3, updatedNumberScheduled: 3, numberAvailable: 2 }),
        /2 of 3/,
      ],
      ["complete", "batch/v1:Job", status(conditions("Complete", "True")), "ready"],
      [
        "failed",
        "batch/v1:Job",
        status(conditions("Failed", "True", "BackoffLimitExceeded")),
        "failed",
      ],
      ["running", "batch/v1:Job", status({ active: 1 }), /0 of 1/],
      ["suspended", "batch/v1:Job", status({}, { suspend: true }), "ready"],
      ["ready", "core/v1:Pod", status(conditions("Ready", "True")), "ready"],
      ["succeeded", "core/v1:Pod", status({ phase: "Succeeded" }), "ready"],
      ["failed", "core/v1:Pod", status({ phase: "Failed" }), "failed"],
      [
        "without its image",
        "core/v1:Pod",
        status({
          phase: "Pending",
          containerStatuses: [{ name: "c", state: { waiting: { reason: "ImagePullBackOff" } } }],
        }),
        /container c: ImagePullBackOff/,
      ],
      ["with endpoint", "core/v1:Service", { spec: selects }, "ready", endpoint(true)],
      [
        "with unready endpoint",
        "core/v1:Service",
        { spec: selects },
        /no ready pod/,
        endpoint(false),
      ],
      ["headless", "core/v1:Service", { spec: { ...selects, clusterIP: "None" } }, "ready"],
      ["external", "core/v1:Service", { spec: { type: "ExternalName" } }, "ready"],
      ["without selector", "core/v1:Service", { spec: { clusterIP: "10.0.0.1" } }, "ready"],
      ["without address", "core/v1:Service", { spec: { type: "LoadBalancer" } }, /no address/],
      [
        "with address",
        "core/v1:Service",
        { spec: { type: "LoadBalancer" }, status: addressed },
        "ready",
      ],
      ["bound", "core/v1:PersistentVolumeClaim", status({ phase: "Bound" }), "ready"],
      ["pending", "core/v1:PersistentVolumeClaim", status({ phase: "Pending" }), /Pending/],
      [
        "pending, bound by its consumer",
        "core/v1:PersistentVolumeClaim",
        status({ phase: "Pending" }),
        "ready",
        waitForFirstConsumer,
      ],
      ["active", "core/v1:Namespace", status({ phase: "Active" }), "ready"],
      ["terminating", "core/v1:Namespace", status({ phase: "Terminating" }), /Terminating/],
      [
        "counted",
        "core/v1:ResourceQuota",
        { spec: { hard: { pods: "1" } }, status: { hard: { pods: "1" } } },
        "ready",
      ],
      ["not counted", "core/v1:ResourceQuota", { spec: { hard: { pods: "1" } } }, /pods/],
      ["without address", "networking.k8s.io/v1:Ingress", { spec: backend }, /address/],
      [
        "without endpoints",
        "networking.k8s.io/v1:Ingress",
        { spec: backend, status: addressed },
        /service x/,
      ],
      [
        "complete",
        "networking.k8s.io/v1:Ingress",
        { spec: backend, status: addressed },
        "ready",
        endpoint(true),
      ],
      [
        "established",
        "apiextensions.k8s.io/v1:CustomResourceDefinition",
        status(conditions("Established", "True")),
        "ready",
      ],
      [
        "with taken names",
        "apiextensions.k8s.io/v1:CustomResourceDefinition",
        status(conditions("NamesAccepted", "False", "PluralConflict")),
        "failed",
      ],
      [
        "unavailable",
        "apiregistration.k8s.io/v1:APIService",
        status(conditions("Available", "False", "MissingEndpoints")),
        /MissingEndpoints/,
      ],
      ["any", "core/v1:ConfigMap", {}, "ready"],
      ["any", "cert-manager.io/v1:Certificate", {}, "ready"],
    ];
    for (const [name, type, rest, outcome, related] of cases) {
      it(`${type} ${name}: ${String(outcome)}`, () => {
        const state = isReady(object(type, rest), related);
        if (outcome === "ready") assert.deepEqual(state, { ready: true });
        else if (state.ready) assert.fail("is ready");
        else if (outcome === "failed") assert.equal(state.failed, true, state.reason);
        else {
          assert.match(state.reason, outcome);
          assert.equal(state.failed, undefined);
        }
      });
    }

    it("is not awaited where the annotation says so, and for as long as it says", () => {
      const annotatedWith = (key: string, value: string): Props => ({
        metadata: { annotations: { [key]: value } },
      });
      assert.equal(skipsAwait(annotatedWith("pulumi.com/skipAwait", "true")), true);
      assert.equal(skipsAwait(annotatedWith("pulumi.com/skipAwait", "false")), false);
      const seconds = annotatedWith("pulumi.com/timeoutSeconds", "30");
      assert.equal(timeoutOf(seconds, 0), 30);
      assert.equal(timeoutOf(seconds, 45), 45);
      assert.equal(timeoutOf({}, 0), 600);
    });
  });

  describe("pulumi.com/waitFor", () => {
    const meets = (waitFor: string): boolean | undefined =>
      meetsWaitFor(
        object("example.com/v1:Widget", {
          metadata: { name: "w", annotations: { "pulumi.com/waitFor": waitFor } },
          status: {
            phase: "Running",
            ready: true,
            conditions: [
              { type: "Ready", status: "True" },
              { type: "Stalled", status: "False" },
            ],
          },
        }),
      )?.ready;

    it("understands conditions, paths and lists of them", () => {
      const cases: [string, boolean][] = [
        ["condition=Ready", true],
        ["condition=Stalled", false],
        ["condition=Stalled=False", true],
        ["condition=Missing", false],
        ["jsonpath={.status.phase}", true],
        ["jsonpath={.status.phase}=Running", true],
        ["jsonpath={.status.phase}=Pending", false],
        ["jsonpath={.status.ready}=true", true],
        ["jsonpath={.status.nothing}", false],
        ['jsonpath={.status.conditions[?(@.type=="Ready")].status}=True', true],
        ['["condition=Ready", "jsonpath={.status.phase}=Running"]', true],
        ['["condition=Ready", "condition=Stalled"]', false],
      ];
      for (const [waitFor, met] of cases) assert.equal(meets(waitFor), met, waitFor);
      assert.equal(meetsWaitFor(object("core/v1:Pod", {})), undefined);
    });

    it("refuses other forms and says what is allowed", () => {
      for (const text of ["Ready", "condition=", "jsonpath=.status", "[]", "[oops"]) {
        assert.throws(() => parseWaitFor(text), /pulumi\.com\/waitFor/, text);
      }
    });
  });

  describe("field ownership", () => {
    const entry = (manager: string, operation: string, fields: Props): Props => ({
      manager,
      operation,
      apiVersion: "v1",
      fieldsV1: fields,
    });

    it("moves from the creation to apply, and nobody else's", () => {
      const others = entry("kubectl-edit", "Update", { "f:data": { "f:b": {} } });
      const status = { ...entry("us", "Update", { "f:status": {} }), subresource: "status" };
      const created = entry("us", "Update", { "f:data": { "f:a": {} } });
      assert.deepEqual(moveOwnership([others, status, created], "us"), [
        others,
        status,
        { ...created, operation: "Apply" },
      ]);
      const applied = entry("us", "Apply", { "f:data": { "f:c": {} } });
      assert.deepEqual(moveOwnership([applied, created], "us"), [
        { ...applied, fieldsV1: { "f:data": { "f:a": {}, "f:c": {} } } },
      ]);
      assert.equal(moveOwnership([others, status, applied], "us"), undefined);
    });
  });

  describe("outputs", () => {
    it("of a Secret are secret, in previews as well", () => {
      const wire = encode(
        previewOfCreation(
          object("core/v1:Secret", { data: { a: "eA==" }, stringData: { b: "x" } }),
        ),
      ).toJavaScript();
      const marked = (value: string): Props => ({
        "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
        value,
      });
      assert.deepEqual(wire["data"], { a: marked("eA==") });
      assert.deepEqual(wire["stringData"], { b: marked("x") });
    });

    it("of a preview are unknown where only the creation decides", () => {
      const inputs = object("core/v1:Service", { spec: { ports: [{ port: 80 }] } });
      const dryRun = {
        ...inputs,
        metadata: { ...inputs.metadata, uid: "dry", managedFields: [] },
        spec: { clusterIP: "10.0.0.9", ports: [{ port: 80, protocol: "TCP", nodePort: 30001 }] },
        status: { loadBalancer: {} },
      };
      const preview = previewOfCreation(inputs, dryRun);
      assert.equal(preview["status"], UNKNOWN);
      const spec = preview["spec"] as Props;
      assert.equal(spec["clusterIP"], UNKNOWN);
      assert.deepEqual(spec["ports"], [{ port: 80, protocol: "TCP", nodePort: UNKNOWN }]);
      const metadata = preview["metadata"] as Props;
      assert.equal(metadata["uid"], UNKNOWN);
      assert.equal("managedFields" in metadata, false);
    });

    it("merge patches remove what the inputs no longer have", () => {
      const patch = mergePatch({ a: 1, b: { c: 1, d: [1] } }, { b: { c: 1, d: [2] }, e: 3 });
      assert.deepEqual(patch, { a: null, b: { d: [2] }, e: 3 });
    });
  });

  it("errors about Secrets name fields, never values", () => {
    const body = JSON.stringify({
      reason: "Invalid",
      message: 'Secret "s" is invalid: data[k]: Invalid value: "hunter2"',
      details: {
        name: "s",
        causes: [{ field: "data[k]", reason: "FieldValueInvalid", message: 'bad "hunter2"' }],
      },
    });
    const hidden = apiError(422, body, true).message;
    assert.equal(hidden, 'secrets "s": Invalid (data[k]: FieldValueInvalid)');
    assert.match(apiError(422, body, false).message, /hunter2/);
    const strict = JSON.stringify({
      reason: "BadRequest",
      message: 'strict decoding error: unknown field "typ", value "hunter2"',
    });
    assert.equal(apiError(400, strict, true).message, 'secrets: BadRequest (unknown field "typ")');
  });

  it("decodes YAML and offers no other function", async () => {
    const model = new KubernetesModel();
    const { result } = await model.invoke("kubernetes:yaml:decode", {
      text: "kind: A\n---\n\n---\nkind: B\n",
    });
    assert.deepEqual(result, { result: [{ kind: "A" }, { kind: "B" }] });
    await assert.rejects(model.invoke("kubernetes:helm:template", {}), /does not offer/);
  });
});
