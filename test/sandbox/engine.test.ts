import assert from "node:assert/strict";
import { existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { dirname, join } from "node:path";

import { SemVer } from "semver";

import { firstOf } from "../../sandbox/chain";
import { engineLinks, engineProgram, requireReachable } from "../../sandbox/engine/engine";
import {
  pinnedEngineVersion,
  requiredVersion,
  supportedEngines,
} from "../../sandbox/engine/version";
import { SandboxError } from "../../sandbox/errors";
import { exclusively } from "../../sandbox/exclusively";
import { ensureGoProgram, goProgramFolder } from "../../sandbox/go-build";
import { LineProgress, silentProgress } from "../../sandbox/progress";
import { inTemporaryFolder, withEnvironment, writeScript } from "./temporary";

describe("versions of the engine", () => {
  it("reads a requirement from a block and from a line of its own", () => {
    const goMod =
      "module m\n\nrequire (\n\texample.org/a v1.2.3 // indirect\n)\nrequire example.org/b v2.0.0\n";
    assert.equal(requiredVersion(goMod, "example.org/a"), "v1.2.3");
    assert.equal(requiredVersion(goMod, "example.org/b"), "v2.0.0");
    assert.throws(() => requiredVersion(goMod, "example.org"), /does not require example.org$/);
  });

  it("takes the pinned version and later ones of the same major", () => {
    const supported = supportedEngines(new SemVer("3.250.0"));
    const taken = ["3.249.9", "3.250.0", "3.270.1", "4.0.0-alpha.1", "4.0.0"].filter((version) =>
      supported.test(version),
    );
    assert.deepEqual(taken, ["3.250.0", "3.270.1"]);
  });

  it("is pinned by go.mod", () => {
    assert.ok(supportedEngines().test(pinnedEngineVersion()));
    assert.equal(engineProgram().version, `v${pinnedEngineVersion().version}`);
  });
});

describe("chain", () => {
  it("takes the first that works and tries no more", async () => {
    const tried: string[] = [];
    const result = await firstOf(
      "thing",
      [
        { name: "one", attempt: () => Promise.reject(new Error("no luck")) },
        { name: "two", attempt: () => Promise.resolve("second") },
        {
          name: "three",
          attempt: () => {
            tried.push("three");
            return Promise.resolve("third");
          },
        },
      ],
      silentProgress,
    );
    assert.equal(result, "second");
    assert.deepEqual(tried, []);
  });

  it("tells the reason of each when none works, and announced ones at once", async () => {
    const lines: string[] = [];
    await assert.rejects(
      firstOf(
        "thing",
        [
          { name: "one", attempt: () => Promise.reject(new Error("too old")) },
          { name: "two", announced: true, attempt: () => Promise.reject(new Error("refused")) },
        ],
        new LineProgress((line) => lines.push(line)),
      ),
      (error) =>
        error instanceof SandboxError &&
        error.message ===
          "No thing can be had on this machine. What was tried:\n  - one: too old\n  - two: refused",
    );
    assert.deepEqual(lines, ["thing: not by two (refused)"]);
  });
});

describe("ways to an engine", () => {
  const attempt = async (name: string): Promise<{ source: string; version: string }> => {
    const link = engineLinks().find((link) => link.name === name);
    assert.ok(link, `no link "${name}"`);
    return await link.attempt(silentProgress);
  };

  it("are tried from the cheapest to the dearest", () => {
    assert.deepEqual(
      engineLinks().map(({ name }) => name),
      ["a pulumi on PATH", "one fetched or built before", "the official download", "a Go build"],
    );
  });

  for (const { version, outcome } of [
    { version: "v3.260.1", outcome: "taken" },
    { version: "v3.100.0", outcome: "its version is 3.100.0, wanted is >=3.250.0 <4.0.0-0" },
    { version: "v4.1.0", outcome: "its version is 4.1.0, wanted is >=3.250.0 <4.0.0-0" },
    { version: "nonsense", outcome: "its version is unknown, wanted is >=3.250.0 <4.0.0-0" },
  ]) {
    it(`a pulumi ${version} on PATH: ${outcome}`, async () => {
      await inTemporaryFolder(async (folder) => {
        writeScript(join(folder, "pulumi"), `echo ${version}`);
        await withEnvironment({ PATH: folder }, async () => {
          if (outcome === "taken") {
            const { source, version: found } = await attempt("a pulumi on PATH");
            assert.deepEqual([source, `v${found}`], ["path", version]);
          } else {
            await assert.rejects(attempt("a pulumi on PATH"), { message: outcome });
          }
        });
      });
    });
  }

  it("no pulumi on PATH", async () => {
    await inTemporaryFolder(async (folder) => {
      await withEnvironment({ PATH: folder }, async () => {
        await assert.rejects(attempt("a pulumi on PATH"), { message: "there is none" });
      });
    });
  });

  it("one built before is taken, an empty cache is not", async () => {
    await inTemporaryFolder(async (cache) => {
      await withEnvironment({ DTEM_CACHE_DIR: cache }, async () => {
        await assert.rejects(attempt("one fetched or built before"), /the cache has none yet/);
        const bin = join(goProgramFolder(engineProgram()), "bin");
        mkdirSync(bin, { recursive: true });
        writeScript(join(bin, "pulumi"), "echo v3.250.0");
        assert.equal((await attempt("one fetched or built before")).source, "go-build");
      });
    });
  });

  it("a server that does not answer is given up in time", async () => {
    const server = createServer(() => undefined).listen(0, "127.0.0.1");
    await new Promise((resolve) => server.once("listening", resolve));
    const { port } = server.address() as AddressInfo;
    try {
      await assert.rejects(
        requireReachable(`http://127.0.0.1:${port}/`, 100),
        /^Error: 127\.0\.0\.1:\d+ cannot be reached: .*timeout/,
      );
    } finally {
      server.close();
    }
    await assert.rejects(requireReachable(`http://127.0.0.1:${port}/`), /cannot be reached/);
  });
});

describe("Go build", () => {
  /** A `go` that counts its builds and writes the file it is asked for. */
  const fakeGo = (
    log: string,
    build = 'while [ "$1" != "-o" ]; do shift; done; : > "$2"',
  ): string =>
    `case "$1" in
      version) echo "go version go1.26" ;;
      list) printf "a\\nb\\n" ;;
      build) echo build >> ${log}; ${build} ;;
    esac`;
  const builds = (log: string): number =>
    existsSync(log) ? readFileSync(log, "utf8").trim().split("\n").length : 0;
  const withGo = async (
    script: (log: string) => string,
    work: (log: string) => Promise<void>,
  ): Promise<void> => {
    await inTemporaryFolder(async (folder) => {
      const log = join(folder, "builds");
      writeScript(join(folder, "go"), script(log));
      await withEnvironment({ PATH: folder, DTEM_CACHE_DIR: join(folder, "cache") }, async () => {
        await work(log);
      });
    });
  };

  it("builds once for callers at the same time, and never again", async () => {
    await withGo(fakeGo, async (log) => {
      const program = engineProgram();
      const paths = await Promise.all([
        ensureGoProgram(program, silentProgress),
        ensureGoProgram(program, silentProgress),
      ]);
      assert.equal(paths[0], join(goProgramFolder(program), "bin", "pulumi"));
      assert.equal(paths[1], paths[0]);
      assert.ok(existsSync(paths[0]));
      await ensureGoProgram(program, silentProgress);
      assert.equal(builds(log), 1);
    });
  });

  it("a failed build tells the compiler's words and leaves nothing that counts", async () => {
    const failing = (log: string): string => fakeGo(log, 'echo "undefined: x" >&2; exit 1');
    await withGo(failing, async (log) => {
      const program = engineProgram();
      await assert.rejects(
        ensureGoProgram(program, silentProgress),
        /go build failed:\nundefined: x/,
      );
      assert.ok(!existsSync(goProgramFolder(program)));
      await assert.rejects(ensureGoProgram(program, silentProgress));
      assert.equal(builds(log), 2);
    });
  });

  it("says what to install where there is no Go", async () => {
    await inTemporaryFolder(async (folder) => {
      await withEnvironment({ PATH: folder, DTEM_CACHE_DIR: folder }, async () => {
        await assert.rejects(
          ensureGoProgram(engineProgram(), silentProgress),
          /no "go" on PATH; install Go 1\.26 or later/,
        );
      });
    });
  });

  it("another version or another source has another folder", async () => {
    await inTemporaryFolder(async (folder) => {
      await withEnvironment({ DTEM_CACHE_DIR: folder }, async () => {
        const program = engineProgram();
        const other = { ...program, version: "v3.251.0" };
        assert.notEqual(goProgramFolder(program), goProgramFolder(other));
        assert.equal(dirname(goProgramFolder(program)), join(folder, "engine"));
        assert.deepEqual(readdirSync(folder), []);
        await Promise.resolve();
      });
    });
  });
});

describe("exclusively", () => {
  it("lets one in at a time and passes the result on", async () => {
    await inTemporaryFolder(async (folder) => {
      let inside = 0;
      const enter = async (result: string): Promise<string> => {
        inside += 1;
        assert.equal(inside, 1);
        await new Promise((resolve) => setTimeout(resolve, 20));
        inside -= 1;
        return result;
      };
      const path = join(folder, "deeper", "x.lock");
      const results = await Promise.all(["a", "b"].map((r) => exclusively(path, () => enter(r))));
      assert.deepEqual(results, ["a", "b"]);
      assert.ok(!existsSync(path));
    });
  });
});

describe("progress in plain lines", () => {
  it("shows begin, details not too often, and end", async () => {
    const lines: string[] = [];
    const progress = new LineProgress((line) => lines.push(line.replace(/[\d.]+ s/, "N s")), 0);
    await progress.step("Work", (report) => {
      report("1 of 2");
      return Promise.resolve();
    });
    await assert.rejects(progress.step("Bad", () => Promise.reject(new Error("x"))));
    assert.deepEqual(lines, [
      "Work ...",
      "Work: 1 of 2",
      "Work: done in N s",
      "Bad ...",
      "Bad: failed after N s",
    ]);

    const quiet: string[] = [];
    await new LineProgress((line) => quiet.push(line), 60_000).step("Work", (report) => {
      report("1 of 2");
      return Promise.resolve();
    });
    assert.equal(quiet.length, 2);
  });

  it("waits for every job before it throws the first failure", async () => {
    let finished = false;
    await assert.rejects(
      silentProgress.together([
        { title: "fails", run: () => Promise.reject(new Error("first")) },
        {
          title: "goes on",
          run: async () => {
            await new Promise((resolve) => setTimeout(resolve, 10));
            finished = true;
          },
        },
      ]),
      /first/,
    );
    assert.ok(finished);
  });
});
