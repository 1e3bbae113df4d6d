import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { parse, stringify } from "yaml";

import { ControlPlane, standInForEks } from "../../sandbox/control-plane/control-plane";
import { DetachedProgram, isOurs } from "../../sandbox/control-plane/detached-program";
import { initialObjects } from "../../sandbox/control-plane/initial-objects";
import { kindConfig, renameKindContext } from "../../sandbox/control-plane/kind-cluster";
import { controlPlaneProgram } from "../../sandbox/control-plane/local-cluster";
import { controlPlanePrograms } from "../../sandbox/control-plane/programs";
import { SandboxError } from "../../sandbox/errors";
import { silentProgress } from "../../sandbox/progress";
import { inTemporaryFolder, withEnvironment } from "./temporary";

const kubeconfig = (name: string, server: string): object => ({
  apiVersion: "v1",
  kind: "Config",
  clusters: [{ name, cluster: { server } }],
  users: [{ name, user: { token: `token of ${name}` } }],
  contexts: [{ name, context: { cluster: name, user: name } }],
  "current-context": name,
});

describe("programs of the control plane", () => {
  const programs = controlPlanePrograms({
    binary: "/cache/control-plane",
    folder: "/stack/cluster",
    ports: { apiServer: 1001, etcd: 1002, etcdPeer: 1003 },
    kwokConfig: "/sandbox/kwok.yaml",
  });
  const flags = (name: string): readonly string[] => {
    const program = programs.find((program) => program.name === name);
    assert.ok(program, `no program ${name}`);
    return program.args;
  };

  it("start in the order in which they need each other", () => {
    assert.deepEqual(
      programs.map(({ name }) => name),
      ["etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler", "kwok"],
    );
  });

  it("listen on the loopback address or not at all", () => {
    for (const url of flags("etcd").filter((flag) => flag.startsWith("--listen-"))) {
      assert.match(url, /=https:\/\/127\.0\.0\.1:\d+$/);
    }
    assert.ok(flags("kube-apiserver").includes("--bind-address=127.0.0.1"));
    for (const name of ["kube-controller-manager", "kube-scheduler"]) {
      assert.ok(flags(name).includes("--secure-port=0"));
    }
    assert.ok(flags("kwok").includes("--node-port=0"));
  });

  it("let nobody in without a certificate or a token, and check what he may do", () => {
    assert.ok(flags("etcd").includes("--client-cert-auth"));
    assert.ok(flags("kube-apiserver").includes("--anonymous-auth=false"));
    assert.ok(flags("kube-apiserver").includes("--authorization-mode=Node,RBAC"));
    assert.ok(!flags("kube-apiserver").some((flag) => flag.includes("disable-admission")));
  });

  it("are recognised by name and folder", () => {
    for (const program of programs) {
      const command = [program.binary, program.name, ...program.args];
      assert.ok(isOurs(command, program));
      assert.ok(!isOurs(command, { ...program, folder: "/stack/clust" }));
      assert.ok(!isOurs(command, { ...program, name: "other" }));
      assert.ok(!isOurs(undefined, program));
    }
  });

  it("report the pinned version", () => {
    const { version, linkerVariables } = controlPlaneProgram();
    assert.equal(linkerVariables?.["k8s.io/component-base/version.gitVersion"], version);
    const node = initialObjects(version)[0]?.object;
    assert.ok(JSON.stringify(node).includes(`"kubeletVersion":"${version}"`));
  });
});

describe("detached program", () => {
  const args = (folder: string) => ({
    name: "program.js",
    binary: process.execPath,
    args: [`--data=${folder}/data`],
    folder,
  });

  it("runs until it is stopped, and starts once", async () => {
    await inTemporaryFolder(async (folder) => {
      writeFileSync(join(folder, "program.js"), "setInterval(() => undefined, 1000);");
      const program = new DetachedProgram(args(folder));
      assert.equal(await program.start(), true);
      try {
        const pid = await program.pid();
        assert.ok(pid !== undefined);
        assert.equal(await new DetachedProgram(args(folder)).start(), false);
        assert.equal(await program.pid(), pid);
        // Other arguments, as after a change of version: the old one makes way.
        const changed = { ...args(folder), args: [`--data=${folder}/other`] };
        assert.equal(await new DetachedProgram(changed).start(), true);
        assert.notEqual(await program.pid(), pid);
      } finally {
        await program.stop();
      }
      assert.equal(await program.pid(), undefined);
    });
  });

  it("leaves a process alone that has got the pid of a dead one", async () => {
    await inTemporaryFolder(async (folder) => {
      // Stopping this pid would end the test run.
      writeFileSync(join(folder, "program.js.pid"), `${process.pid}\n`);
      const program = new DetachedProgram(args(folder));
      assert.equal(await program.pid(), undefined);
      await program.stop();
    });
  });

  it("keeps the last words", async () => {
    await inTemporaryFolder(async (folder) => {
      writeFileSync(join(folder, "program.js"), `console.error("first\\nno port left");`);
      const program = new DetachedProgram(args(folder));
      await program.start();
      while ((await program.pid()) !== undefined) await new Promise((r) => setTimeout(r, 20));
      assert.equal(program.lastWords(1), "no port left");
    });
  });
});

