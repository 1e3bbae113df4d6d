/** Running programs to their end. */

/** Options of {@link execute}. */
export interface ExecuteOptions {
  /** What the program reads from its stdin. */
  readonly input?: string;
  /** Longest run, in milliseconds. */
  readonly timeout?: number;
}

/**
 * Runs a program and returns what it wrote to stdout.
 *
 * @throws {ExecaError} when it cannot be started (`code` is `ENOENT`) or fails; the message holds
 *   the command and what it wrote to stderr.
 */
export async function execute(
  file: string,
  args: readonly string[],
  options: ExecuteOptions = {},
): Promise<string> {
  // Late: tsx's CommonJS loader cannot resolve execa's own dependencies, and a warm start needs
  // none of it.
  const { execa } = await import("execa");
  return (await execa(file, args, options)).stdout;
}
