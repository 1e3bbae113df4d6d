/**
 * `npm run destroy -- --stack <name>`: destroys a real stack, unless something in it is protected.
 * A bare `pulumi destroy` would delete everything else first (see `sandbox/protection.ts`).
 */
import { execFileSync, spawnSync } from "node:child_process";

import { Command } from "commander";

import { protectedResources, refusal } from "../sandbox/protection";

new Command("npm run destroy --")
  .description("Destroys a stack with the pulumi on PATH, unless something in it is protected.")
  .requiredOption("-s, --stack <name>", "stack")
  .argument("[arguments...]", "passed on to pulumi destroy, after --")
  .action((rest: string[], { stack }: { stack: string }) => {
    const exported = execFileSync("pulumi", ["stack", "export", "--stack", stack], {
      encoding: "utf8",
      maxBuffer: 256 * 1024 * 1024,
      stdio: ["inherit", "pipe", "inherit"],
    });
    const urns = protectedResources(JSON.parse(exported));
    if (urns.length > 0) {
      process.stderr.write(`${refusal(stack, urns)}\n`);
      process.exitCode = 1;
      return;
    }
    const { status } = spawnSync("pulumi", ["destroy", "--stack", stack, ...rest], {
      stdio: "inherit",
    });
    process.exitCode = status ?? 1;
  })
  .parse();
