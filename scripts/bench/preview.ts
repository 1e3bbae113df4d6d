/**
 * A full preview of one stack on the sandbox whose engine, cluster and providers are warm, and what
 * it cost as JSON. Started by `bench.ts`; the argument is the stack.
 */
import { readFileSync } from "node:fs";

import program from "../../index";
import { silentProgress } from "../../sandbox/progress";
import { Sandbox } from "../../sandbox/sandbox";

/** Clock ticks a second, as Linux reports times of processes. */
const ticks = 100;

/** CPU seconds of this process and of the children that have ended, the engine among them. */
function cpuSeconds(): number {
  const fields = readFileSync("/proc/self/stat", "utf8")
    .replace(/^.*\) /s, "")
    .split(" ");
  return fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0) / ticks;
}

async function main(stack: string): Promise<void> {
  process.setSourceMapsEnabled(false);
  const sandbox = await Sandbox.open({ stack, program, progress: silentProgress });
  const { changeSummary } = await sandbox.preview();
  await sandbox.close();
  const resources = Object.values(changeSummary).reduce((sum, count) => sum + count, 0);
  process.stdout.write(
    `${JSON.stringify({
      resources,
      cpuSeconds: cpuSeconds(),
      memoryMiB: process.resourceUsage().maxRSS / 1024,
    })}\n`,
    () => process.exit(),
  );
}

void main(process.argv[2] ?? "prod");
