/** Which Pulumi engine the sandbox takes. */
import { readFileSync } from "node:fs";
import { join } from "node:path";

import { Range, SemVer } from "semver";

import { toolFolder } from "../paths";

/**
 * The version of a module that a go.mod requires, with its `v`.
 *
 * @throws {Error} when it does not require the module.
 */
export function requiredVersion(goMod: string, module: string): string {
  for (const line of goMod.split("\n")) {
    const [first, second, third] = line.trim().split(/\s+/);
    const [path, version] = first === "require" ? [second, third] : [first, second];
    if (path === module && version?.startsWith("v") === true) return version;
  }
  throw new Error(`go.mod does not require ${module}`);
}

/** Reads {@link requiredVersion} from `tools/<tool>/go.mod`, the one place that pins it. */
export function pinnedVersion(tool: string, module: string): string {
  return requiredVersion(readFileSync(join(toolFolder(tool), "go.mod"), "utf8"), module);
}

/** Module of the engine. */
export const engineModule = "github.com/pulumi/pulumi/pkg/v3";

/** The engine that is downloaded or built where none is installed: the pinned version. */
export function pinnedEngineVersion(): SemVer {
  return new SemVer(pinnedVersion("engine", engineModule));
}

/** Versions of an installed engine that are taken: from the pinned one, below the next major. */
export function supportedEngines(pinned: SemVer = pinnedEngineVersion()): Range {
  return new Range(`>=${pinned.version} <${pinned.major + 1}.0.0-0`);
}
