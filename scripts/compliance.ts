/**
 * `npm run compliance`: runs the policy pack over all committed stacks and writes `.compliance/`:
 * report.json, report.html and junit.xml. Fails if a binding rule is violated or an exception is
 * over.
 *
 * The resources are those of the program under mocks, with every output known; the engine judges the
 * real ones, with the same rules, at each preview.
 */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { allRules } from "../policy/catalogue";
import { parseExceptions } from "../policy/exceptions";
import type { Resource } from "../policy/rule";
import { stacks } from "../test/support/stack-config";
import { assess, isViolated } from "./compliance/assess";
import { htmlReport } from "./compliance/html";
import { junitReport } from "./compliance/junit";
import { asResource, plainResources } from "./compliance/stack-resources";
import { terminalReport } from "./compliance/table";

const root = join(__dirname, "..");

async function main(): Promise<void> {
  const resources = new Map<string, Resource[]>();
  // One after the other: mocks are global to the process.
  for (const stack of stacks) resources.set(stack, (await plainResources(stack)).map(asResource));
  const report = assess({
    stacks: resources,
    exceptions: parseExceptions(
      readFileSync(join(root, "policy", "exceptions.yaml"), "utf8"),
      allRules.map(({ id }) => id),
    ),
    today: new Date(),
    source: "program of each stack under mocks",
  });
  const folder = join(root, ".compliance");
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "report.json"), `${JSON.stringify(report, undefined, 2)}\n`);
  writeFileSync(join(folder, "report.html"), htmlReport(report));
  writeFileSync(join(folder, "junit.xml"), junitReport(report));
  process.stdout.write(terminalReport(report));
  process.stdout.write("Written to .compliance: report.html, report.json, junit.xml\n");
  if (isViolated(report)) process.exitCode = 1;
}

void main();
