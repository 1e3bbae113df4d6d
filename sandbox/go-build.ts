/**
 * Builds a program from a Go module under `tools/`, once per user and version. Only the Go
 * toolchain and a module proxy are needed; the versions are those of the module's go.mod.
 */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";

import { exclusively } from "./exclusively";
import { execute } from "./execute";
import { cacheFolder, toolFolder } from "./paths";
import type { Progress, Report } from "./progress";

/** A program to build. */
export interface GoProgram {
  /** Folder of its module under `tools/`. */
  readonly module: string;
  /** Version of what it builds, as in go.mod (`v3.250.0`); for people, in the cache's folder name. */
  readonly version: string;
  /** Import path of its main package, or `.` for the module's own. */
  readonly mainPackage: string;
  /** File name of the result. */
  readonly binary: string;
  /** Package variables set by the linker: `import/path.Name` → value. */
  readonly linkerVariables?: Readonly<Record<string, string>>;
  /** What a person calls it, for progress: `Pulumi engine`. */
  readonly title: string;
}

/**
 * Options that make the build cheap. The result runs for a minute on a developer's machine, and
 * nobody debugs it, so it carries no debug information (docs/performance.md has the measurements).
 */
const compilerFlags = ["-dwarf=false"];
const linkerFlags = ["-s", "-w"];

/** Folder of the built program; it holds `bin/<binary>` when it exists. */
export function goProgramFolder(program: GoProgram): string {
  const sources = toolFolder(program.module);
  const hash = createHash("sha256").update(JSON.stringify([program, compilerFlags, linkerFlags]));
  const files = readdirSync(sources).filter((file) => /\.go$|^go\.(mod|sum)$/.test(file));
  for (const file of files.sort()) hash.update(readFileSync(join(sources, file)));
  const key = `${program.version}-${hash.digest("hex").slice(0, 12)}`;
  return join(cacheFolder(), program.module, key);
}

/** Whether the program has been built before. */
export function isBuilt(program: GoProgram): boolean {
  return existsSync(join(goProgramFolder(program), "bin", program.binary));
}

/**
 * The program's path; builds it where it has not been built before. Concurrent callers, also of
 * other processes, wait for the one that builds. An interrupted build leaves nothing that counts.
 *
 * @throws {Error} when there is no Go toolchain, or the build fails.
 */
export async function ensureGoProgram(program: GoProgram, progress: Progress): Promise<string> {
  const folder = goProgramFolder(program);
  const path = join(folder, "bin", program.binary);
  if (existsSync(path)) return path;
  return await progress.step(`Build of the ${program.title} ${program.version}`, async (report) => {
    await requireGo();
    report("waiting for another build of the same");
    await exclusively(`${folder}.lock`, async () => {
      if (!existsSync(path)) await buildInto(folder, program, report);
    });
    return path;
  });
}

async function requireGo(): Promise<void> {
  try {
    await execute("go", ["version"]);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") {
      throw new Error(`there is no "go" on PATH; install Go 1.26 or later (https://go.dev/dl)`);
    }
    throw error;
  }
}

async function buildInto(folder: string, program: GoProgram, report: Report): Promise<void> {
  const unfinished = `${folder}.unfinished`;
  rmSync(unfinished, { recursive: true, force: true });
  mkdirSync(join(unfinished, "bin"), { recursive: true });

  report("modules");
  const packages = await runGo(["list", "-deps", program.mainPackage], program, (line) => {
    const module = /^go: downloading (\S+)/.exec(line)?.[1];
    if (module !== undefined) report(`downloading ${module}`);
  });

  const total = packages.split("\n").length;
  let compiled = 0;
  report(`0 of ${total} packages`);
  const variables = Object.entries(program.linkerVariables ?? {});
  await runGo(
    [
      ...["build", "-v", "-trimpath", "-buildvcs=false"],
      `-gcflags=all=${compilerFlags.join(" ")}`,
      `-ldflags=${[...linkerFlags, ...variables.map(([name, value]) => `-X ${name}=${value}`)].join(" ")}`,
      ...["-o", join(unfinished, "bin", program.binary), program.mainPackage],
    ],
    program,
    () => {
      compiled += 1;
      report(compiled < total - 1 ? `${compiled} of ${total} packages` : "linking");
    },
  );
  renameSync(unfinished, folder);
}

/** Runs go in the program's module; `onLine` gets each line of stderr. */
async function runGo(
  args: readonly string[],
  program: GoProgram,
  onLine: (line: string) => void,
): Promise<string> {
  const { execa } = await import("execa");
  const lines: string[] = [];
  const child = execa("go", args, {
    cwd: toolFolder(program.module),
    env: {
      // Nothing but go.mod decides on versions, whatever the caller's environment says.
      GOFLAGS: `${process.env["GOFLAGS"] ?? ""} -mod=readonly`.trim(),
      GOWORK: "off",
      // No C compiler is needed, and none of these programs wants one on Linux or macOS.
      CGO_ENABLED: "0",
      // The compiler is a short-lived process: collecting garbage less often saves CPU.
      GOGC: process.env["GOGC"] ?? "400",
    },
  });
  try {
    for await (const line of child.iterable({ from: "stderr" })) {
      lines.push(line);
      onLine(line);
    }
    return (await child).stdout;
  } catch (error) {
    throw new Error(`go ${args[0]} failed:\n${lines.slice(-20).join("\n")}`, { cause: error });
  }
}
