/**
 * The Pulumi engine, by the first way that works: installed, fetched or built before, downloaded as
 * the Automation API does it, or built from its Go module.
 */
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";

import { PulumiCommand } from "@pulumi/pulumi/automation";
import { SemVer } from "semver";

import { firstOf, type Link } from "../chain";
import { exclusively } from "../exclusively";
import { ensureGoProgram, type GoProgram, goProgramFolder, isBuilt } from "../go-build";
import { cacheFolder } from "../paths";
import type { Progress } from "../progress";
import { engineModule, pinnedEngineVersion, supportedEngines } from "./version";

/** Where an engine came from. */
export type EngineSource = "path" | "download" | "go-build";

/** An engine that runs on this machine. */
export interface Engine {
  /** For `LocalWorkspaceOptions.pulumiCommand`. */
  readonly command: PulumiCommand;
  /** Its version, without `v`. */
  readonly version: string;
  readonly source: EngineSource;
}

/** Longest wait for the download server's answer; a network that refuses must not cost more. */
const reachTimeoutMs = 3_000;
/** Longest download of the archive (some 100 MB). */
const downloadTimeoutMs = 300_000;
/** The script that the Automation API's own installer starts with. */
const installerUrl = "https://get.pulumi.com/install.sh";

/**
 * An engine of a supported version (see `version.ts`).
 *
 * @throws {SandboxError} when none can be had, with the reason of each way.
 */
export async function ensureEngine(progress: Progress): Promise<Engine> {
  return await firstOf("Pulumi engine", engineLinks(), progress);
}

/** The ways to an engine, in the order in which they are tried. */
export function engineLinks(): Link<Engine>[] {
  const pinned = pinnedEngineVersion();
  const program = engineProgram(pinned);
  const downloaded = join(cacheFolder(), "engine", `${pinned.version}-download`);
  return [
    {
      name: "a pulumi on PATH",
      attempt: async () => {
        const command = await PulumiCommand.get({ skipVersionCheck: true }).catch(
          (error: unknown) => {
            throw new Error(explainAbsence(error));
          },
        );
        return { ...checkVersion(command), source: "path" };
      },
    },
    {
      name: "one fetched or built before",
      attempt: async () => {
        if (existsSync(downloaded)) return await installed(downloaded, "download");
        if (isBuilt(program)) return await installed(goProgramFolder(program), "go-build");
        throw new Error("the cache has none yet");
      },
    },
    {
      name: "the official download",
      announced: true,
      attempt: async (progress) => {
        await requireReachable(installerUrl);
        await progress.step(`Download of the Pulumi engine ${pinned.version}`, async () => {
          await exclusively(`${downloaded}.lock`, async () => await download(downloaded, pinned));
        });
        return await installed(downloaded, "download");
      },
    },
    {
      name: "a Go build",
      attempt: async (progress) => {
        await ensureGoProgram(program, progress);
        return await installed(goProgramFolder(program), "go-build");
      },
    },
  ];
}

/** The engine as a Go program. */
export function engineProgram(version: SemVer = pinnedEngineVersion()): GoProgram {
  return {
    module: "engine",
    version: `v${version.version}`,
    mainPackage: `${engineModule}/cmd/pulumi`,
    binary: "pulumi",
    title: "Pulumi engine",
    // The engine learns its version from its release build alone; without it the Automation API
    // refuses it.
    linkerVariables: {
      "github.com/pulumi/pulumi/sdk/v3/go/common/version.Version": `v${version.version}`,
    },
  };
}

/**
 * Takes a command of a supported version.
 *
 * @throws {Error} for another version, or none.
 */
export function checkVersion(command: PulumiCommand): {
  command: PulumiCommand;
  version: string;
} {
  const supported = supportedEngines();
  const version = command.version?.version;
  if (version === undefined || !supported.test(version)) {
    throw new Error(`its version is ${version ?? "unknown"}, wanted is ${supported.raw}`);
  }
  return { command, version };
}

async function installed(root: string, source: EngineSource): Promise<Engine> {
  return { ...checkVersion(await PulumiCommand.get({ root, skipVersionCheck: true })), source };
}

/** Installs into a folder of its own first: an interrupted download must not look like an engine. */
async function download(target: string, version: SemVer): Promise<void> {
  if (existsSync(target)) return;
  mkdirSync(join(target, ".."), { recursive: true });
  const root = mkdtempSync(`${target}.unfinished-`);
  let timer: NodeJS.Timeout | undefined;
  try {
    const expired = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(
        () => reject(new Error(`it took longer than ${downloadTimeoutMs / 1000} s`)),
        downloadTimeoutMs,
      );
    });
    await Promise.race([PulumiCommand.install({ root, version }), expired]);
    renameSync(root, target);
  } finally {
    clearTimeout(timer);
    rmSync(root, { recursive: true, force: true });
  }
}

/**
 * Asks for the head of a document, so that a network that refuses costs little.
 *
 * @throws {Error} naming the host and the reason.
 */
export async function requireReachable(url: string, timeoutMs = reachTimeoutMs): Promise<void> {
  try {
    const response = await fetch(url, { method: "HEAD", signal: AbortSignal.timeout(timeoutMs) });
    if (!response.ok) throw new Error(`it answers with status ${response.status}`);
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`${new URL(url).host} cannot be reached: ${reason}`, { cause: error });
  }
}

function explainAbsence(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.includes("ENOENT") ? "there is none" : text.trim();
}
