/** Mutual exclusion between the processes of a user. */
import { mkdirSync } from "node:fs";
import { dirname } from "node:path";

import { lock } from "proper-lockfile";

/**
 * Runs `work` while no other process of this user does the same.
 *
 * @param lockPath the lock; its folder is made.
 */
export async function exclusively<T>(lockPath: string, work: () => Promise<T>): Promise<T> {
  const folder = dirname(lockPath);
  mkdirSync(folder, { recursive: true });
  const release = await lock(folder, {
    lockfilePath: lockPath,
    // A holder renews its lock every 5 s; one that was killed is overtaken after 20 s.
    stale: 20_000,
    update: 5_000,
    retries: { forever: true, factor: 1, minTimeout: 500, maxTimeout: 500 },
  });
  try {
    return await work();
  } finally {
    await release();
  }
}
