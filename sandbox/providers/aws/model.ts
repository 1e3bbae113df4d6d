/** A small, faithful model of an AWS account, as the Pulumi AWS provider 7 sees it. */
import { randomUUID } from "node:crypto";
import { dirname, join } from "node:path";
import { isDeepStrictEqual } from "node:util";

import {
  type CheckFailure,
  containsUnknown,
  type DiffResult,
  isUnknown,
  type Props,
  type ProviderModel,
  UNKNOWN,
} from "../service";
import { type EngineState, engineStateIn } from "./engine-state";
import { Faults } from "./faults";
import { invoke } from "./invokes";
import { type Entry, Ledger } from "./ledger";
import {
  automaticName,
  changedInputs,
  fromJson,
  isAutomatic,
  logicalNameOf,
  markSecrets,
  prefixOf,
  redact,
  replacingPaths,
  restore,
} from "./properties";
import { type Account, hex, type ResourceType, type Subject } from "./resource-type";
import { alreadyExists, requireDeletable, userOf, validate, viewOf } from "./rules";
import { resourceType } from "./types/all";

/** Options of {@link AwsModel}. */
export interface AwsModelOptions {
  /** File of the ledger. Beside it, `aws-faults.json` and the engine's `backend/` are read. */
  readonly ledgerPath: string;
  /** Account of the credentials. @default the account that the provider's configuration allows */
  readonly accountId?: string;
  /** @default what `aws-faults.json` says */
  readonly faults?: Faults;
  /** @default the state in `backend/`; without one, {@link Entry.acknowledged} is gone by */
  readonly engineState?: EngineState;
}

interface Request {
  readonly urn: string;
  readonly type: string;
}

/** Accounts are twelve digits; this one belongs to nobody. */
const noAccount = "000000000000";

/** Services without regions: their resources have no `region`. */
const global = /^aws:(iam|route53|cloudfront)\//;

