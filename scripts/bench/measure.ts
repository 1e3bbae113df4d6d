/** Runs a command several times and sums up what it cost. */
import { spawn } from "node:child_process";

/** Cost of one run. */
export interface Sample {
  readonly wallSeconds: number;
  readonly cpuSeconds: number;
  /** Peak of the process that reports, MiB. */
  readonly memoryMiB: number;
  readonly resources: number;
}

/** Smallest, middle and largest of several runs. */
export interface Spread {
  readonly minimum: number;
  readonly median: number;
  readonly maximum: number;
}

/** What a process prints about itself as its last line. */
type Report = Omit<Sample, "wallSeconds">;

/** Runs a Node process that prints a {@link Report}. */
export async function sample(
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<Sample> {
  const started = performance.now();
  const output = await new Promise<string>((resolve, reject) => {
    const child = spawn(process.execPath, args, {
      env: { ...process.env, ...environment },
      stdio: ["ignore", "pipe", "inherit"],
    });
    let text = "";
    child.stdout.on("data", (chunk: Buffer) => (text += chunk.toString()));
    child.once("exit", (code) =>
      code === 0 ? resolve(text) : reject(new Error(`${args.join(" ")} ended with ${code}`)),
    );
  });
  const wallSeconds = (performance.now() - started) / 1000;
  const report = JSON.parse(output.trim().split("\n").at(-1) ?? "") as Report;
  return { wallSeconds, ...report };
}

/** The spread of a figure. */
export function spread(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (index: number): number => sorted[index] ?? Number.NaN;
  return {
    minimum: at(0),
    median: at(Math.floor((sorted.length - 1) / 2)),
    maximum: at(sorted.length - 1),
  };
}
