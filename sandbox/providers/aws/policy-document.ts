/** `aws.iam.getPolicyDocument`: the document that AWS takes, from the arguments; pure. */
import type { Props } from "../service";

/**
 * Renders a policy document. Statements of `overridePolicyDocuments` replace those of the same
 * `sid`, those of `sourcePolicyDocuments` come first.
 *
 * Source: documentation of `aws.iam.getPolicyDocument`, @pulumi/aws 7.48.
 */
export function policyDocument(args: Props): { json: string; minifiedJson: string } {
  const statements: Props[] = [];
  for (const source of list(args["sourcePolicyDocuments"])) {
    statements.push(...statementsOf(String(source)));
  }
  for (const given of list(args["statements"])) place(statements, statement(given as Props));
  for (const override of list(args["overridePolicyDocuments"])) {
    for (const item of statementsOf(String(override))) place(statements, item);
  }
  const document = {
    Version: args["version"] ?? "2012-10-17",
    ...(args["policyId"] === undefined ? {} : { Id: args["policyId"] }),
    Statement: statements,
  };
  return { json: JSON.stringify(document, undefined, 2), minifiedJson: JSON.stringify(document) };
}

function statementsOf(json: string): Props[] {
  const { Statement } = JSON.parse(json) as { Statement?: Props | Props[] };
  return Array.isArray(Statement) ? Statement : Statement === undefined ? [] : [Statement];
}

/** A statement with the sid of an earlier one takes its place. */
function place(statements: Props[], added: Props): void {
  const index = statements.findIndex(
    ({ Sid }) => Sid !== undefined && Sid !== "" && Sid === added["Sid"],
  );
  if (index === -1) statements.push(added);
  else statements[index] = added;
}

function statement(given: Props): Props {
  const values: Props = {
    Sid: given["sid"],
    Effect: given["effect"] ?? "Allow",
    Action: oneOrMany(given["actions"]),
    NotAction: oneOrMany(given["notActions"]),
    Resource: oneOrMany(given["resources"]),
    NotResource: oneOrMany(given["notResources"]),
    Principal: principals(given["principals"]),
    NotPrincipal: principals(given["notPrincipals"]),
    Condition: conditions(given["conditions"]),
  };
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}

function oneOrMany(value: unknown): unknown {
  // Sorted, as the provider does: the order says nothing to AWS.
  const items = list(value).map(String).sort();
  return items.length === 0 ? undefined : items.length === 1 ? items[0] : items;
}

function principals(value: unknown): unknown {
  const blocks = list(value) as { type: string; identifiers: string[] }[];
  if (blocks.length === 0) return undefined;
  if (blocks.some(({ type, identifiers }) => type === "*" && identifiers.includes("*"))) return "*";
  const byType: Record<string, string[]> = {};
  for (const { type, identifiers } of blocks) (byType[type] ??= []).push(...identifiers);
  return mapValues(byType, oneOrMany);
}

function conditions(value: unknown): unknown {
  const blocks = list(value) as { test: string; variable: string; values: string[] }[];
  if (blocks.length === 0) return undefined;
  const byTest: Record<string, Record<string, string[]>> = {};
  for (const { test, variable, values } of blocks) {
    ((byTest[test] ??= {})[variable] ??= []).push(...values);
  }
  return mapValues(byTest, (variables) =>
    // The order of a condition's values is kept.
    mapValues(variables, (values) => (values.length === 1 ? values[0] : values)),
  );
}

function mapValues<T>(record: Record<string, T>, change: (value: T) => unknown): Props {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]));
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
