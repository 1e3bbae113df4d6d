/** Bad input and bad luck: a clear message, nothing created, nothing lost. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { parse, stringify } from "yaml";

import program from "../../index";
import { silentProgress } from "../../sandbox/progress";
import { listLeftovers } from "../../sandbox/providers/aws/ledger";
import { Sandbox, type SandboxOptions } from "../../sandbox/sandbox";
import { stacks, withValue } from "../support/stack-config";
import { wrongValues } from "../support/wrong-values";
import { resourcesOf, temporaryFolder } from "./support/sandbox";

async function open(
  stack: string,
  folder: string,
  options: Partial<SandboxOptions> = {},
): Promise<Sandbox> {
  return await Sandbox.open({ stack, program, folder, progress: silentProgress, ...options });
}

describe("a wrong value of the configuration, on the engine", () => {
  for (const stack of stacks) {
    describe(stack, () => {
      const folder = temporaryFolder();
      let sandbox: Sandbox;
      let file: string;
      let sound: { config: Record<string, unknown> };
      before(async () => {
        sandbox = await open(stack, folder);
        file = join(folder, "project", `Pulumi.${stack}.yaml`);
        sound = parse(readFileSync(file, "utf8")) as typeof sound;
      });
      after(async () => {
        await sandbox?.remove();
      });

      for (const { path, value, expected } of wrongValues.filter(
        (wrong) => wrong.stack === stack,
      )) {
        it(`${path} = ${JSON.stringify(value)}`, async () => {
          const config = Object.fromEntries(
            Object.entries(
              withValue(
                Object.fromEntries(
                  Object.entries(sound.config).map(([key, at]) => [key.replace("dtem:", ""), at]),
                ),
                path,
                value,
              ),
            ).map(([key, at]) => [`dtem:${key}`, at]),
          );
          writeFileSync(file, stringify({ ...sound, config }));
          await assert.rejects(sandbox.up(), (error: Error) => {
            assert.match(error.message, expected);
            return true;
          });
          assert.deepEqual(sandbox.leftovers().live, []);
          assert.deepEqual(resourcesOf(await sandbox.exportState()), []);
        });
      }
    });
  }
});

describe("bad luck", () => {
  const folder = temporaryFolder();
  let sandbox: Sandbox | undefined;
  afterEach(async () => {
    await sandbox?.close();
    sandbox = undefined;
  });
  after(async () => {
    await (await open("dev", folder)).remove();
  });

  it("an unknown stack is answered with the known ones", async () => {
    await assert.rejects(open("qa", temporaryFolder()), (error: Error) => {
      assert.equal(
        error.message,
        'There is no stack "qa": Pulumi.qa.yaml is missing. Known are dev, prod, staging.',
      );
      return true;
    });
  });

  it("an unreachable cluster is named, and nothing is touched", async () => {
    const kubeconfig = join(folder, "nowhere.yaml");
    mkdirSync(folder, { recursive: true });
    writeFileSync(kubeconfig, unreachableKubeconfig);
    sandbox = await open("dev", folder, {
      configure: (config) => ({
        ...config,
        "dtem:platform": { kind: "cluster", context: "nowhere", kubeconfig },
      }),
    });
    await assert.rejects(sandbox.up(), (error: Error) => {
      assert.match(error.message, /nowhere/);
      assert.match(error.message, /127\.0\.0\.1:9/);
      return true;
    });
    const made = resourcesOf(await sandbox.exportState()).filter((type) =>
      type.startsWith("kubernetes:"),
    );
    assert.deepEqual(made, []);
  });

  it("a missing passphrase is told before anything happens, and putting it back helps", async () => {
    const path = join(folder, "passphrase");
    renameSync(path, `${path}.away`);
    try {
      await assert.rejects(open("dev", folder), /passphrase of stack "dev" is missing/);
    } finally {
      renameSync(`${path}.away`, path);
    }
    sandbox = await open("dev", folder);
    await sandbox.preview();
  });

  it("a wrong passphrase is told as such", async () => {
    const path = join(folder, "passphrase");
    const right = readFileSync(path, "utf8");
    writeFileSync(path, "wrong");
    try {
      await assert.rejects(async () => {
        sandbox = await open("dev", folder);
        await sandbox.preview();
      }, /encrypted with another passphrase/);
    } finally {
      writeFileSync(path, right);
    }
  });

  it("a locked stack is left alone; a lock whose process has died is removed", async () => {
    sandbox = await open("dev", folder);
    const locks = join(folder, "backend", ".pulumi", "locks", "organization", "dtem", "dev");
    mkdirSync(locks, { recursive: true });
    const lock = join(locks, "11111111-1111-4111-8111-111111111111.json");
    const holder = { username: "ana", hostname: "elsewhere", timestamp: new Date().toISOString() };
    writeFileSync(lock, JSON.stringify({ ...holder, pid: process.pid }));
    await assert.rejects(sandbox.up(), /Stack "dev" is locked/);
    await sandbox.close();

    const dead = spawn("true");
    await new Promise((resolve) => dead.once("exit", resolve));
    writeFileSync(lock, JSON.stringify({ ...holder, pid: dead.pid }));
    sandbox = await open("dev", folder);
    await sandbox.preview();
  });
});

describe("a run that is killed in the middle of up", () => {
  const folder = temporaryFolder();
  const stackFolder = join(folder, "staging");
  let sandbox: Sandbox | undefined;
  after(async () => {
    await sandbox?.remove();
  });

  it("is completed by the next one, without doubles, and goes without leftovers", async () => {
    const ledger = join(stackFolder, "aws-ledger.json");
    mkdirSync(stackFolder, { recursive: true });
    writeFileSync(
      join(stackFolder, "aws-faults.json"),
      JSON.stringify({ latency: [{ operation: "create", milliseconds: 150 }] }),
    );
    const run = spawn(
      process.execPath,
      ["--import", "tsx", "sandbox/cli.ts", "--stack", "staging"],
      { env: { ...process.env, DTEM_SANDBOX_DIR: folder }, stdio: "ignore" },
    );
    const ended = new Promise((resolve) => run.once("exit", resolve));
    while (listLeftovers(ledger).live.length < 25) {
      assert.equal(run.exitCode, null, "the run ended before it could be killed");
      await delay(20);
    }
    // Program and providers on one side, the engine on the other: as when the machine goes down.
    process.kill(holderOfLock(stackFolder), "SIGKILL");
    run.kill("SIGKILL");
    await ended;
    assert.ok(listLeftovers(ledger).live.length >= 25);

    sandbox = await open("staging", stackFolder);
    await sandbox.up();
    const urns = sandbox.leftovers().live.flatMap(({ urn, ownedBy }) => (ownedBy ? [] : [urn]));
    assert.deepEqual(
      urns.filter((urn, index) => urns.indexOf(urn) !== index),
      [],
      "made twice",
    );
    const state = JSON.stringify(await sandbox.exportState());
    assert.deepEqual(
      urns.filter((urn) => !state.includes(urn)),
      [],
      "in the ledger, but not in the state",
    );
    const { changeSummary } = await sandbox.preview();
    assert.deepEqual(Object.keys(changeSummary), ["same"]);
    await sandbox.destroy();
    assert.deepEqual(sandbox.leftovers().live, []);
  });
});

/** The engine's process, as its lock names it. */
function holderOfLock(folder: string): number {
  const locks = join(folder, "backend", ".pulumi", "locks");
  const file = readdirSync(locks, { recursive: true, encoding: "utf8" }).find((name) =>
    name.endsWith(".json"),
  );
  assert.ok(file, "nothing is locked");
  return (JSON.parse(readFileSync(join(locks, file), "utf8")) as { pid: number }).pid;
}

/** A well-formed kubeconfig whose server refuses connections (port 9, "discard"). */
const unreachableKubeconfig = `apiVersion: v1
kind: Config
current-context: nowhere
clusters: [{name: nowhere, cluster: {server: "https://127.0.0.1:9"}}]
users: [{name: nobody, user: {token: none}}]
contexts: [{name: nowhere, context: {cluster: nowhere, user: nobody}}]
`;
