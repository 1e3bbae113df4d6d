/**
 * The engine's workspace of one sandbox stack: the committed project and stack files, with state,
 * passphrase and home of the engine kept under `.sandbox/<stack>/`.
 */
import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import {
  LocalWorkspace,
  type PulumiCommand,
  type PulumiFn,
  type Stack,
} from "@pulumi/pulumi/automation";
import { parse, stringify } from "yaml";

import { SandboxError } from "./errors";
import { projectRoot } from "./paths";

/** Structured stack configuration, keyed as in the stack file (`dtem:platform`). */
export type StackConfig = Record<string, unknown>;

/** What makes the workspace of a stack. */
export interface WorkspaceArgs {
  readonly stack: string;
  /** `.sandbox/<stack>`. */
  readonly folder: string;
  readonly command: PulumiCommand;
  readonly program: PulumiFn;
  /** Changes the committed configuration, for example to the sandbox's kubeconfig. */
  readonly adapt: (config: StackConfig) => StackConfig;
  /** Environment of the engine, beside what the workspace itself needs. */
  readonly environment: Readonly<Record<string, string>>;
}

/** Names of the stacks that have a committed stack file. */
export function committedStacks(): string[] {
  return readdirSync(projectRoot)
    .map((file) => /^Pulumi\.(.+)\.yaml$/.exec(file)?.[1])
    .filter((stack) => stack !== undefined)
    .sort();
}

/**
 * The committed configuration of a stack.
 *
 * @throws {SandboxError} when there is no such stack, naming those that exist.
 */
export function committedConfig(stack: string): StackConfig {
  const known = committedStacks();
  if (!known.includes(stack)) {
    throw new SandboxError(
      `There is no stack "${stack}": Pulumi.${stack}.yaml is missing. Known are ${known.join(", ")}.`,
    );
  }
  const file = parse(readFileSync(join(projectRoot, `Pulumi.${stack}.yaml`), "utf8")) as {
    config?: StackConfig;
  };
  return file.config ?? {};
}

/** Creates or selects the stack in a local, encrypted backend. */
export async function openStack(args: WorkspaceArgs): Promise<Stack> {
  const config = args.adapt(committedConfig(args.stack));
  const backend = join(args.folder, "backend");
  const workDir = join(args.folder, "project");
  const passphrase = readPassphrase(args.stack, args.folder, backend);
  mkdirSync(backend, { recursive: true });
  mkdirSync(workDir, { recursive: true });
  writeProject(workDir);
  writeStackFile(join(workDir, `Pulumi.${args.stack}.yaml`), config);

  return await LocalWorkspace.createOrSelectStack(
    { stackName: args.stack, projectName: projectFile().name, program: args.program },
    {
      workDir,
      pulumiCommand: args.command,
      envVars: {
        ...args.environment,
        PULUMI_HOME: join(args.folder, "engine-home"),
        PULUMI_BACKEND_URL: `file://${backend}`,
        PULUMI_CONFIG_PASSPHRASE: passphrase,
        PULUMI_SKIP_UPDATE_CHECK: "true",
      },
    },
  );
}

interface ProjectFile {
  readonly name: string;
  readonly description: string;
  readonly config?: StackConfig;
}

function projectFile(): ProjectFile {
  return parse(readFileSync(join(projectRoot, "Pulumi.yaml"), "utf8")) as ProjectFile;
}

/** The committed project without `main` and runtime options: the program runs in this process. */
function writeProject(workDir: string): void {
  const { name, description, config } = projectFile();
  writeFileSync(
    join(workDir, "Pulumi.yaml"),
    stringify({ name, description, runtime: "nodejs", config }),
  );
}

/** The stack's configuration of today beside the salt of yesterday, which the state depends on. */
function writeStackFile(path: string, config: StackConfig): void {
  const salt = existsSync(path)
    ? (parse(readFileSync(path, "utf8")) as { encryptionsalt?: string }).encryptionsalt
    : undefined;
  writeFileSync(
    path,
    stringify({ ...(salt === undefined ? {} : { encryptionsalt: salt }), config }),
  );
}

/**
 * The passphrase that encrypts the state: PULUMI_CONFIG_PASSPHRASE, or one made for this stack.
 *
 * @throws {SandboxError} when there is a state but its passphrase has gone.
 */
function readPassphrase(stack: string, folder: string, backend: string): string {
  const given = process.env["PULUMI_CONFIG_PASSPHRASE"];
  if (given !== undefined && given !== "") return given;
  const path = join(folder, "passphrase");
  if (existsSync(path)) return readFileSync(path, "utf8").trim();
  if (existsSync(join(backend, ".pulumi", "stacks"))) {
    throw new SandboxError(
      `The passphrase of stack "${stack}" is missing: its state is encrypted, and neither ` +
        `PULUMI_CONFIG_PASSPHRASE nor .sandbox/${stack}/passphrase is there. Put one of them back; ` +
        `nothing was changed.`,
    );
  }
  mkdirSync(folder, { recursive: true });
  const passphrase = randomBytes(32).toString("base64url");
  writeFileSync(path, passphrase, { mode: 0o600 });
  return passphrase;
}

/** A lock of the local backend, as the engine writes it. */
interface Lock {
  readonly pid?: number;
  readonly username?: string;
  readonly hostname?: string;
  readonly timestamp?: string;
}

/**
 * Removes locks whose process has died (a killed run); a lock of a living process stays.
 *
 * @returns the locks that were removed.
 */
export function removeStaleLocks(folder: string): Lock[] {
  const locks = join(folder, "backend", ".pulumi", "locks");
  if (!existsSync(locks)) return [];
  return readdirSync(locks, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".json"))
    .flatMap((file) => {
      const path = join(locks, file);
      const lock = JSON.parse(readFileSync(path, "utf8")) as Lock;
      if (lock.pid !== undefined && isAlive(lock.pid)) return [];
      rmSync(path);
      return [lock];
    });
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    // EPERM: the process lives and belongs to somebody else.
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
  return !isZombie(pid);
}

/** Whether a process has ended and only waits to be noticed, as in containers without an init. */
function isZombie(pid: number): boolean {
  const path = `/proc/${pid}/stat`;
  return existsSync(path) && / Z /.test(readFileSync(path, "utf8").replace(/^.*\)/s, ""));
}
