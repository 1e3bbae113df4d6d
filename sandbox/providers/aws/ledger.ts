/**
 * What exists in the modelled AWS account: a JSON file beside the engine's state and independent of
 * it, so that the two can be held against each other. Secret values are kept as hashes only.
 */
import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";

import type { Props } from "../service";

/** Something that exists. */
export interface Entry {
  readonly id: string;
  /** Pulumi type token, also for what AWS makes by itself. */
  readonly type: string;
  /** The resource that asked for it; of an implicit entry, the one that owns it. */
  readonly urn: string;
  readonly createdAt: string;
  /** Run of the provider that made it. */
  readonly run: string;
  /**
   * False until the engine has shown that it knows the id. An unacknowledged entry of an earlier run
   * is what a killed run left: the engine never got the answer.
   */
  acknowledged: boolean;
  /** Id of the entry that AWS made this one for, and deletes it with. */
  readonly ownedBy?: string;
  inputs: Props;
  outputs: Props;
}

/** What outlives a deletion on purpose: final snapshots, keys and secrets in their waiting time. */
export interface Retained {
  readonly id: string;
  readonly type: string;
  readonly reason: string;
}

interface Contents {
  entries: Entry[];
  retained: Retained[];
}

/** What exists, and what is kept on purpose. */
export interface Leftovers {
  readonly live: readonly Entry[];
  readonly retained: readonly Retained[];
}

/** The ledger of one account. Writes are atomic: a reader never sees half of one. */
export class Ledger {
  private readonly contents: Contents;

  constructor(private readonly path: string) {
    this.contents = read(path);
  }

  get entries(): readonly Entry[] {
    return this.contents.entries;
  }

  get retained(): readonly Retained[] {
    return this.contents.retained;
  }

  find(type: string, id: string): Entry | undefined {
    return this.entries.find((entry) => entry.type === type && entry.id === id);
  }

  add(entry: Entry): void {
    this.contents.entries.push(entry);
    this.write();
  }

  /** Writes what the caller changed in an entry. */
  save(): void {
    this.write();
  }

  /** Removes an entry and what AWS made for it. */
  remove(entry: Entry): void {
    this.contents.entries = this.entries.filter(
      (other) => other !== entry && other.ownedBy !== entry.id,
    );
    this.write();
  }

  retain(retained: Retained): void {
    this.contents.retained.push(retained);
    this.write();
  }

  private write(): void {
    const temporary = `${this.path}.tmp`;
    writeFileSync(temporary, JSON.stringify(this.contents, undefined, 1), { mode: 0o600 });
    renameSync(temporary, this.path);
  }
}

/** What the account at `path` still holds. */
export function listLeftovers(path: string): Leftovers {
  const { entries, retained } = read(path);
  return { live: entries, retained };
}

function read(path: string): Contents {
  return existsSync(path)
    ? (JSON.parse(readFileSync(path, "utf8")) as Contents)
    : { entries: [], retained: [] };
}
