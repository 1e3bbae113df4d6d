/** Where the sandbox keeps its files. */
import { join, resolve } from "node:path";

import envPaths from "env-paths";

/** Folder of the repository, which holds Pulumi.yaml. */
export const projectRoot = resolve(__dirname, "..");

/**
 * State, cluster data and ledger of one stack.
 *
 * @returns `<DTEM_SANDBOX_DIR>/<stack>`, or `<repository>/.sandbox/<stack>` (git-ignored).
 */
export function stackFolder(stack: string): string {
  const given = process.env["DTEM_SANDBOX_DIR"];
  const parent =
    given !== undefined && given !== "" ? resolve(given) : join(projectRoot, ".sandbox");
  return join(parent, stack);
}

/**
 * Folder of what is built once per user, keyed by version inside.
 *
 * @returns `DTEM_CACHE_DIR`, or the platform's cache folder for `dtem` (Linux: `~/.cache/dtem`).
 */
export function cacheFolder(): string {
  const given = process.env["DTEM_CACHE_DIR"];
  return given !== undefined && given !== ""
    ? resolve(given)
    : envPaths("dtem", { suffix: "" }).cache;
}

/** Folder of a Go module that pins what the sandbox builds: `<repository>/tools/<name>`. */
export function toolFolder(name: string): string {
  return join(projectRoot, "tools", name);
}
