/** A small, faithful model of an AWS account, as the Pulumi AWS provider 7 sees it. */
import { createHash, randomUUID } from "node:crypto";
import { dirname, join } from "node:path";
import { isDeepStrictEqual } from "node:util";

import {
  type CheckFailure,
  containsUnknown,
  type DiffResult,
  isUnknown,
  type Props,
  type ProviderModel,
  secret,
  UNKNOWN,
} from "../service";
import { Faults } from "./faults";
import { invoke } from "./invokes";
import { type Entry, Ledger } from "./ledger";
import { names, valuesOf } from "./references";
import {
  type Account,
  hex,
  type Reference,
  type ResourceType,
  type Subject,
} from "./resource-type";
import { resourceType, resourceTypes } from "./types/all";

/** Options of {@link AwsModel}. */
export interface AwsModelOptions {
  /** File of the ledger; `aws-faults.json` beside it is read as well. */
  readonly ledgerPath: string;
  /** Account of the credentials. @default the account that the provider's configuration allows */
  readonly accountId?: string;
  /** @default what `aws-faults.json` says */
  readonly faults?: Faults;
}

interface Request {
  readonly urn: string;
  readonly type: string;
}

/**
 * Stand-in for the aws provider: ids, ARNs and endpoints in AWS's forms, required and replacing
 * properties, references that must exist, deletions refused while something depends on the resource
 * or protects it. What exists is in a {@link Ledger}, outside the engine's state.
 */
export class AwsModel implements ProviderModel {
  readonly name = "aws";
  /** The version of the SDK that the stand-in follows. */
  readonly version = "7.48.0";

  private readonly run = randomUUID();
  private readonly ledger: Ledger;
  private readonly faults: Faults;
  private account: Account;
  private defaultTags: Readonly<Record<string, string>> = {};

  constructor(private readonly options: AwsModelOptions) {
    this.ledger = new Ledger(options.ledgerPath);
    this.faults =
      options.faults ?? Faults.fromFile(join(dirname(options.ledgerPath), "aws-faults.json"));
    this.account = { id: options.accountId ?? "000000000000", region: "" };
  }

  // eslint-disable-next-line @typescript-eslint/require-await -- the contract is asynchronous
  async configure(config: Props): Promise<void> {
    const allowed = fromJson(config["allowedAccountIds"]) as string[] | undefined;
    const id = this.options.accountId ?? allowed?.[0] ?? "000000000000";
    if (allowed !== undefined && !allowed.includes(id)) {
      throw new Error(`AWS account ID not allowed: ${id}; allowed: ${allowed.join(", ")}`);
    }
    if (typeof config["region"] !== "string") throw new Error("aws: region is not set");
    this.account = { id, region: config["region"] };
    const defaults = fromJson(config["defaultTags"]) as { tags?: Record<string, string> };
    this.defaultTags = defaults?.tags ?? {};
  }

  // eslint-disable-next-line @typescript-eslint/require-await -- the contract is asynchronous
  async check(
    r: Request & { olds: Props; news: Props; randomSeed: Uint8Array },
  ): Promise<{ inputs: Props; failures: CheckFailure[] }> {
    const type = resourceType(r.type);
    const inputs = { ...r.news };
    const { autoname } = type;
    if (autoname !== undefined && inputs[autoname] === undefined) {
      if (inputs[prefixOf(autoname)] === undefined) {
        inputs[autoname] = r.olds[autoname] ?? automaticName(r.urn, r.randomSeed);
      }
    }
    const failures = (type.required ?? [])
      .filter((property) => inputs[property] === undefined)
      .map((property) => ({ property, reason: `Missing required argument: "${property}"` }));
    return { inputs, failures };
  }

