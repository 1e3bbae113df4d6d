/**
 * What exists in the modelled AWS account: a JSON file beside the engine's state and independent of
 * it, so that the two can be held against each other. Secret values are kept as hashes only.
 */
import { readFileSync, renameSync, statSync, writeFileSync } from "node:fs";

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
   * True once the engine has shown that it knows the id: it asked for a diff, a read, an update.
   * Stands in for the engine's state where that cannot be read.
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

/**
 * The ledger of one account. Writes are atomic: a reader never sees half of one. A change that
 * somebody else made to the file (drift, for a test) is taken over at the next access.
 *
 * Every access is synchronous, which is what keeps concurrent requests apart. An entry is good until
 * the next `await`; look it up again after one.
 */
export class Ledger {
  private contents: Contents = { entries: [], retained: [] };
  /** Identity of the file as it was read or written last. */
  private version = "";

  constructor(private readonly path: string) {}

  get entries(): readonly Entry[] {
    return this.current().entries;
  }

  get retained(): readonly Retained[] {
    return this.current().retained;
  }

  find(type: string, id: string): Entry | undefined {
    return this.entries.find((entry) => entry.type === type && entry.id === id);
  }

  add(...entries: readonly Entry[]): void {
    this.current().entries.push(...entries);
    this.write();
  }

  /** Writes what the caller changed in an entry. */
  save(): void {
    this.write();
  }

  /** Removes an entry and what AWS made for it, except what `survives`. */
  remove(entry: Entry, survives: (part: Entry) => boolean): void {
    const contents = this.current();
    contents.entries = contents.entries.flatMap((other) => {
      if (other === entry) return [];
      if (other.ownedBy !== entry.id) return [other];
      return survives(other) ? [{ ...other, ownedBy: undefined }] : [];
    });
    this.write();
  }

  retain(retained: Retained): void {
    this.current().retained.push(retained);
    this.write();
  }

  private current(): Contents {
    const version = versionOf(this.path);
    if (version !== this.version) {
      this.contents = read(this.path);
      this.version = version;
    }
    return this.contents;
  }

  private write(): void {
    const temporary = `${this.path}.tmp`;
    writeFileSync(temporary, JSON.stringify(this.contents, undefined, 1), { mode: 0o600 });
    renameSync(temporary, this.path);
    this.version = versionOf(this.path);
  }
}

/** What the account at `path` still holds. */
export function listLeftovers(path: string): Leftovers {
  const { entries, retained } = read(path);
  return { live: entries, retained };
}

/** Each write makes a new file, so its number tells it from the one before. */
function versionOf(path: string): string {
  const stat = statSync(path, { bigint: true, throwIfNoEntry: false });
  return stat === undefined ? "none" : `${stat.ino}/${stat.mtimeNs}/${stat.size}`;
}

function read(path: string): Contents {
  return versionOf(path) === "none"
    ? { entries: [], retained: [] }
    : (JSON.parse(readFileSync(path, "utf8")) as Contents);
}
