/** Faults that a person can mend, told in one message without a stack trace. */

/** An error whose message is all the user needs. */
export class SandboxError extends Error {
  override readonly name = "SandboxError";
}

/** Known complaints of the engine → what they mean and what to do. */
const translations: readonly {
  readonly pattern: RegExp;
  readonly say: (stack: string) => string;
}[] = [
  {
    pattern: /incorrect passphrase|invalid passphrase/i,
    say: (stack) =>
      `The state of stack "${stack}" is encrypted with another passphrase. ` +
      `Use the one it was made with (PULUMI_CONFIG_PASSPHRASE or .sandbox/${stack}/passphrase); ` +
      `nothing was changed.`,
  },
  {
    pattern: /the stack is currently locked by (\d+) lock/i,
    say: (stack) =>
      `Stack "${stack}" is locked: another operation runs on it. Wait for it; nothing was changed.`,
  },
];

/**
 * Turns an error of the engine or of the program into one clear error.
 *
 * The program's own errors (a {@link Error} thrown by it) come back inside the engine's output; the
 * part that a person needs is cut out of it.
 */
export function explain(stack: string, error: unknown): SandboxError {
  if (error instanceof SandboxError) return error;
  const text = error instanceof Error ? error.message : String(error);
  const known = translations.find(({ pattern }) => pattern.test(text));
  return new SandboxError(known === undefined ? text : known.say(stack), { cause: error });
}