  // eslint-disable-next-line @typescript-eslint/require-await -- the contract is asynchronous
  async diff(
    r: Request & { id: string; oldInputs: Props; olds: Props; news: Props },
  ): Promise<DiffResult> {
    const type = resourceType(r.type);
    this.acknowledge(r.type, r.id);
    const keys = new Set([...Object.keys(r.oldInputs), ...Object.keys(r.news)]);
    const diffs = [...keys].filter((key) => !sameValue(r.oldInputs[key], r.news[key]));
    const replaces = diffs.filter((key) => type.replaces?.includes(key));
    if (type.tagged !== false && !sameValue(r.olds["tagsAll"], this.tagsAll(r.news))) {
      diffs.push("tagsAll");
    }
    const { autoname } = type;
    // With a fixed name the successor cannot be made beside its predecessor (as pulumi-aws does).
    const nameIsTaken =
      autoname !== undefined &&
      r.news[autoname] !== undefined &&
      r.news[autoname] === r.oldInputs[autoname] &&
      !isAutomatic(r.urn, String(r.news[autoname]));
    return {
      changes: diffs.length > 0,
      replaces,
      diffs,
      deleteBeforeReplace: replaces.length > 0 && nameIsTaken,
    };
  }

  async create(
    r: Request & { inputs: Props; preview: boolean; signal: AbortSignal },
  ): Promise<{ id: string; outputs: Props }> {
    const type = resourceType(r.type);
    if (r.preview) {
      return { id: "", outputs: this.planned(type, r.urn, r.inputs) };
    }
    const orphan = this.ledger.entries.find(
      (entry) => entry.urn === r.urn && entry.type === r.type && this.isOrphan(entry),
    );
    const subject = this.subject(type, r.urn, orphan === undefined ? r.inputs : { ...r.inputs });
    this.validate(type, r.type, subject, orphan);
    await this.faults.apply("create", r.type, r.urn, r.signal);

    // A killed run left it: AWS has it, the engine never learned its id. A person would import it.
    const id = orphan?.id ?? type.id(subject);
    const outputs = this.outputsOf(type, subject, id);
    if (orphan === undefined) {
      this.ledger.add(this.entry(r.type, r.urn, id, type, r.inputs, outputs));
      for (const part of type.implicit?.(subject, id) ?? []) {
        this.ledger.add({
          ...this.entry(part.type, r.urn, part.id, resourceType(part.type), {}, part.outputs),
          acknowledged: true,
          ownedBy: id,
        });
      }
    } else {
      orphan.inputs = redact(type, r.inputs);
      orphan.outputs = redact(type, outputs);
      this.ledger.save();
    }
    return { id, outputs: markSecrets(type, outputs) };
  }

  // eslint-disable-next-line @typescript-eslint/require-await -- the contract is asynchronous
  async read(
    r: Request & { id: string; inputs: Props; state: Props },
  ): Promise<{ id: string; inputs: Props; outputs: Props } | undefined> {
    const type = resourceType(r.type);
    const entry = this.acknowledge(r.type, r.id);
    if (entry === undefined) return undefined;
    const inputs = Object.keys(r.inputs).length === 0 ? entry.inputs : r.inputs;
    return {
      id: r.id,
      inputs: restore(type, entry.inputs, inputs),
      outputs: markSecrets(type, restore(type, entry.outputs, r.state)),
    };
  }

  async update(
    r: Request & { id: string; olds: Props; news: Props; preview: boolean; signal: AbortSignal },
  ): Promise<{ outputs: Props }> {
    const type = resourceType(r.type);
    const subject = this.subject(type, r.urn, { ...namesOf(type, r.olds), ...r.news });
    if (r.preview) {
      return { outputs: { ...this.outputsOf(type, subject, r.id), ...type.revise?.(r.olds) } };
    }
    const entry = this.acknowledge(r.type, r.id);
    if (entry === undefined) throw new Error(`NotFound: ${r.type} '${r.id}' does not exist`);
    this.validate(type, r.type, subject, entry);
    await this.faults.apply("update", r.type, r.urn, r.signal);
    const outputs = { ...this.outputsOf(type, subject, r.id), ...type.revise?.(r.olds) };
    entry.inputs = redact(type, r.news);
    entry.outputs = redact(type, outputs);
    this.ledger.save();
    return { outputs: markSecrets(type, outputs) };
  }

