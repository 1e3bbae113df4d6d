/** How the modelled account knows a type of resource. One entry a type, in `types/`. */
import { createHash, randomBytes } from "node:crypto";

import type { Props } from "../service";
import type { Entry, Retained } from "./ledger";

/** The account that a request is made in. */
export interface Account {
  readonly id: string;
  readonly region: string;
}

/** What else is in the account, for rules that span resources. */
export interface View {
  /** Everything of a type. */
  all(type: string): readonly Entry[];
  /** The one that a value names, by id, ARN or name. */
  named(type: string, value: string): Entry | undefined;
  readonly retained: readonly Retained[];
}

/** A resource as a table entry sees it. */
export interface Subject {
  readonly account: Account;
  /** The account without the resource itself. */
  readonly view: View;
  /** Logical name in the program. */
  readonly logicalName: string;
  readonly inputs: Props;
}

/** A property that names another resource. */
export interface Reference {
  /** Path of the property; lists on the way are walked: `vpcConfig.subnetIds`. */
  readonly property: string;
  /** Type token of what must exist. */
  readonly to: string;
  /** Values that lie outside the account, such as AWS's own policies. */
  readonly external?: RegExp;
  /**
   * True when AWS deletes the target although this reference exists, because it ignores the
   * reference or removes it with the target. @default false: the deletion is refused
   */
  readonly weak?: boolean;
}

/** Something that AWS makes together with a resource, and removes with it. */
export interface Implicit {
  readonly type: string;
  readonly id: string;
  readonly outputs: Props;
}

/** A type of resource. */
export interface ResourceType {
  /** Inputs without which AWS refuses the request. */
  readonly required?: readonly string[];
  /** Inputs whose change replaces the resource, as paths: `launchTemplate.id`. */
  readonly replaces?: readonly string[];
  /** Further changes that replace it, as paths, where a rule is more than "it changed". */
  replacesIf?(olds: Props, news: Props): readonly string[];
  /** Lists in which the order says something; in all others it is ignored. */
  readonly ordered?: readonly string[];
  readonly references?: readonly Reference[];
  /** Input that the Pulumi provider names by itself when it is absent. */
  readonly autoname?: string;
  /** Input whose value must be unique for the type in the account. */
  readonly unique?: string;
  /** AWS's error code for a second one of the same name or id. @default AlreadyExists */
  readonly existsCode?: string;
  /** AWS's answer when something refers to one that is not there. */
  missing?(value: string): string;
  /** Inputs and outputs that are secret: marked on the wire, hashed in the ledger. */
  readonly secrets?: readonly string[];
  /** Whether the type takes tags. @default true */
  readonly tagged?: boolean;
  /** Id of a new resource. */
  id(subject: Subject): string;
  /** Computed outputs; those of the same id must come out the same each time. */
  outputs?(subject: Subject, id: string): Props;
  /** Outputs that count changes, given the previous ones. */
  revise?(previous: Props): Props;
  /** Values that the service refuses, as its own message. */
  validate?(subject: Subject): string | undefined;
  /** What the service makes along with it. */
  implicit?(subject: Subject, id: string): readonly Implicit[];
  /** Why the service refuses to delete it now, as `Code: message`. */
  refuseDeletion?(inputs: Props, view: View): string | undefined;
  /** What is kept after the deletion, as id and reason. */
  retains?(inputs: Props, id: string): { readonly id: string; readonly reason: string } | undefined;
  /** AWS's error code when something still depends on it. @default DependencyViolation */
  readonly inUseCode?: string;
}

/** A table of types by token. */
export type ResourceTypes = Readonly<Record<string, ResourceType>>;

/** `count` random hexadecimal digits. */
export function hex(count: number): string {
  return randomBytes(Math.ceil(count / 2))
    .toString("hex")
    .slice(0, count);
}

/** `count` hexadecimal digits that the same text always gives: an id's outputs must not change. */
export function digest(source: string, count: number): string {
  return createHash("sha256").update(source).digest("hex").slice(0, count);
}

/** An EC2 id, such as `vpc-0a1b2c3d4e5f67890`. */
export function ec2Id(prefix: string): string {
  return `${prefix}-0${hex(16)}`;
}

/** Six random capitals and digits, as Secrets Manager appends to its ARNs. */
export function suffix(count: number): string {
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
  return [...randomBytes(count)].map((byte) => alphabet[byte % alphabet.length]).join("");
}

/** An ARN in the account's region. */
export function arn(account: Account, service: string, resource: string): string {
  return `arn:aws:${service}:${account.region}:${account.id}:${resource}`;
}

/** An ARN of a global service. */
export function globalArn(account: Account, service: string, resource: string): string {
  return `arn:aws:${service}::${account.id}:${resource}`;
}

/** A string input; empty when it is absent or unknown. */
export function text(inputs: Props, property: string): string {
  const value = inputs[property];
  return typeof value === "string" ? value : "";
}

/** DNS labels carry digits of the account and region that never change. */
export function accountDigits({ id, region }: Account, count: number): string {
  return digest(`${id}/${region}`, count);
}
