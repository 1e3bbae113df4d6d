/** What the engine knows to exist, read from the state files of its local backend. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** Answers whether a resource is in the engine's state. */
export interface EngineState {
  knows(urn: string, id: string): boolean;
}

interface StateFile {
  readonly checkpoint?: {
    readonly latest?: {
      readonly resources?: readonly { readonly urn: string; readonly id?: string }[];
    };
  };
}

/**
 * The state under a backend folder (`file://` URL of the stack's backend).
 *
 * The engine writes it before each step and after it, so a resource that AWS has and this has not
 * is one whose creation was never answered.
 *
 * @returns undefined where there is no backend.
 */
export function engineStateIn(backend: string): EngineState | undefined {
  const stacks = join(backend, ".pulumi", "stacks");
  if (!existsSync(stacks)) return undefined;
  return {
    knows: (urn, id) =>
      readdirSync(stacks, { recursive: true, encoding: "utf8" })
        .filter((file) => file.endsWith(".json"))
        .flatMap((file) => resourcesIn(join(stacks, file)))
        .some((resource) => resource.urn === urn && resource.id === id),
  };
}

function resourcesIn(path: string): readonly { readonly urn: string; readonly id?: string }[] {
  const file = JSON.parse(readFileSync(path, "utf8")) as StateFile;
  return file.checkpoint?.latest?.resources ?? [];
}