  async delete(r: Request & { id: string; signal: AbortSignal }): Promise<void> {
    const type = resourceType(r.type);
    const entry = this.ledger.find(r.type, r.id);
    // The provider takes a resource that has gone already for deleted.
    if (entry === undefined) return;
    const refusal = type.refuseDeletion?.(entry.inputs);
    if (refusal !== undefined) throw new Error(refusal);
    const user = this.userOf(entry);
    if (user !== undefined) {
      throw new Error(
        `${type.inUseCode ?? "DependencyViolation"}: ${r.type} '${r.id}' has a dependent object ` +
          `(${user.type} '${user.id}') and cannot be deleted.`,
      );
    }
    await this.faults.apply("delete", r.type, r.urn, r.signal);
    this.retain(type, entry);
    // What AWS made along with it goes too, unless something else still uses that.
    for (const part of this.ledger.entries.filter(({ ownedBy }) => ownedBy === entry.id)) {
      if (this.userOf(part) !== undefined) {
        this.ledger.remove(part);
        this.ledger.add({ ...part, ownedBy: undefined });
      }
    }
    this.ledger.remove(entry);
  }

  // eslint-disable-next-line @typescript-eslint/require-await -- the contract is asynchronous
  async invoke(token: string, args: Props): Promise<{ result: Props; failures: CheckFailure[] }> {
    return { result: invoke(token, args, this.account), failures: [] };
  }

  /** Inputs with a generated name where only a prefix is given. */
  private subject(type: ResourceType, urn: string, given: Props): Subject {
    const { autoname } = type;
    const inputs = { ...given };
    if (autoname !== undefined && inputs[autoname] === undefined) {
      const prefix = inputs[prefixOf(autoname)];
      if (typeof prefix === "string" && !isUnknown(prefix)) {
        inputs[autoname] = `${prefix}${hex(26)}`;
      }
    }
    return { account: this.account, logicalName: logicalNameOf(urn), inputs };
  }

  private outputsOf(type: ResourceType, subject: Subject, id: string): Props {
    return {
      ...subject.inputs,
      ...(type.tagged === false ? {} : { tagsAll: this.tagsAll(subject.inputs) }),
      region: this.account.region,
      ...type.outputs?.(subject, id),
    };
  }

  /** Outputs of a resource that does not exist yet: inputs, and computed ones unknown. */
  private planned(type: ResourceType, urn: string, inputs: Props): Props {
    const subject = this.subject(type, urn, inputs);
    const computed = this.outputsOf(type, subject, "unknown");
    return Object.fromEntries(
      Object.entries(computed).map(([key, value]) => [
        key,
        key in inputs || key === "tagsAll" || key === "region" ? value : UNKNOWN,
      ]),
    );
  }

  private tagsAll(inputs: Props): unknown {
    const { tags } = inputs;
    if (containsUnknown(tags)) return UNKNOWN;
    return { ...this.defaultTags, ...(tags as Props | undefined) };
  }

  private entry(
    type: string,
    urn: string,
    id: string,
    model: ResourceType,
    inputs: Props,
    outputs: Props,
  ): Entry {
    return {
      id,
      type,
      urn,
      createdAt: new Date().toISOString(),
      run: this.run,
      acknowledged: false,
      inputs: redact(model, inputs),
      outputs: redact(model, outputs),
    };
  }

  private isOrphan(entry: Entry): boolean {
    return !entry.acknowledged && entry.run !== this.run;
  }

  /** The engine has shown that it knows the id. Written with the ledger's next change. */
  private acknowledge(type: string, id: string): Entry | undefined {
    const entry = this.ledger.find(type, id);
    if (entry !== undefined) entry.acknowledged = true;
    return entry;
  }

  /** Everything that AWS checks before it makes or changes something. */
  private validate(
    type: ResourceType,
    token: string,
    subject: Subject,
    self: Entry | undefined,
  ): void {
    const complaint = type.validate?.(subject);
    if (complaint !== undefined) throw new Error(complaint);
    for (const reference of type.references ?? []) {
      for (const value of valuesOf(reference, subject.inputs)) {
        if (!this.exists(reference, value)) {
          const kind = reference.to.split(":").at(-1);
          throw new Error(
            `Invalid${kind}.NotFound: The ${kind} '${value}' does not exist (${reference.property})`,
          );
        }
      }
    }
    if (type.unique !== undefined) this.requireUnique(token, type.unique, subject.inputs, self);
  }

