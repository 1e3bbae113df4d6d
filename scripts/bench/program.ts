/**
 * Runs the program of one stack against mocks, in the process whose loader is measured, and prints
 * what it cost as JSON. Started by `bench.ts`; the argument is the stack.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";

import * as pulumi from "@pulumi/pulumi";
import { parse } from "yaml";

// Where the repository is, also when this file has been compiled to somewhere else.
const root = process.env["BENCH_ROOT"] ?? join(__dirname, "..", "..");

/** Outputs that the program looks into. */
const computed: Readonly<Record<string, Record<string, unknown>>> = {
  "aws:eks/nodeGroup:NodeGroup": { resources: [{ autoscalingGroups: [{ name: "group" }] }] },
  "aws:rds/instance:Instance": { masterUserSecrets: [{ secretArn: "arn" }] },
  "eks:index:Cluster": { core: { endpoint: "https://endpoint" } },
};

async function main(stack: string): Promise<void> {
  const file = parse(readFileSync(join(root, `Pulumi.${stack}.yaml`), "utf8")) as {
    config: Record<string, unknown>;
  };
  pulumi.runtime.setAllConfig(
    Object.fromEntries(
      Object.entries(file.config).map(([key, value]) => [
        key,
        typeof value === "string" ? value : JSON.stringify(value),
      ]),
    ),
  );
  let resources = 0;
  await pulumi.runtime.setMocks(
    {
      newResource: ({ name, type, inputs }) => {
        resources += 1;
        return {
          id: `${name}-id`,
          state: { ...(inputs as Record<string, unknown>), ...computed[type] },
        };
      },
      call: ({ inputs }) => inputs as Record<string, unknown>,
    },
    "dtem",
    stack,
  );
  const { default: program } = await import("../../index.js");
  await pulumi.runtime.runInPulumiStack(async () => await Promise.resolve({ ...program() }));
  await pulumi.runtime.disconnect();
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
  process.stdout.write(
    JSON.stringify({
      resources,
      cpuSeconds: (userCPUTime + systemCPUTime) / 1e6,
      memoryMiB: maxRSS / 1024,
    }),
  );
}

void main(process.argv[2] ?? "prod");
