/** The policy pack on the real engine, and the report in a real browser. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";

import type { EngineEvent, PolicyEvent } from "@pulumi/pulumi/automation";
import { chromium, type Browser } from "playwright-core";

import program from "../../index";
import { silentProgress } from "../../sandbox/progress";
import { Sandbox } from "../../sandbox/sandbox";
import type { StackConfig } from "../../sandbox/workspace";
import { temporaryFolder } from "./support/sandbox";

const root = join(__dirname, "..", "..");
const policyPacks = [join(root, "policy")];

/** Rounds of the comparison of times; the fastest of each kind counts, since others share the machine. */
const rounds = 3;

for (const stack of ["staging", "prod"] as const) {
  describe(`policy pack on the engine: ${stack}`, () => {
    const folder = temporaryFolder();
    let events: PolicyEvent[] = [];
    let sandbox: Sandbox;

    const reopen = async (configure: (config: StackConfig) => StackConfig) => {
      await sandbox?.close();
      sandbox = await Sandbox.open({
        stack,
        program,
        folder,
        configure,
        progress: silentProgress,
        onEvent: (event: EngineEvent) => {
          if (event.policyEvent !== undefined) events.push(event.policyEvent);
        },
      });
    };
    before(() => reopen((config) => config));
    beforeEach(() => {
      events = [];
    });
    after(async () => {
      await sandbox?.remove();
    });

    it("finds no mandatory violation, and says what it cannot decide before the update", async () => {
      await sandbox.preview({ policyPacks });
      const binding = events.filter(({ enforcementLevel }) => enforcementLevel === "mandatory");
      assert.deepEqual(
        binding.map(({ message }) => message),
        [],
      );
      // The control plane is inside a remote component, which mocks cannot see into.
      assert.ok(events.some(({ message }) => message.includes("(aws:eks/cluster:Cluster)")));
      for (const { message } of events) assert.match(message, /[\w-]+ \(\w+:[\w./-]+:\w+\): .+\./);
    });

    it("fails a preview for a slip of the pen, and says what to do", async () => {
      await reopen((config) => withNodeType(config, "p5.48xlarge"));
      await assert.rejects(sandbox.preview({ policyPacks }));
      const found = events.filter(({ policyName }) => policyName === "cost-instance-families");
      assert.equal(found.length, 1);
      assert.match(found[0]?.message ?? "", /uses p5\.48xlarge\. Choose a family of the list/);
    });

    it("stops an update before anything is created", async () => {
      await assert.rejects(sandbox.up({ policyPacks }));
      assert.deepEqual(sandbox.leftovers().live, []);
    });

    if (stack === "prod") {
      it("costs at most half a preview", async function () {
        // A ratio of two timings, on machines that others use as well.
        this.retries(2);
        await reopen((config) => config);
        const fastest = { with: Infinity, without: Infinity };
        for (let round = 0; round < rounds; round++) {
          for (const kind of ["without", "with"] as const) {
            const start = performance.now();
            await sandbox.preview(kind === "with" ? { policyPacks } : {});
            fastest[kind] = Math.min(fastest[kind], performance.now() - start);
          }
        }
        const ratio = fastest.with / fastest.without;
        assert.ok(ratio <= 1.5, `${fastest.with} ms against ${fastest.without} ms: ${ratio}`);
      });
    }
  });
}

/** A slip of the pen that the schema of the configuration cannot know. */
function withNodeType(config: StackConfig, instanceType: string): StackConfig {
  const groups = config["dtem:nodeGroups"] as Record<string, Record<string, unknown>>;
  return {
    ...config,
    "dtem:nodeGroups": {
      ...groups,
      workload: { ...groups["workload"], instanceTypes: [instanceType] },
    },
  };
}

const browserPath = process.env["CHROMIUM_PATH"] ?? "/usr/bin/chromium";

describe("compliance report in a browser", () => {
  const page = pathToFileURL(join(root, ".compliance", "report.html")).href;
  let browser: Browser | undefined;

  before(async function () {
    if (!existsSync(browserPath)) {
      console.warn(`skipped: no browser at ${browserPath}; install chromium or set CHROMIUM_PATH`); // eslint-disable-line no-console
      this.skip();
    }
    const args = ["--import", "tsx", join("scripts", "compliance.ts")];
    await promisify(execFile)(process.execPath, args, { cwd: root });
    browser = await chromium.launch({
      executablePath: browserPath,
      args: [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
      ],
    });
  });
  after(async () => {
    await browser?.close();
  });

  for (const colorScheme of ["light", "dark"] as const) {
    it(`shows every control, alone and without errors (${colorScheme})`, async () => {
      assert.ok(browser);
      const context = await browser.newContext({
        colorScheme,
        viewport: { width: 1280, height: 900 },
      });
      const tab = await context.newPage();
      const errors: string[] = [];
      const requests: string[] = [];
      tab.on("pageerror", (error) => errors.push(error.message));
      tab.on("console", (message) => errors.push(message.text()));
      tab.on("request", (request) => requests.push(request.url()));
      await tab.goto(page);
      assert.deepEqual(errors, []);
      assert.deepEqual(requests, [page]);

      const cis = tab.locator("section", {
        has: tab.getByRole("heading", { name: /^CIS Amazon/ }),
      });
      assert.equal(await cis.locator("tbody tr").count(), 50);
      const pss = tab.locator("section", {
        has: tab.getByRole("heading", { name: /^Kubernetes Pod/ }),
      });
      assert.equal(await pss.locator("tbody tr").count(), 18);
      assert.equal(await tab.locator(".chip.failed:not(dt .chip)").count(), 0);

      // Every rule that a control names can be reached.
      const link = cis.getByRole("link", { name: "eks-secrets-encrypted" }).first();
      await link.click();
      assert.ok(await tab.locator("tr#eks-secrets-encrypted").isVisible());

      const ground = await tab.evaluate(() => getComputedStyle(document.body).backgroundColor);
      const brightness = Math.max(...(ground.match(/\d+/g) ?? []).map(Number));
      assert.equal(brightness > 128, colorScheme === "light", ground);
      // Nothing runs out of the page on a narrow screen but what scrolls by itself.
      await tab.setViewportSize({ width: 400, height: 800 });
      const overflow = await tab.evaluate(
        () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
      );
      assert.ok(overflow <= 0, `${overflow} pixels too wide`);
      await tab.setViewportSize({ width: 1280, height: 900 });
      await tab.goto(page);
      await tab.screenshot({
        path: join(root, ".compliance", `report-${colorScheme}.png`),
        fullPage: true,
      });
      await context.close();
    });
  }
});
