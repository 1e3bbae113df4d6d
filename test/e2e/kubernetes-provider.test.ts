/**
 * The kubernetes stand-in on a real API server: what no mock can show (strict validation, field
 * ownership, finalizers, readiness by real controllers). With DTEM_E2E_CONTEXT it runs on that
 * context of the ambient kubeconfig, in namespaces of its own; else on a control plane of its own.
 */
import assert from "node:assert/strict";
import { readFileSync, rmSync } from "node:fs";

import { ControlPlane } from "../../sandbox/control-plane/control-plane";
import { silentProgress } from "../../sandbox/progress";
import { KubernetesClient } from "../../sandbox/providers/kubernetes/client";
import { loadKubeconfig } from "../../sandbox/providers/kubernetes/kubeconfig";
import { listAt, stringAt } from "../../sandbox/providers/kubernetes/kubernetes-object";
import { KubernetesModel } from "../../sandbox/providers/kubernetes/model";
import { parseSettings } from "../../sandbox/providers/kubernetes/settings";
import { InitializationFailed, reveal, type Props } from "../../sandbox/providers/service";
import { temporaryFolder } from "./support/sandbox";

/** What the engine would keep of a resource. */
interface State {
  readonly type: string;
  readonly name: string;
  readonly id: string;
  readonly inputs: Props;
  readonly outputs: Props;
}

const NAMESPACE = "kubernetes:core/v1:Namespace";
const CONFIG_MAP = "kubernetes:core/v1:ConfigMap";
const SECRET = "kubernetes:core/v1:Secret";
const DEPLOYMENT = "kubernetes:apps/v1:Deployment";
const ROLE = "kubernetes:rbac.authorization.k8s.io/v1:Role";
const CRD = "kubernetes:apiextensions.k8s.io/v1:CustomResourceDefinition";

