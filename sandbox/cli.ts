/** `npm start`: a stack on the sandbox, with progress, its outputs, and where to look next. */
import { relative } from "node:path";

import type { OutputMap } from "@pulumi/pulumi/automation";
import { Command, InvalidArgumentError } from "commander";
import { parse, stringify } from "yaml";

import program from "../index";
import { SandboxError } from "./errors";
import { EventLines } from "./event-lines";
import { projectRoot } from "./paths";
import { createProgress } from "./progress";
import { Sandbox } from "./sandbox";
import type { StackConfig } from "./workspace";

interface Options {
  readonly stack: string;
  readonly preview?: boolean;
  readonly destroy?: boolean;
  readonly refresh?: boolean;
  readonly stop?: boolean;
  readonly context?: string;
  readonly set: readonly Setting[];
}

/** A value of the configuration for this run alone. */
interface Setting {
  readonly path: readonly string[];
  readonly value: unknown;
}

function parseSetting(text: string, previous: readonly Setting[]): readonly Setting[] {
  const [, key, value] = /^([^=]+)=(.*)$/s.exec(text) ?? [];
  if (key === undefined || value === undefined) {
    throw new InvalidArgumentError("It must be <key>=<value>, for example dtem:cache.replicas=1.");
  }
  return [...previous, { path: key.split("."), value: parse(value) as unknown }];
}

/** The configuration with the settings of this run. */
function withSettings(config: StackConfig, settings: readonly Setting[]): StackConfig {
  const changed = structuredClone(config);
  for (const { path, value } of settings) {
    let at: Record<string, unknown> = changed;
    for (const key of path.slice(0, -1)) {
      at[key] ??= {};
      at = at[key] as Record<string, unknown>;
    }
    at[path.at(-1) ?? ""] = value;
  }
  return changed;
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

function seconds(since: number): string {
  return `${((Date.now() - since) / 1000).toFixed(1)} s`;
}

/** "3 created, 2 updated", or "no changes". */
function summarize(changes: Readonly<Record<string, number>> | undefined): string {
  const entries = Object.entries(changes ?? {}).filter(([op]) => op !== "same");
  return entries.length === 0
    ? "no changes"
    : entries.map(([op, count]) => `${count} ${op}`).join(", ");
}

function plainOutputs(outputs: OutputMap): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(outputs).map(([key, { value, secret }]) => [
      key,
      secret ? "[secret]" : (value as unknown),
    ]),
  );
}

async function up(sandbox: Sandbox): Promise<string> {
  const { summary } = await sandbox.up();
  print(`\nOutputs\n${indent(stringify(plainOutputs(await sandbox.outputs())))}`);
  const kubeconfig = relative(process.cwd(), sandbox.controlPlane.kubeconfigPath);
  print("Where to look next");
  print(`  kubectl --kubeconfig ${kubeconfig} get pods --all-namespaces`);
  print(
    `  npm run kubectl -- --stack ${sandbox.stack} get pods --all-namespaces   (without a kubectl of your own)`,
  );
  print(`  npm start -- --stack ${sandbox.stack}             again: no changes`);
  print(`  npm start -- --stack ${sandbox.stack} --destroy   deletes it, and ends the cluster`);
  return summarize(summary.resourceChanges);
}

async function destroy(sandbox: Sandbox): Promise<string> {
  const { summary } = await sandbox.destroy();
  const { live, retained } = sandbox.leftovers();
  if (retained.length > 0) print("\nKept on purpose in the modelled account");
  for (const { type, id, reason } of retained) print(`  ${type.padEnd(52)} ${id}: ${reason}`);
  if (live.length > 0) {
    throw new SandboxError(`Left behind: ${live.map(({ id }) => id).join(", ")}`);
  }
  await sandbox.remove();
  return summarize(summary.resourceChanges);
}

async function run(options: Options): Promise<void> {
  const started = Date.now();
  const lines = new EventLines(print, options.preview === true);
  const sandbox = await Sandbox.open({
    stack: options.stack,
    program,
    progress: createProgress(),
    configure: (config) => withSettings(config, options.set),
    context: options.context,
    onEvent: lines.onEvent,
  });
  const ready = Date.now();
  try {
    if (options.stop === true) {
      await sandbox.controlPlane.stop();
      print("The cluster is stopped; its data stay.");
      return;
    }
    const [verb, changes] =
      options.destroy === true
        ? ["Destroyed", await destroy(sandbox)]
        : options.preview === true
          ? ["Previewed", summarize((await sandbox.preview()).changeSummary)]
          : options.refresh === true
            ? ["Refreshed", summarize((await sandbox.refresh()).summary.resourceChanges)]
            : ["Up", await up(sandbox)];
    print(
      `\n${verb} ${options.stack}: ${changes}. ` +
        `${seconds(started)} in all, of which engine, cluster and providers ${((ready - started) / 1000).toFixed(1)} s.`,
    );
  } finally {
    await sandbox.close();
  }
}

function indent(text: string): string {
  return text.replace(/^(?=.)/gm, "  ");
}

// Mapping the stack trace that the SDK takes for every resource costs more than the resource.
process.setSourceMapsEnabled(false);

const command = new Command("npm start --")
  .description(
    `Brings up a stack of ${relative(process.cwd(), projectRoot) || "this project"} on this machine.`,
  )
  .option("-s, --stack <name>", "stack, one with a Pulumi.<stack>.yaml", "dev")
  .option("--preview", "show what would be done; touch nothing")
  .option("--refresh", "compare the state with what exists")
  .option("--destroy", "delete the stack, then the cluster and all its files")
  .option("--stop", "end the cluster's processes and keep its data")
  .option("--context <name>", "use an existing cluster, by kubeconfig context")
  .option("--set <key=value>", "another value of the configuration, for this run", parseSetting, [])
  .action(async (options: Options) => await run(options));

command.parseAsync().then(
  // gRPC channels of the SDK keep the event loop alive; everything of ours is closed by now.
  () => process.exit(),
  (error: unknown) => {
    // What a person can mend needs no stack trace; a defect of ours does.
    process.stderr.write(
      `\n${error instanceof SandboxError ? error.message : String((error as Error).stack)}\n`,
    );
    process.exit(1);
  },
);