  private requireUnique(
    token: string,
    property: string,
    inputs: Props,
    self: Entry | undefined,
  ): void {
    const value = inputs[property];
    if (value === undefined) return;
    const kind = token.split(":").at(-1);
    const taken = this.ledger.entries.some(
      (entry) => entry !== self && entry.type === token && entry.outputs[property] === value,
    );
    if (taken) throw new Error(`${kind}AlreadyExists: ${kind} '${String(value)}' already exists`);
    const waiting = this.ledger.retained.some(
      ({ type, id }) => type === token && id.includes(`:secret:${String(value)}-`),
    );
    if (waiting) {
      throw new Error(
        `InvalidRequestException: You can't create this secret because a secret with this name ` +
          `is already scheduled for deletion: ${String(value)}`,
      );
    }
  }

  private exists(reference: Reference, value: string): boolean {
    return (
      reference.external?.test(value) === true ||
      this.ledger.entries.some((entry) => entry.type === reference.to && names(value, entry))
    );
  }

  /** Something that AWS will not let go of the entry for. */
  private userOf(target: Entry): Entry | undefined {
    return this.ledger.entries.find(
      (entry) =>
        entry !== target &&
        entry.ownedBy !== target.id &&
        (resourceTypes[entry.type]?.references ?? []).some(
          (reference) =>
            reference.weak !== true &&
            reference.to === target.type &&
            valuesOf(reference, entry.outputs).some((value) => names(value, target)),
        ),
    );
  }

  private retain(type: ResourceType, entry: Entry): void {
    const kept = type.retains?.(entry.inputs, entry.id);
    if (kept === undefined) return;
    if (this.ledger.retained.some(({ type, id }) => type === entry.type && id === kept.id)) {
      throw new Error(`DBSnapshotAlreadyExists: ${kept.id} already exists`);
    }
    this.ledger.retain({ ...kept, type: entry.type });
  }
}

function logicalNameOf(urn: string): string {
  return urn.split("::").at(-1) ?? "";
}

function prefixOf(property: string): string {
  return `${property}Prefix`;
}

/** `<logical name>-<7 hex digits>`, the same for the same seed. */
function automaticName(urn: string, seed: Uint8Array): string {
  const digits = createHash("sha256").update(seed).digest("hex").slice(0, 7);
  return `${logicalNameOf(urn)}-${digits}`;
}

function isAutomatic(urn: string, name: string): boolean {
  const base = `${logicalNameOf(urn)}-`;
  return name.startsWith(base) && /^[0-9a-f]{7}$/.test(name.slice(base.length));
}

/** The generated name of an existing resource, which an update keeps. */
function namesOf(type: ResourceType, outputs: Props): Props {
  const { autoname } = type;
  return autoname === undefined || outputs[autoname] === undefined
    ? {}
    : { [autoname]: outputs[autoname] };
}

/** Whether AWS would see a difference: the order of a list of ids or names means nothing to it. */
function sameValue(a: unknown, b: unknown): boolean {
  return isDeepStrictEqual(unordered(a), unordered(b));
}

function unordered(value: unknown): unknown {
  if (!Array.isArray(value)) return value;
  return value.every((item) => typeof item === "string") ? value.toSorted() : value;
}

/** Nested provider configuration arrives as JSON text. */
function fromJson(value: unknown): unknown {
  return typeof value === "string" && !isUnknown(value) ? JSON.parse(value) : value;
}

function hash(value: unknown): string {
  return `sha256:${createHash("sha256").update(JSON.stringify(value)).digest("hex")}`;
}

function redact(type: ResourceType, props: Props): Props {
  const secrets = (type.secrets ?? []).filter((name) => props[name] !== undefined);
  return { ...props, ...Object.fromEntries(secrets.map((name) => [name, hash(props[name])])) };
}

/** The ledger's properties with secrets from the engine's state, where they are still the same. */
function restore(type: ResourceType, kept: Props, known: Props): Props {
  const secrets = (type.secrets ?? []).filter(
    (name) => known[name] !== undefined && kept[name] === hash(known[name]),
  );
  return { ...kept, ...Object.fromEntries(secrets.map((name) => [name, known[name]])) };
}

function markSecrets(type: ResourceType, props: Props): Props {
  const secrets = (type.secrets ?? []).filter((name) => props[name] !== undefined);
  return { ...props, ...Object.fromEntries(secrets.map((name) => [name, secret(props[name])])) };
}
