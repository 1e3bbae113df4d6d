/**
 * The life of each stack on the real engine and a real API server: preview, up, again, refresh,
 * destroy, with nothing left behind and no secret in plain text on the way.
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";

import program from "../../index";
import { Sandbox } from "../../sandbox/sandbox";
import type { StackConfig } from "../../sandbox/workspace";
import { stacks } from "../support/stack-config";
import { silentProgress } from "../../sandbox/progress";
import { collectSecrets, decommissioned, temporaryFolder } from "./support/sandbox";

for (const stack of stacks) {
  describe(`stack ${stack}`, () => {
    const folder = temporaryFolder();
    const log: string[] = [];
    let config: (committed: StackConfig) => StackConfig = (committed) => committed;
    let sandbox: Sandbox;

    const reopen = async () => {
      await sandbox?.close();
      sandbox = await Sandbox.open({
        stack,
        program,
        folder,
        progress: silentProgress,
        configure: (committed) => config(committed),
        onOutput: (text) => log.push(text),
      });
    };
    before(reopen);
    after(async () => {
      await sandbox?.remove();
    });

    it("previews a creation and creates nothing", async () => {
      const { changeSummary } = await sandbox.preview();
      assert.deepEqual(Object.keys(changeSummary), ["create"]);
      assert.ok((changeSummary.create ?? 0) > 10);
      assert.deepEqual(sandbox.leftovers().live, []);
    });

    it("comes up as previewed", async () => {
      const { changeSummary } = await sandbox.preview();
      const { summary } = await sandbox.up();
      assert.equal(summary.result, "succeeded");
      assert.deepEqual(summary.resourceChanges, changeSummary);
      const outputs = await sandbox.outputs();
      assert.equal(outputs["environment"]?.value, stack);
      for (const tier of ["database", "cache"]) {
        const endpoint = outputs[tier]?.value as Record<string, unknown>;
        assert.equal(typeof endpoint["host"], "string", tier);
        assert.equal(typeof endpoint["port"], "number", tier);
        assert.deepEqual(Object.keys(endpoint["secret"] as object).sort(), ["name", "store"]);
      }
    });

    it("keeps the ledger and the state in agreement", async () => {
      const state = JSON.stringify(await sandbox.exportState());
      const missing = sandbox.leftovers().live.filter(({ urn }) => !state.includes(urn));
      assert.deepEqual(missing, []);
    });

    it("has nothing to do the second time", async () => {
      await reopen();
      const { changeSummary } = await sandbox.preview();
      assert.deepEqual(Object.keys(changeSummary), ["same"]);
      const { summary } = await sandbox.up();
      assert.deepEqual(Object.keys(summary.resourceChanges ?? {}), ["same"]);
    });

    it("refreshes without drift", async () => {
      const { summary } = await sandbox.refresh({ expectNoChanges: true });
      assert.deepEqual(Object.keys(summary.resourceChanges ?? {}), ["same"]);
    });

    it("shows no secret in plain text: not in state, outputs, logs or files", async () => {
      const secrets = collectSecrets(await sandbox.exportState({ showSecrets: true }));
      assert.ok(secrets.length > 0, "a stack without a secret proves nothing");
      const places = {
        state: JSON.stringify(await sandbox.exportState()),
        log: log.join(""),
        outputs: JSON.stringify(await sandbox.outputs()),
        ledger: readLedger(folder),
        config: readFileSync(join(folder, "project", `Pulumi.${stack}.yaml`), "utf8"),
      };
      for (const [place, text] of Object.entries(places)) {
        for (const secret of secrets) {
          assert.ok(
            !text.includes(secret),
            `a secret of ${secret.length} characters is in ${place}`,
          );
        }
      }
    });

    if (stack === "prod") {
      it("refuses to be destroyed while it is protected, and loses nothing", async () => {
        const before = sandbox.leftovers().live.length;
        await assert.rejects(sandbox.destroy(), /protect/);
        assert.equal(sandbox.leftovers().live.length, before);
      });

      it("gives up its protection when the decommissioning is typed out", async () => {
        config = decommissioned("prod");
        await reopen();
        const { summary } = await sandbox.up();
        const changes = summary.resourceChanges ?? {};
        assert.deepEqual(
          Object.keys(changes).filter((op) => op !== "same" && op !== "update"),
          [],
          "taking protection away must not replace anything",
        );
      });
    }

    it("is destroyed to an empty ledger", async () => {
      const { summary } = await sandbox.destroy();
      assert.equal(summary.result, "succeeded");
      assert.deepEqual(sandbox.leftovers().live, []);
    });
  });
}

function readLedger(folder: string): string {
  try {
    return readFileSync(join(folder, "aws-ledger.json"), "utf8");
  } catch (error) {
    // A stack without AWS has none.
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return "";
    throw error;
  }
}