describe("kubernetes stand-in on a real API server", () => {
  const folder = temporaryFolder();
  const context = process.env["DTEM_E2E_CONTEXT"];
  const controlPlane = new ControlPlane({ stack: "e2e", folder, ...(context && { context }) });
  const signal = new AbortController().signal;
  let model: KubernetesModel;
  /** Somebody else at the API server. */
  let other: KubernetesClient;
  let namespaceState: State;
  let namespace: string;

  before(async () => {
    await controlPlane.start(silentProgress);
    const config = {
      kubeconfig: readFileSync(controlPlane.kubeconfigPath, "utf8"),
      context: controlPlane.context,
    };
    model = new KubernetesModel();
    await model.configure(config);
    other = new KubernetesClient(await loadKubeconfig(parseSettings(config), (k) => k));
    namespaceState = await create(NAMESPACE, "e2e", {});
    namespace = namespaceState.id;
  });

  after(async () => {
    if (namespaceState) await remove(namespaceState);
    await controlPlane.remove();
    rmSync(folder, { recursive: true, force: true });
  });

  async function check(type: string, name: string, news: Props, olds: Props = {}): Promise<Props> {
    const urn = `urn:pulumi:dev::dtem::${type}::${name}`;
    const randomSeed = Buffer.from(`${Date.now()}`);
    const { inputs, failures } = await model.check({ urn, type, olds, news, randomSeed });
    assert.deepEqual(failures, []);
    return inputs;
  }

  async function create(type: string, name: string, news: Props, seconds = 60): Promise<State> {
    const inputs = await check(type, name, news);
    const request = { type, inputs, timeoutSeconds: seconds, signal };
    await model.create({ ...request, preview: true });
    const { id, outputs } = await model.create({ ...request, preview: false });
    return { type, name, id, inputs, outputs: reveal(outputs) as Props };
  }

  function preview(type: string, name: string, news: Props): Promise<{ outputs: Props }> {
    return check(type, name, news).then((inputs) =>
      model.create({ type, inputs, preview: true, timeoutSeconds: 0, signal }),
    );
  }

  async function update(state: State, news: Props, ignoreChanges: string[] = []): Promise<State> {
    const { type, id, inputs: oldInputs, outputs: olds } = state;
    const inputs = await check(type, state.name, news, oldInputs);
    const request = { type, id, oldInputs, olds, news: inputs, ignoreChanges, timeoutSeconds: 60 };
    await model.update({ ...request, preview: true, signal });
    const { outputs } = await model.update({ ...request, preview: false, signal });
    return { ...state, inputs, outputs: reveal(outputs) as Props };
  }

  async function refresh(state: State): Promise<State | undefined> {
    const { type, id, inputs, outputs } = state;
    const read = await model.read({ type, id, inputs, state: outputs });
    return read && { ...state, ...read, outputs: reveal(read.outputs) as Props };
  }

  /** Paths in which the live object differs from the inputs, ready or not. */
  async function drift(state: State): Promise<string[]> {
    const live = await refresh(state).catch((error: unknown) => {
      // A controller may not have seen an edit yet; the engine takes the inputs from the error.
      if (error instanceof InitializationFailed && error.inputs) return { inputs: error.inputs };
      throw error;
    });
    assert.ok(live, `${state.id} is gone`);
    const request = { type: state.type, oldInputs: state.inputs, olds: state.outputs };
    return (await model.diff({ ...request, news: live.inputs })).diffs ?? [];
  }

  function remove(state: State, seconds = 60): Promise<void> {
    const { type, id, outputs } = state;
    return model.delete({ type, id, outputs, timeoutSeconds: seconds, signal });
  }

  const inNamespace = (rest: Props = {}): Props => ({ namespace, ...rest });
  const reference = (apiVersion: string, kind: string, state: State) => ({
    apiVersion,
    kind,
    namespace,
    name: state.id.split("/")[1] ?? "",
  });
  const podTemplate = (app: string): Props => ({
    metadata: { labels: { app } },
    spec: {
      containers: [
        {
          name: "app",
          image: "registry.k8s.io/pause:3.10",
          ports: [{ containerPort: 8080 }],
          env: [{ name: "EMPTY", value: "" }],
          resources: { requests: { cpu: "0.1", memory: "64Mi" }, limits: { memory: "1024Mi" } },
        },
      ],
    },
  });
  const deployment = (app: string, change: Props = {}): Props => ({
    metadata: inNamespace(),
    spec: {
      replicas: 2,
      selector: { matchLabels: { app } },
      template: podTemplate(app),
      ...change,
    },
  });

  it("awaits a rollout and its Service, sees no drift, and deletes both to the end", async () => {
    const app = await create(DEPLOYMENT, "web", deployment("web"));
    assert.equal((app.outputs["status"] as Props)["availableReplicas"], 2);
    const service = await create("kubernetes:core/v1:Service", "web", {
      metadata: inNamespace(),
      spec: { selector: { app: "web" }, ports: [{ port: 80, targetPort: 8080 }] },
    });
    assert.deepEqual(await drift(app), []);
    assert.deepEqual(await drift(service), []);
    await remove(service);
    await remove(app);
    assert.equal(await refresh(app), undefined);
    const pods = await other.list(
      { apiVersion: "v1", kind: "Pod", namespace },
      { labelSelector: "app=web" },
    );
    assert.deepEqual(pods, [], "foreground deletion takes the pods first");
  });

  it("shows wrong fields in the preview, and creates nothing", async () => {
    const { spec } = deployment("bad") as { spec: Props };
    await assert.rejects(
      preview(DEPLOYMENT, "bad", { metadata: inNamespace(), spec: { ...spec, replica: 3 } }),
      /unknown field "spec.replica"/,
    );
    await assert.rejects(
      preview(DEPLOYMENT, "bad", {
        metadata: inNamespace({ name: "bad" }),
        spec: { ...spec, selector: { matchLabels: { app: "other" } } },
      }),
      /selector.*does not match template/,
    );
    const ref = { apiVersion: "apps/v1", kind: "Deployment", namespace, name: "bad" };
    assert.equal(await other.get(ref), undefined);
  });

  it("previews into a namespace that does not exist yet", async () => {
    const news = { metadata: { namespace: "comes-later" }, data: { a: "1" } };
    const { outputs } = await preview(CONFIG_MAP, "early", news);
    assert.deepEqual(outputs["data"], { a: "1" });
  });

  it("fills in the server's defaults in a preview", async () => {
    const { outputs } = await preview(DEPLOYMENT, "defaults", deployment("defaults"));
    assert.equal((outputs["spec"] as Props)["revisionHistoryLimit"], 10);
  });

  it("keeps an object that does not become ready, and says why", async () => {
    const never = { nodeSelector: { nowhere: "true" } };
    const template = podTemplate("stuck");
    const spec = { ...(template["spec"] as Props), ...never };
    const news = deployment("stuck", { template: { ...template, spec } });
    const failure: unknown = await create(DEPLOYMENT, "stuck", news, 2).catch((e: unknown) => e);
    assert.ok(failure instanceof InitializationFailed, String(failure));
    assert.match(failure.reasons[0] ?? "", /after 2 s: 0 of 2 replicas available/);
    const outputs = reveal(failure.outputs) as Props;
    await remove({ type: DEPLOYMENT, name: "stuck", id: failure.id, inputs: news, outputs });
  });

  it("takes over nothing that exists, unless told to", async () => {
    const news = { metadata: inNamespace({ name: "taken" }), data: { a: "1" } };
    const first = await create(CONFIG_MAP, "first", news);
    await assert.rejects(create(CONFIG_MAP, "second", news), /ConfigMap .*\/taken already exists/);
    const upserting = new KubernetesModel();
    const kubeconfig = readFileSync(controlPlane.kubeconfigPath, "utf8");
    const config = { kubeconfig, context: controlPlane.context };
    await upserting.configure({ ...config, upsertExistingObjects: "true" });
    const inputs = { ...first.inputs, data: { a: "2" } };
    const request = { type: CONFIG_MAP, inputs, preview: false, timeoutSeconds: 5, signal };
    const { outputs } = await upserting.create(request);
    assert.deepEqual(outputs["data"], { a: "2" });
    await remove(first);
  });

  it("removes by an update what the inputs no longer have, and only that", async () => {
    const rules = (verbs: string[]): Props[] => [{ apiGroups: [""], resources: ["pods"], verbs }];
    const labels = { kept: "1", dropped: "1" };
    const role = await create(ROLE, "role", {
      metadata: inNamespace({ labels }),
      rules: rules(["get", "list"]),
    });
    const ref = reference("rbac.authorization.k8s.io/v1", "Role", role);
    await other.patch(ref, { metadata: { labels: { foreign: "1" } } }, "merge-patch");
    const updated = await update(role, {
      metadata: inNamespace({ labels: { kept: "2" } }),
      rules: rules(["get"]),
    });
    assert.deepEqual((updated.outputs["metadata"] as Props)["labels"], { kept: "2", foreign: "1" });
    assert.deepEqual(updated.outputs["rules"], rules(["get"]));
    assert.deepEqual(await drift(updated), []);
    await remove(updated);
  });

  it("sees a hand edit as drift, refuses to fight over it, and takes it back by force", async () => {
    const news = deployment("edited", { replicas: 0 });
    const state = await create(DEPLOYMENT, "edited", news);
    const ref = reference("apps/v1", "Deployment", state);
    const edit = { spec: { minReadySeconds: 3, revisionHistoryLimit: 4 } };
    await other.patch(ref, edit, "merge-patch", { fieldManager: "kubectl-edit" });
    assert.deepEqual(await drift(state), [], "fields that we do not set are no drift");
    const template = { metadata: { labels: { app: "edited" } } };
    await other.patch(ref, { spec: { replicas: 1, template } }, "merge-patch", {
      fieldManager: "kubectl-edit",
    });
    assert.deepEqual(await drift(state), ["spec.replicas"]);

    await assert.rejects(
      update(state, news),
      /conflict over \.spec\.replicas \(set by kubectl-edit\)\. .*patchForce/,
    );
    const forced = {
      ...news,
      metadata: inNamespace({ annotations: { "pulumi.com/patchForce": "true" } }),
    };
    const updated = await update(state, forced);
    assert.equal((updated.outputs["spec"] as Props)["replicas"], 0);
    assert.deepEqual(await drift(updated), []);
    await remove(updated);
  });

  it("leaves an ignored field to its owner", async () => {
    const state = await create(DEPLOYMENT, "scaled", deployment("scaled", { replicas: 0 }));
    const ref = reference("apps/v1", "Deployment", state);
    await other.patch(ref, { spec: { replicas: 1 } }, "merge-patch", { fieldManager: "hpa" });
    const news = deployment("scaled", { replicas: 0, minReadySeconds: 1 });
    const updated = await update(state, news, ["spec.replicas"]);
    const spec = updated.outputs["spec"] as Props;
    assert.deepEqual([spec["replicas"], spec["minReadySeconds"]], [1, 1]);
    await remove(updated);
  });

  it("finds an object gone on refresh", async () => {
    const state = await create(CONFIG_MAP, "gone", { metadata: inNamespace(), data: {} });
    await other.delete(reference("v1", "ConfigMap", state), {});
    assert.equal(await refresh(state), undefined);
    await remove(state); // and deleting it is no error
  });

  it("keeps Secrets out of messages and marks their data", async () => {
    const value = "a-secret-that-must-not-appear";
    const bad = { metadata: inNamespace(), stringData: { "bad key": value }, typ: "Opaque" };
    await assert.rejects(preview(SECRET, "bad", bad), (error: Error) => {
      assert.match(error.message, /unknown field "typ"/);
      assert.ok(!error.message.includes(value));
      return true;
    });
    const inputs = await check(SECRET, "good", {
      metadata: inNamespace(),
      stringData: { a: value },
    });
    const request = { type: SECRET, inputs, preview: false, timeoutSeconds: 5, signal };
    const { id, outputs } = await model.create(request);
    assert.notDeepEqual(outputs["data"], reveal(outputs["data"]), "the data carry secret marks");
    const state = { type: SECRET, name: "good", id, inputs, outputs: reveal(outputs) as Props };
    assert.deepEqual(await drift(state), []);
    await other.patch(reference("v1", "Secret", state), { data: { a: "eA==" } }, "merge-patch");
    assert.deepEqual(await drift(state), ["stringData.a"]);
    await remove(state);
  });

  it("creates a custom resource while its definition is being made", async () => {
    const kind = { plural: "widgets", singular: "widget", kind: "Widget" };
    const schema = {
      type: "object",
      properties: {
        spec: { type: "object", properties: { size: { type: "integer" } } },
        status: { type: "object", "x-kubernetes-preserve-unknown-fields": true },
      },
    };
    const version = {
      name: "v1",
      served: true,
      storage: true,
      schema: { openAPIV3Schema: schema },
    };
    const definition = {
      metadata: { name: "widgets.e2e.dtem.example" },
      spec: { group: "e2e.dtem.example", scope: "Namespaced", names: kind, versions: [version] },
    };
    const type = "kubernetes:e2e.dtem.example/v1:Widget";
    const annotations = { "pulumi.com/waitFor": "jsonpath={.status.phase}=Done" };
    // Completed before the definition exists, hence without a namespace of its own.
    const inputs = await check(type, "w", {
      metadata: { name: "w", annotations },
      spec: { size: 1 },
    });
    assert.equal((inputs["metadata"] as Props)["namespace"], undefined);
    const creating = model.create({ type, inputs, preview: false, timeoutSeconds: 60, signal });
    const crd = await create(CRD, "crd", definition);

    const ref = {
      apiVersion: "e2e.dtem.example/v1",
      kind: "Widget",
      namespace: "default",
      name: "w",
    };
    const controller = async (): Promise<void> => {
      while (!(await other.get(ref))) await new Promise((resolve) => setTimeout(resolve, 100));
      await other.patch(ref, { status: { phase: "Done" } }, "merge-patch");
    };
    const [created] = await Promise.all([creating, controller()]);
    assert.equal(created.id, "default/w");
    assert.equal((created.outputs["status"] as Props)["phase"], "Done");
    await assert.rejects(preview(type, "x", { spec: { sise: 1 } }), /unknown field "spec.sise"/);

    const widget = { type, name: "w", id: created.id, inputs, outputs: created.outputs };
    assert.deepEqual(await drift(widget), []);
    const again = await check(
      type,
      "w",
      { metadata: { name: "w", annotations }, spec: { size: 1 } },
      inputs,
    );
    assert.deepEqual(again, inputs, "knowing the kind by now changes nothing");
    await remove(crd);
    assert.equal(await refresh(widget), undefined);
    await remove(widget);
  });

  it("waits for finalizers and names those that hold an object", async () => {
    const finalizers = ["e2e.dtem.example/hold"];
    const news = { metadata: inNamespace({ finalizers }), data: {} };
    const state = await create(CONFIG_MAP, "held", news);
    await assert.rejects(
      remove(state, 1),
      /after 1 s; held by the finalizers e2e.dtem.example\/hold/,
    );
    const ref = reference("v1", "ConfigMap", state);
    const removing = remove(state, 30);
    await other.patch(ref, { metadata: { finalizers: null } }, "merge-patch");
    await removing;
    assert.equal(await other.get(ref), undefined);
  });

  it("owns only its fields of a patched object and gives them back", async () => {
    const labels = (): Promise<Props> =>
      other
        .get({ apiVersion: "v1", kind: "Namespace", name: namespace })
        .then((object) => (object?.metadata["labels"] ?? {}) as Props);
    const type = "kubernetes:core/v1:NamespacePatch";
    const patch = await create(type, "p", {
      metadata: { name: namespace, labels: { patched: "yes" } },
    });
    assert.equal((await labels())["patched"], "yes");
    assert.deepEqual(await drift(namespaceState), []);
    await remove(patch);
    assert.equal("patched" in (await labels()), false);
    assert.equal(
      stringAt(
        await other.get({ apiVersion: "v1", kind: "Namespace", name: namespace }),
        "status.phase",
      ),
      "Active",
    );
  });

  it("updates by merge patch with client-side apply, and labels what it makes", async () => {
    const clientSide = new KubernetesModel();
    const kubeconfig = readFileSync(controlPlane.kubeconfigPath, "utf8");
    const config = { kubeconfig, context: controlPlane.context };
    await clientSide.configure({ ...config, enableServerSideApply: "false" });
    const serverSide = model;
    model = clientSide;
    try {
      const rules = [{ apiGroups: [""], resources: ["pods"], verbs: ["get"] }];
      const state = await create(ROLE, "csa", {
        metadata: inNamespace({ labels: { a: "1" } }),
        rules,
      });
      const updated = await update(state, { metadata: inNamespace({ labels: { b: "2" } }), rules });
      assert.deepEqual((updated.outputs["metadata"] as Props)["labels"], {
        b: "2",
        "app.kubernetes.io/managed-by": "pulumi",
      });
      await remove(updated);
    } finally {
      model = serverSide;
    }
  });

  it("makes the namespace of a release that asks for it, and leaves it with its owner", async () => {
    const type = "kubernetes:helm.sh/v3:Release";
    const name = `${namespace}-release`;
    const release = await create(type, "r", {
      chart: "metrics-server",
      version: "3.13.0",
      namespace: name,
      createNamespace: true,
      values: { replicas: 2 },
    });
    const { status } = release.outputs as { status: Props };
    assert.deepEqual([status["status"], status["revision"]], ["deployed", 1]);
    const ref = { apiVersion: "v1", kind: "Namespace", name };
    assert.ok(await other.get(ref));
    await remove(release);
    const left = await other.get(ref);
    assert.ok(left);
    assert.deepEqual(listAt(left, "metadata.ownerReferences"), []);
    await other.delete(ref, {});
  });
});
