/** The sandbox's own control plane in real processes: workloads, a crash, a restart, the end. */
import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { AppsV1Api, BatchV1Api, CoreV1Api, KubeConfig } from "@kubernetes/client-node";

import { LocalCluster } from "../../sandbox/control-plane/local-cluster";
import { createProgress, silentProgress } from "../../sandbox/progress";

const namespace = "shop";

describe("control plane in processes", function () {
  const folder = mkdtempSync(join(tmpdir(), "dtem-control-plane-"));
  const clusterFolder = join(folder, "cluster");
  const cluster = new LocalCluster({ name: "dtem-sandbox-test", folder: clusterFolder });
  const api = (): { core: CoreV1Api; apps: AppsV1Api; batch: BatchV1Api } => {
    const config = new KubeConfig();
    config.loadFromFile(cluster.kubeconfigPath);
    return {
      core: config.makeApiClient(CoreV1Api),
      apps: config.makeApiClient(AppsV1Api),
      batch: config.makeApiClient(BatchV1Api),
    };
  };
  const pids = (): Record<string, number> =>
    Object.fromEntries(
      readdirSync(clusterFolder)
        .filter((file) => file.endsWith(".pid"))
        .map((file) => [
          file.slice(0, -4),
          Number(readFileSync(join(clusterFolder, file), "utf8")),
        ]),
    );

  before("start", async () => {
    await cluster.start(createProgress());
  });

  after("stop", async () => {
    await cluster.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it("runs five processes, and a second start changes nothing", async () => {
    const first = pids();
    assert.deepEqual(Object.keys(first).sort(), [
      "etcd",
      "kube-apiserver",
      "kube-controller-manager",
      "kube-scheduler",
      "kwok",
    ]);
    await cluster.start(silentProgress);
    assert.deepEqual(pids(), first);
    assert.equal((await cluster.status()).running, true);
  });

  it("keeps its secrets to the user", () => {
    const open = readdirSync(clusterFolder)
      .filter((file) => /kubeconfig$|\.key$|^tokens/.test(file))
      .filter((file) => (statSync(join(clusterFolder, file)).mode & 0o077) !== 0);
    assert.deepEqual(open, []);
    assert.equal(statSync(clusterFolder).mode & 0o777, 0o700);
  });

  it("has a ready node in every zone", async () => {
    const { items } = await api().core.listNode();
    const ready = items
      .filter(({ status }) =>
        status?.conditions?.some(({ type, status }) => type === "Ready" && status === "True"),
      )
      .map(({ metadata }) => metadata?.labels?.["topology.kubernetes.io/zone"]);
    assert.deepEqual(ready.sort(), ["sa-east-1a", "sa-east-1b", "sa-east-1c"]);
  });

  it("runs a Deployment, a StatefulSet with volumes and a Job, and names a load balancer", async () => {
    const { core, apps, batch } = api();
    await core.createNamespace({ body: { metadata: { name: namespace } } });
    await apps.createNamespacedDeployment({ namespace, body: deployment });
    await apps.createNamespacedStatefulSet({ namespace, body: statefulSet });
    await batch.createNamespacedJob({ namespace, body: job });
    await core.createNamespacedService({ namespace, body: loadBalancer });

    await eventually("the Deployment is available", async () => {
      const { status } = await apps.readNamespacedDeployment({ namespace, name: "web" });
      return status?.availableReplicas === 2;
    });
    await eventually("the StatefulSet is ready", async () => {
      const { status } = await apps.readNamespacedStatefulSet({ namespace, name: "db" });
      return status?.readyReplicas === 2;
    });
    await eventually("the Job is complete", async () => {
      const { status } = await batch.readNamespacedJob({ namespace, name: "seed" });
      return status?.conditions?.some(
        ({ type, status }) => type === "Complete" && status === "True",
      );
    });
    await eventually("the Service has a hostname", async () => {
      const { status } = await core.readNamespacedService({ namespace, name: "web" });
      return (
        status?.loadBalancer?.ingress?.[0]?.hostname === "web-shop.elb.sa-east-1.amazonaws.com"
      );
    });
    const { items } = await core.listNamespacedPersistentVolumeClaim({ namespace });
    assert.deepEqual(
      items.map(({ metadata, status }) => [metadata?.name, status?.phase, status?.capacity]),
      [
        ["data-db-0", "Bound", { storage: "100Gi" }],
        ["data-db-1", "Bound", { storage: "100Gi" }],
      ],
    );
  });

  it("enforces pod security where a namespace asks for it", async () => {
    const { core } = api();
    const name = "strict";
    const labels = { "pod-security.kubernetes.io/enforce": "restricted" };
    await core.createNamespace({ body: { metadata: { name, labels } } });
    await eventually("the namespace has its service account", async () => {
      const { items } = await core.listNamespacedServiceAccount({ namespace: name });
      return items.length > 0;
    });
    await assert.rejects(
      core.createNamespacedPod({
        namespace: name,
        body: {
          metadata: { name: "root" },
          spec: {
            containers: [{ name: "c", image: "nginx", securityContext: { privileged: true } }],
          },
        },
      }),
      /violates PodSecurity/,
    );
  });

  it("survives killed processes with its data", async () => {
    const first = pids();
    for (const name of ["kube-apiserver", "etcd"]) {
      const pid = first[name];
      assert.ok(pid !== undefined);
      process.kill(pid, "SIGKILL");
    }
    await eventually("the cluster is down", async () => !(await cluster.status()).running);
    await cluster.start(silentProgress);
    const second = pids();
    assert.notEqual(second["kube-apiserver"], first["kube-apiserver"]);
    const { status } = await api().apps.readNamespacedStatefulSet({ namespace, name: "db" });
    assert.equal(status?.readyReplicas, 2);
  });

  it("deletes workloads and their volumes", async () => {
    const { core } = api();
    await core.deleteNamespace({ name: namespace });
    await eventually("the namespace is gone", async () => {
      const { items } = await core.listNamespace();
      return !items.some(({ metadata }) => metadata?.name === namespace);
    });
    await eventually("the volumes are gone", async () => {
      return (await core.listPersistentVolume()).items.length === 0;
    });
  });

  it("stops without leaving a process, and starts again with its data", async () => {
    const running = Object.values(pids());
    await cluster.stop();
    // Killed children of this very process stay visible until it has taken note of their end.
    await eventually("no process is left", () =>
      Promise.resolve(running.every((pid) => !existsSync(`/proc/${pid}`))),
    );
    assert.deepEqual(pids(), {});
    assert.equal((await cluster.status()).running, false);

    await cluster.start(silentProgress);
    const { items } = await api().core.listNamespace();
    assert.ok(items.some(({ metadata }) => metadata?.name === "strict"));
  });
});

const container = { name: "main", image: "example.org/app:1" };

const deployment = {
  metadata: { name: "web" },
  spec: {
    replicas: 2,
    selector: { matchLabels: { app: "web" } },
    template: {
      metadata: { labels: { app: "web" } },
      spec: { initContainers: [{ ...container, name: "init" }], containers: [container] },
    },
  },
};

const statefulSet = {
  metadata: { name: "db" },
  spec: {
    replicas: 2,
    serviceName: "db",
    selector: { matchLabels: { app: "db" } },
    template: {
      metadata: { labels: { app: "db" } },
      spec: {
        containers: [{ ...container, volumeMounts: [{ name: "data", mountPath: "/data" }] }],
      },
    },
    volumeClaimTemplates: [
      {
        metadata: { name: "data" },
        spec: {
          accessModes: ["ReadWriteOnce"],
          resources: { requests: { storage: "100Gi" } },
        },
      },
    ],
    persistentVolumeClaimRetentionPolicy: { whenDeleted: "Delete", whenScaled: "Retain" },
  },
};

const job = {
  metadata: { name: "seed" },
  spec: { template: { spec: { restartPolicy: "Never", containers: [container] } } },
};

const loadBalancer = {
  metadata: { name: "web" },
  spec: { type: "LoadBalancer", selector: { app: "web" }, ports: [{ port: 80 }] },
};

async function eventually(
  what: string,
  condition: () => Promise<boolean | undefined>,
): Promise<void> {
  const deadline = Date.now() + 60_000;
  while ((await condition()) !== true) {
    assert.ok(Date.now() < deadline, `not within 60 s: ${what}`);
    await sleep(200);
  }
}
