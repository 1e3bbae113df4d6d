/**
 * Programs that keep running after this process has ended, found again by a pid file. A pid counts
 * only while its command line is the program's own: the kernel gives pids away again.
 */
import { spawn } from "node:child_process";
import { closeSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { execute } from "../execute";

/** A program in the background. */
export interface DetachedProgramArgs {
  /** First argument of the command line, and name of the pid file and the log. */
  readonly name: string;
  readonly binary: string;
  /** Arguments after the name. At least one of them must hold `folder`, which marks it as ours. */
  readonly args: readonly string[];
  /** Folder of the pid file, the log and the program's own files. */
  readonly folder: string;
}

/** How long a program may take to end by itself. */
const graceMs = 10_000;
const pollMs = 50;

/** One background program of a folder. */
export class DetachedProgram {
  readonly logPath: string;
  private readonly pidPath: string;

  constructor(readonly program: DetachedProgramArgs) {
    this.logPath = join(program.folder, `${program.name}.log`);
    this.pidPath = join(program.folder, `${program.name}.pid`);
  }

  /** Its pid while it runs. */
  async pid(): Promise<number | undefined> {
    const pid = readPid(this.pidPath);
    if (pid === undefined) return undefined;
    return isOurs(await commandLine(pid), this.program) ? pid : undefined;
  }

  /** Whether it runs, with the same binary and arguments. */
  async runsAsWanted(): Promise<boolean> {
    const pid = await this.pid();
    if (pid === undefined) return false;
    return (await commandLine(pid))?.join(" ") === this.wanted().join(" ");
  }

  /**
   * Starts it unless it runs with the same binary and arguments; one with others is ended first.
   *
   * @returns whether it had to be started.
   */
  async start(): Promise<boolean> {
    if (await this.runsAsWanted()) return false;
    await this.stop();
    // Emptied at each start: what it says is about this run, and it does not grow for ever.
    const log = openSync(this.logPath, "w", 0o600);
    try {
      const child = spawn(this.program.binary, this.wanted().slice(1), {
        cwd: this.program.folder,
        detached: true,
        stdio: ["ignore", log, log],
        env: { PATH: process.env["PATH"], HOME: this.program.folder },
      });
      await new Promise<void>((resolve, reject) => {
        child.once("spawn", resolve);
        child.once("error", reject);
      });
      writeFileSync(this.pidPath, `${child.pid}\n`, { mode: 0o600 });
      child.unref();
    } finally {
      closeSync(log);
    }
    return true;
  }

  /** Ends it: asks, and after a while insists. */
  async stop(): Promise<void> {
    await this.signal("SIGTERM");
    for (let waited = 0; (await this.pid()) !== undefined; waited += pollMs) {
      if (waited === graceMs) await this.signal("SIGKILL");
      await sleep(pollMs);
    }
    rmSync(this.pidPath, { force: true });
  }

  /** The last lines of its log. */
  lastWords(lines = 10): string {
    try {
      return readFileSync(this.logPath, "utf8").trimEnd().split("\n").slice(-lines).join("\n");
    } catch {
      return "(no log)";
    }
  }

  private wanted(): string[] {
    return [this.program.binary, this.program.name, ...this.program.args];
  }

  private async signal(signal: NodeJS.Signals): Promise<void> {
    const pid = await this.pid();
    if (pid === undefined) return;
    try {
      process.kill(pid, signal);
    } catch (error) {
      // It ended between the look and the signal.
      if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
    }
  }
}

/** Whether a command line is that of the program, of this folder. */
export function isOurs(
  command: readonly string[] | undefined,
  program: Pick<DetachedProgramArgs, "name" | "folder">,
): boolean {
  if (command === undefined) return false;
  return (
    command[1] === program.name &&
    command.some((argument) => argument.includes(`${program.folder}/`))
  );
}

function readPid(path: string): number | undefined {
  try {
    const pid = Number(readFileSync(path, "utf8"));
    return Number.isInteger(pid) && pid > 1 ? pid : undefined;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

/** Arguments of a process, its executable first; undefined when there is no such process. */
async function commandLine(pid: number): Promise<readonly string[] | undefined> {
  if (process.platform === "linux") {
    try {
      const text = readFileSync(`/proc/${pid}/cmdline`, "utf8");
      // A zombie has an empty command line.
      return text === "" ? undefined : text.split("\0").slice(0, -1);
    } catch {
      return undefined;
    }
  }
  try {
    return (await execute("ps", ["-o", "args=", "-p", String(pid)])).trim().split(" ");
  } catch {
    // ps fails when there is no such process.
    return undefined;
  }
}
