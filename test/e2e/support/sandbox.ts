/** What the end-to-end tests share. */
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { StackConfig } from "../../../sandbox/workspace";

/** A folder of its own for a stack's files. */
export function temporaryFolder(): string {
  return mkdtempSync(join(tmpdir(), "dtem-e2e-"));
}

/** The configuration that lets a protected environment be destroyed. */
export function decommissioned(environment: string): (config: StackConfig) => StackConfig {
  return (config) => ({
    ...config,
    "dtem:deletionProtection": false,
    "dtem:decommission": environment,
  });
}

/**
 * All secret strings of a state that was exported with secrets shown. Short ones are left out: they
 * would be found everywhere by chance.
 */
export function collectSecrets(state: unknown): string[] {
  const found = new Set<string>();
  const visit = (value: unknown, inSecret: boolean): void => {
    if (typeof value === "string") {
      if (inSecret && value.length >= 8) found.add(value);
    } else if (typeof value === "object" && value !== null) {
      const plaintext = (value as Record<string, unknown>)["plaintext"];
      if (typeof plaintext === "string") visit(JSON.parse(plaintext), true);
      for (const child of Object.values(value)) visit(child, inSecret);
    }
  };
  visit(state, false);
  return [...found];
}

/** Types of the resources in an exported state, providers and the stack itself left out. */
export function resourcesOf(state: unknown): string[] {
  const { deployment } = state as { deployment: { resources?: { type: string }[] } };
  return (deployment.resources ?? [])
    .map(({ type }) => type)
    .filter((type) => !type.startsWith("pulumi:"));
}
