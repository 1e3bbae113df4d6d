/** A chain of ways to get something: the first that works is taken, the others explain themselves. */
import { SandboxError } from "./errors";
import type { Progress } from "./progress";

/** One way to get a `T`. */
export interface Link<T> {
  /** What it is, as it stands in a message: `a pulumi on PATH`. */
  readonly name: string;
  /** Whether a refusal is shown at once: for links that ought to have worked on most machines. */
  readonly announced?: boolean;
  /** Gets it, or throws an error whose message says why it cannot be had this way. */
  readonly attempt: (progress: Progress) => Promise<T>;
}

/**
 * The result of the first link that works.
 *
 * @param what what is looked for, as it stands in a message: `Pulumi engine`.
 * @throws {SandboxError} when no link works: one line a link, each with its reason.
 */
export async function firstOf<T>(
  what: string,
  links: readonly Link<T>[],
  progress: Progress,
): Promise<T> {
  const refusals: string[] = [];
  for (const link of links) {
    try {
      return await link.attempt(progress);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      refusals.push(`  - ${link.name}: ${reason}`);
      if (link.announced === true) progress.note(`${what}: not by ${link.name} (${reason})`);
    }
  }
  throw new SandboxError(
    `No ${what} can be had on this machine. What was tried:\n${refusals.join("\n")}`,
  );
}
