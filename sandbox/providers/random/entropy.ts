/** Uniform random draws from node:crypto, or from a seed where a resource asks for repeatability. */
import { createHash, randomBytes } from "node:crypto";

/** A source of uniform bytes. */
export type Entropy = (length: number) => Buffer;

/** Cryptographically strong entropy. */
export const strong: Entropy = (length) => randomBytes(length);

/**
 * Repeatable entropy: SHA-256 over the seed and a counter. The real provider seeds Go's math/rand,
 * so the same seed gives other values there; what holds in both is "same seed, same result".
 */
export function seeded(seed: string): Entropy {
  let counter = 0;
  let pool = Buffer.alloc(0);
  return (length) => {
    while (pool.length < length) {
      const block = createHash("sha256").update(`${counter++}:${seed}`).digest();
      pool = Buffer.concat([pool, block]);
    }
    const bytes = pool.subarray(0, length);
    pool = pool.subarray(length);
    return bytes;
  };
}

/** A uniform integer in [0, bound), for a bound of at most 2^48. Draws again rather than skew. */
export function below(entropy: Entropy, bound: number): number {
  if (!Number.isSafeInteger(bound) || bound < 1 || bound > 2 ** 48) {
    throw new Error(`bound ${bound} is not an integer from 1 to 2^48`);
  }
  const limit = 2 ** 48 - (2 ** 48 % bound);
  for (;;) {
    const draw = entropy(6).readUIntBE(0, 6);
    if (draw < limit) return draw % bound;
  }
}

/** A shuffled copy (Fisher–Yates). */
export function shuffled<T>(entropy: Entropy, items: readonly T[]): T[] {
  const result = [...items];
  for (let i = result.length - 1; i > 0; i--) {
    const j = below(entropy, i + 1);
    [result[i], result[j]] = [result[j] as T, result[i] as T];
  }
  return result;
}