/**
 * Stand-in for the aws provider: ids, ARNs and endpoints in AWS's forms, required and replacing
 * properties, references that must exist, deletions refused while something depends on the resource
 * or protects it. What exists is in a {@link Ledger}, outside the engine's state.
 *
 * A killed run: a resource exists from the moment AWS accepts the request, before the engine learns
 * its id. When the engine asks for it again, the model gives the one that is there, which stands for
 * the `pulumi import` that a person would do. It does so only for the same URN, where the engine's
 * state does not hold the id (a replacement also asks twice, but the state holds the first), and
 * where no input differs that would replace it.
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
    this.account = { id: options.accountId ?? noAccount, region: "" };
  }

  // eslint-disable-next-line @typescript-eslint/require-await -- the contract is asynchronous
  async configure(config: Props): Promise<void> {
    const allowed = fromJson(config["allowedAccountIds"]) as string[] | undefined;
    const forbidden = fromJson(config["forbiddenAccountIds"]) as string[] | undefined;
    const id = this.options.accountId ?? allowed?.[0] ?? noAccount;
    if ((allowed !== undefined && !allowed.includes(id)) || forbidden?.includes(id) === true) {
      throw new Error(
        `AWS account ID not allowed: ${id}; allowed: ${allowed?.join(", ") ?? "all others"}`,
      );
    }
    if (typeof config["region"] !== "string") throw new Error("aws: region is not set");
    this.account = { id, region: config["region"] };
    const defaults = fromJson(config["defaultTags"]) as
      { tags?: Record<string, string> } | undefined;
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
    const diffs = changedInputs(type, r.oldInputs, r.news);
    const replaces = replacingPaths(type, r.oldInputs, r.news);
    const tagged = type.tagged !== false;
    if (tagged && !isDeepStrictEqual(r.olds["tagsAll"], this.tagsAll(r.news))) {
      diffs.push("tagsAll");
    }
    return {
      changes: diffs.length > 0,
      replaces,
      diffs,
      deleteBeforeReplace: replaces.length > 0 && keepsItsName(type, r),
    };
  }

  async create(
    r: Request & { inputs: Props; preview: boolean; signal: AbortSignal },
  ): Promise<{ id: string; outputs: Props }> {
    const type = resourceType(r.type);
    if (r.preview) return { id: "", outputs: this.planned(type, r) };
    r.signal.throwIfAborted();
    this.faults.failIfPlanned("create", r.type, r.urn);
    const orphan = this.orphanOf(type, r);
    const subject = this.subject(
      type,
      r.urn,
      { ...nameOf(type, orphan?.outputs), ...r.inputs },
      orphan,
    );
    validate(type, r.type, subject);
    const id = orphan?.id ?? type.id(subject);
    const outputs = this.outputsOf(type, r.type, subject, id);
    if (orphan !== undefined) {
      orphan.inputs = redact(type, r.inputs);
      orphan.outputs = redact(type, outputs);
      this.ledger.save();
    } else {
      if (this.ledger.find(r.type, id) !== undefined)
        throw new Error(alreadyExists(type, r.type, id));
      this.ledger.add(...this.entriesOf(type, r, subject, id, outputs));
    }
    // From here on it exists, whether or not the engine is still there to hear of it.
    await this.faults.wait("create", r.type, r.signal);
    return { id, outputs: markSecrets(type, outputs) };
  }

  // eslint-disable-next-line @typescript-eslint/require-await -- the contract is asynchronous
  async read(
    r: Request & { id: string; inputs: Props; state: Props },
  ): Promise<{ id: string; inputs: Props; outputs: Props } | undefined> {
    const type = resourceType(r.type);
    const entry = this.acknowledge(r.type, r.id);
    if (entry === undefined) return undefined;
    return {
      id: r.id,
      inputs: restore(type, entry.inputs, r.inputs),
      outputs: markSecrets(type, restore(type, entry.outputs, r.state)),
    };
  }

  async update(
    r: Request & { id: string; olds: Props; news: Props; preview: boolean; signal: AbortSignal },
  ): Promise<{ outputs: Props }> {
    const type = resourceType(r.type);
    const entry = this.acknowledge(r.type, r.id);
    const subject = this.subject(type, r.urn, { ...nameOf(type, r.olds), ...r.news }, entry);
    const outputs = {
      ...this.outputsOf(type, r.type, subject, r.id),
      ...type.revise?.(r.olds),
    };
    if (r.preview) return { outputs };
    if (entry === undefined) throw new Error(`NotFound: ${r.type} '${r.id}' does not exist`);
    r.signal.throwIfAborted();
    this.faults.failIfPlanned("update", r.type, r.urn);
    validate(type, r.type, subject);
    entry.inputs = redact(type, r.news);
    entry.outputs = redact(type, outputs);
    this.ledger.save();
    await this.faults.wait("update", r.type, r.signal);
    return { outputs: markSecrets(type, outputs) };
  }

  async delete(r: Request & { id: string; signal: AbortSignal }): Promise<void> {
    const type = resourceType(r.type);
    // The provider takes a resource that has gone already for deleted.
    if (this.ledger.find(r.type, r.id) === undefined) return;
    r.signal.throwIfAborted();
    this.faults.failIfPlanned("delete", r.type, r.urn);
    await this.faults.wait("delete", r.type, r.signal);
    const entry = this.ledger.find(r.type, r.id);
    if (entry === undefined) return;
    requireDeletable(type, entry, this.ledger);
    this.retain(type, entry);
    // What AWS made along with it goes too, unless something else still uses that.
    const inUse = new Set(
      this.ledger.entries.filter((part) => userOf(part, this.ledger) !== undefined),
    );
    this.ledger.remove(this.ledger.find(r.type, r.id) ?? entry, (part) => inUse.has(part));
  }

  // eslint-disable-next-line @typescript-eslint/require-await -- the contract is asynchronous
  async invoke(token: string, args: Props): Promise<{ result: Props; failures: CheckFailure[] }> {
    return { result: invoke(token, args, this.account), failures: [] };
  }

  /** Inputs with a generated name where only a prefix is given. */
  private subject(type: ResourceType, urn: string, given: Props, self?: Entry): Subject {
    const { autoname } = type;
    const inputs = { ...given };
    if (autoname !== undefined && inputs[autoname] === undefined) {
      const prefix = inputs[prefixOf(autoname)];
      if (typeof prefix === "string" && !isUnknown(prefix)) {
        inputs[autoname] = `${prefix}${hex(26)}`;
      }
    }
    const view = viewOf(this.ledger, self);
    return { account: this.account, view, logicalName: logicalNameOf(urn), inputs };
  }

  private outputsOf(type: ResourceType, token: string, subject: Subject, id: string): Props {
    return {
      ...(global.test(token) ? {} : { region: this.account.region }),
      ...subject.inputs,
      ...(type.tagged === false ? {} : { tagsAll: this.tagsAll(subject.inputs) }),
      ...type.outputs?.(subject, id),
    };
  }

  /** Outputs of a resource that does not exist yet: inputs, and computed ones unknown. */
  private planned(type: ResourceType, r: Request & { inputs: Props }): Props {
    const computed = this.outputsOf(type, r.type, this.subject(type, r.urn, r.inputs), "unknown");
    return Object.fromEntries(
      Object.entries(computed).map(([key, value]) => [
        key,
        key in r.inputs || key === "tagsAll" || key === "region" ? value : UNKNOWN,
      ]),
    );
  }

  private tagsAll(inputs: Props): unknown {
    const { tags } = inputs;
    if (containsUnknown(tags)) return UNKNOWN;
    return { ...this.defaultTags, ...(tags as Props | undefined) };
  }

  /** The entry of a new resource, and those of what AWS makes along with it. */
  private entriesOf(
    type: ResourceType,
    r: Request & { inputs: Props },
    subject: Subject,
    id: string,
    outputs: Props,
  ): Entry[] {
    const common = { urn: r.urn, createdAt: new Date().toISOString(), run: this.run };
    return [
      {
        ...common,
        id,
        type: r.type,
        acknowledged: false,
        inputs: redact(type, r.inputs),
        outputs: redact(type, outputs),
      },
      ...(type.implicit?.(subject, id) ?? []).map((part) => ({
        ...common,
        ...part,
        acknowledged: true,
        ownedBy: id,
        inputs: {},
      })),
    ];
  }

  /** What an earlier request for the same resource left, whose answer the engine never got. */
  private orphanOf(type: ResourceType, r: Request & { inputs: Props }): Entry | undefined {
    const { ledgerPath, engineState = engineStateIn(join(dirname(ledgerPath), "backend")) } =
      this.options;
    return this.ledger.entries.find(
      (entry) =>
        entry.urn === r.urn &&
        entry.type === r.type &&
        entry.ownedBy === undefined &&
        (engineState === undefined
          ? !entry.acknowledged && entry.run !== this.run
          : !engineState.knows(entry.urn, entry.id)) &&
        replacingPaths(type, entry.inputs, redact(type, r.inputs)).length === 0,
    );
  }

  /** The engine has shown that it knows the id. Written with the ledger's next change. */
  private acknowledge(type: string, id: string): Entry | undefined {
    const entry = this.ledger.find(type, id);
    if (entry !== undefined) entry.acknowledged = true;
    return entry;
  }

  private retain(type: ResourceType, entry: Entry): void {
    const kept = type.retains?.(entry.inputs, entry.id);
    if (kept === undefined) return;
    if (this.ledger.retained.some((other) => other.type === entry.type && other.id === kept.id)) {
      throw new Error(`DBSnapshotAlreadyExists: ${kept.id} already exists`);
    }
    this.ledger.retain({ ...kept, type: entry.type });
  }
}

/** With a fixed name the successor cannot be made beside its predecessor (as pulumi-aws does). */
function keepsItsName(
  type: ResourceType,
  r: { readonly urn: string; readonly oldInputs: Props; readonly news: Props },
): boolean {
  const { autoname } = type;
  const name = autoname === undefined ? undefined : r.news[autoname];
  return (
    typeof name === "string" && name === r.oldInputs[autoname ?? ""] && !isAutomatic(r.urn, name)
  );
}

/** The generated name of an existing resource, which an update keeps. */
function nameOf(type: ResourceType, outputs: Props | undefined): Props {
  const { autoname } = type;
  return autoname === undefined || outputs?.[autoname] === undefined
    ? {}
    : { [autoname]: outputs[autoname] };
}