describe("control plane of a stack", () => {
  it("has its context's name from the stack and its files in the stack's folder", async () => {
    await inTemporaryFolder(async (folder) => {
      const controlPlane = new ControlPlane({ stack: "dev", folder });
      assert.equal(controlPlane.context, "dtem-sandbox-dev");
      assert.equal(controlPlane.kubeconfigPath, join(folder, "cluster", "kubeconfig"));
      assert.deepEqual(await controlPlane.status(), { running: false, summary: "not made yet" });
      await controlPlane.stop();
    });
  });

  it("finds none without Docker and Go, and says why", async () => {
    await inTemporaryFolder(async (folder) => {
      const empty = join(folder, "empty");
      mkdirSync(empty);
      await withEnvironment({ PATH: empty, DTEM_CACHE_DIR: folder }, async () => {
        const controlPlane = new ControlPlane({ stack: "dev", folder });
        await assert.rejects(controlPlane.start(silentProgress), (error) => {
          assert.ok(error instanceof SandboxError);
          assert.match(error.message, /- kind: Docker does not run here\n/);
          assert.match(error.message, /- a Go build: there is no "go" on PATH; install Go 1\.26/);
          return true;
        });
        assert.equal((await controlPlane.status()).summary, "not made yet");
      });
    });
  });

  it("refuses an unknown context and names the known ones", async () => {
    await inTemporaryFolder(async (folder) => {
      const path = join(folder, "kubeconfig");
      writeFileSync(path, stringify(kubeconfig("mine", "https://127.0.0.1:1")));
      await withEnvironment({ KUBECONFIG: path }, async () => {
        await assert.rejects(
          new ControlPlane({ stack: "dev", folder, context: "other" }).start(silentProgress),
          { message: `There is no context "other" in ${path}; it has mine.` },
        );
        await assert.rejects(
          new ControlPlane({ stack: "dev", folder, context: "mine" }).start(silentProgress),
          /The cluster of context "mine" \(https:\/\/127\.0\.0\.1:1\) does not answer: .*ECONNREFUSED/,
        );
      });
    });
  });
});

describe("kubeconfig of a modelled cluster", () => {
  const own = stringify(kubeconfig("dtem-sandbox-prod", "https://127.0.0.1:4000"));

  it("leads to the sandbox's own", () => {
    const eks = kubeconfig("eks", "https://0123.gr7.sa-east-1.eks.amazonaws.com");
    const result = parse(standInForEks(JSON.stringify(eks), own, "dtem-sandbox-prod")) as object;
    assert.deepEqual(result, {
      ...kubeconfig("eks", "https://127.0.0.1:4000"),
      users: [{ name: "eks", user: { token: "token of dtem-sandbox-prod" } }],
    });
  });

  it("is left as it is where it is another cluster's", () => {
    const other = stringify(kubeconfig("x", "https://eks.amazonaws.com.example.org"));
    assert.equal(standInForEks(other, own, "dtem-sandbox-prod"), other);
  });
});

describe("kind", () => {
  it("gets a worker in every zone and listens on the loopback address", () => {
    assert.deepEqual(kindConfig(), {
      kind: "Cluster",
      apiVersion: "kind.x-k8s.io/v1alpha4",
      networking: { apiServerAddress: "127.0.0.1" },
      nodes: [
        { role: "control-plane" },
        { role: "worker", labels: { "topology.kubernetes.io/zone": "sa-east-1a" } },
        { role: "worker", labels: { "topology.kubernetes.io/zone": "sa-east-1b" } },
        { role: "worker", labels: { "topology.kubernetes.io/zone": "sa-east-1c" } },
      ],
    });
  });

  it("has its context renamed and nothing else", () => {
    const made = kubeconfig("kind-dtem-sandbox-dev", "https://127.0.0.1:4000");
    assert.deepEqual(parse(renameKindContext(stringify(made), "dtem-sandbox-dev")), {
      ...made,
      contexts: [
        {
          name: "dtem-sandbox-dev",
          context: { cluster: "kind-dtem-sandbox-dev", user: "kind-dtem-sandbox-dev" },
        },
      ],
      "current-context": "dtem-sandbox-dev",
    });
  });
});
