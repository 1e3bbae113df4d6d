/**
 * What start-up and previews cost: the program alone under each way to load TypeScript, and a full
 * preview of each stack with the engine. Run: `npm run bench [-- --runs 5]`; previews need the
 * sandbox's programs in the cache (`npm start` once). Writes `.bench/report.json`.
 */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execFileSync } from "node:child_process";

import Table from "cli-table3";
import { Command } from "commander";

import { sample, type Sample, spread } from "./bench/measure";

const root = join(__dirname, "..");
const stacks = ["dev", "staging", "prod"];

interface Scenario {
  readonly name: string;
  readonly run: () => Promise<Sample>;
}

const programFile = join(root, "scripts", "bench", "program.ts");
const previewFile = join(root, "scripts", "bench", "preview.ts");

/** The program of prod under each loader. */
function loaders(compiled: string): Scenario[] {
  const tsNode = require.resolve("ts-node/register");
  // ts-node speaks CommonJS only.
  const options = { TS_NODE_COMPILER_OPTIONS: '{"module":"commonjs","moduleResolution":"node10"}' };
  return [
    {
      name: "program of prod, ts-node with types",
      run: async () => await sample(["--require", tsNode, programFile, "prod"], options),
    },
    {
      name: "program of prod, ts-node transpile-only",
      run: async () =>
        await sample(["--require", tsNode, programFile, "prod"], {
          ...options,
          TS_NODE_TRANSPILE_ONLY: "true",
        }),
    },
    {
      name: "program of prod, tsx (ours)",
      run: async () => await sample(["--import", "tsx", programFile, "prod"]),
    },
    {
      name: "program of prod, precompiled",
      run: async () =>
        await sample([join(compiled, "scripts", "bench", "program.js"), "prod"], {
          BENCH_ROOT: root,
        }),
    },
  ];
}

function previews(): Scenario[] {
  return stacks.map((stack) => ({
    name: `preview of ${stack} with the engine`,
    run: async () => await sample(["--import", "tsx", previewFile, stack]),
  }));
}

/** Compiles what the program needs into a temporary folder. */
function compile(): string {
  const folder = mkdtempSync(join(tmpdir(), "dtem-bench-"));
  const compiler = require.resolve("typescript/bin/tsc");
  execFileSync(
    process.execPath,
    [compiler, "--noEmit", "false", "--outDir", folder, "--rootDir", root, "--noCheck"],
    { cwd: root, stdio: "inherit" },
  );
  symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
  return folder;
}

async function main(runs: number): Promise<void> {
  const compiled = compile();
  const scenarios = [...loaders(compiled), ...previews()];
  const samples = new Map<string, Sample[]>(scenarios.map(({ name }) => [name, []]));
  try {
    // The first round warms caches and does not count; rounds take turns, so that noise is shared.
    for (let round = 0; round <= runs; round++) {
      for (const { name, run } of scenarios) {
        process.stderr.write(`round ${round} of ${runs}: ${name}\n`);
        const result = await run();
        if (round > 0) samples.get(name)?.push(result);
      }
    }
  } finally {
    rmSync(compiled, { recursive: true });
  }
  report(samples);
}

function report(samples: ReadonlyMap<string, readonly Sample[]>): void {
  const table = new Table({
    head: ["", "resources", "wall, s", "CPU, s", "peak memory, MiB"],
    style: { head: [], border: [] },
  });
  const rows = [...samples].map(([name, runs]) => ({
    name,
    resources: runs[0]?.resources ?? 0,
    wallSeconds: spread(runs.map((run) => run.wallSeconds)),
    cpuSeconds: spread(runs.map((run) => run.cpuSeconds)),
    memoryMiB: spread(runs.map((run) => run.memoryMiB)),
  }));
  for (const row of rows) {
    const show = ({ minimum, median, maximum }: typeof row.wallSeconds, digits: number) =>
      [minimum, median, maximum].map((value) => value.toFixed(digits)).join(" / ");
    table.push([
      row.name,
      row.resources,
      show(row.wallSeconds, 2),
      show(row.cpuSeconds, 2),
      show(row.memoryMiB, 0),
    ]);
  }
  process.stdout.write(`Minimum / median / maximum\n${table.toString()}\n`);
  mkdirSync(join(root, ".bench"), { recursive: true });
  writeFileSync(join(root, ".bench", "report.json"), `${JSON.stringify(rows, undefined, 2)}\n`);
}

new Command("npm run bench --")
  .option("--runs <count>", "runs that count", Number, 5)
  .action(async ({ runs }: { runs: number }) => await main(runs))
  .parseAsync()
  .catch((error: unknown) => {
    process.stderr.write(`${String(error)}\n`);
    process.exitCode = 1;
  });
