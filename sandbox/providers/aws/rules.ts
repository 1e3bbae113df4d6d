/** What AWS checks across resources before it makes, changes or deletes one. */
import type { Props } from "../service";
import type { Entry, Ledger } from "./ledger";
import { names, valuesOf } from "./references";
import type { Reference, ResourceType, Subject, View } from "./resource-type";
import { resourceTypes } from "./types/all";

/** The account as seen by the rules of one resource, which does not see itself. */
export function viewOf(ledger: Ledger, self?: Entry): View {
  const others = (): Entry[] => ledger.entries.filter((entry) => entry !== self);
  return {
    all: (type) => others().filter((entry) => entry.type === type),
    named: (type, value) => others().find((entry) => entry.type === type && names(value, entry)),
    retained: ledger.retained,
  };
}

/**
 * Checks references, values and names, in this order.
 *
 * @throws Error with AWS's code and message.
 */
export function validate(type: ResourceType, token: string, subject: Subject): void {
  for (const reference of type.references ?? []) {
    for (const value of valuesOf(reference, subject.inputs)) {
      if (!exists(reference, value, subject.view)) throw new Error(missing(reference, value));
    }
  }
  const complaint = type.validate?.(subject);
  if (complaint !== undefined) throw new Error(complaint);
  if (type.unique !== undefined) requireUnique(type, token, type.unique, subject);
}

function exists(reference: Reference, value: string, view: View): boolean {
  return reference.external?.test(value) === true || view.named(reference.to, value) !== undefined;
}

function missing(reference: Reference, value: string): string {
  const kind = kindOf(reference.to);
  const answer =
    resourceTypes[reference.to]?.missing?.(value) ??
    `Invalid${kind}ID.NotFound: The ${kind} '${value}' does not exist`;
  return `${answer} (${reference.property})`;
}

function requireUnique(
  type: ResourceType,
  token: string,
  property: string,
  { inputs, view }: Subject,
): void {
  const value = inputs[property];
  if (typeof value !== "string") return;
  if (view.all(token).some((entry) => entry.outputs[property] === value)) {
    throw new Error(alreadyExists(type, token, value));
  }
  const waiting = view.retained.some(
    (kept) => kept.type === token && kept.id.includes(`:secret:${value}-`),
  );
  if (waiting) {
    throw new Error(
      `InvalidRequestException: You can't create this secret because a secret with this name ` +
        `is already scheduled for deletion: ${value}`,
    );
  }
}

/** AWS's answer to a second resource of the same name or id. */
export function alreadyExists(type: ResourceType, token: string, name: string): string {
  return `${type.existsCode ?? "AlreadyExists"}: ${kindOf(token)} '${name}' already exists`;
}

/**
 * Checks whether AWS lets a resource go.
 *
 * @throws Error with AWS's code and message.
 */
export function requireDeletable(type: ResourceType, entry: Entry, ledger: Ledger): void {
  const refusal = type.refuseDeletion?.(entry.inputs, viewOf(ledger, entry));
  if (refusal !== undefined) throw new Error(refusal);
  const user = userOf(entry, ledger);
  if (user !== undefined) {
    throw new Error(
      `${type.inUseCode ?? "DependencyViolation"}: ${entry.type} '${entry.id}' has a dependent ` +
        `object (${user.type} '${user.id}') and cannot be deleted.`,
    );
  }
}

/** Something that AWS will not let go of the entry for. */
export function userOf(target: Entry, ledger: Ledger): Entry | undefined {
  return ledger.entries.find(
    (entry) =>
      entry !== target &&
      entry.ownedBy !== target.id &&
      strongReferences(entry).some(
        (reference) => reference.to === target.type && references(reference, entry.outputs, target),
      ),
  );
}

function strongReferences(entry: Entry): readonly Reference[] {
  return (resourceTypes[entry.type]?.references ?? []).filter(({ weak }) => weak !== true);
}

function references(reference: Reference, outputs: Props, target: Entry): boolean {
  return valuesOf(reference, outputs).some((value) => names(value, target));
}

function kindOf(token: string): string {
  return token.split(":").at(-1) ?? token;
}
