/**
 * The annotation `pulumi.com/waitFor`: one expression or a JSON list of them, all of which must
 * hold. `condition=Ready`, `condition=Ready=False`, `jsonpath={.status.phase}` (exists),
 * `jsonpath={.status.phase}=Running`.
 */
import { JSONPath } from "jsonpath-plus";
import { annotation, condition, type KubernetesObject } from "../kubernetes-object";
import type { Readiness } from "./readiness";

/** Name of the annotation. */
export const WAIT_FOR = "pulumi.com/waitFor";

/** One parsed expression. */
export type WaitExpression =
  | { readonly kind: "condition"; readonly type: string; readonly status: string }
  | { readonly kind: "jsonpath"; readonly path: string; readonly value: string | undefined };

/**
 * Parses the annotation's value.
 * @throws Error that quotes the expression and says what is allowed
 */
export function parseWaitFor(value: string): WaitExpression[] {
  const trimmed = value.trim();
  if (!trimmed.startsWith("[")) return [parseExpression(trimmed)];
  let list: unknown;
  try {
    list = JSON.parse(trimmed);
  } catch {
    throw new Error(`${WAIT_FOR}: ${trimmed} is not a JSON list`);
  }
  if (!Array.isArray(list) || list.length === 0) throw new Error(`${WAIT_FOR}: the list is empty`);
  return list.map((item) => parseExpression(String(item)));
}

function parseExpression(text: string): WaitExpression {
  const asCondition = /^condition=([^=]+)(?:=(.+))?$/.exec(text);
  if (asCondition?.[1]) {
    return { kind: "condition", type: asCondition[1], status: asCondition[2] ?? "True" };
  }
  const asPath = /^jsonpath=['"]?\{([^}]+)\}['"]?(?:=(.*))?$/.exec(text);
  if (asPath?.[1]) {
    const path = asPath[1].startsWith("$") ? asPath[1] : `$${asPath[1]}`;
    return { kind: "jsonpath", path, value: asPath[2] };
  }
  throw new Error(
    `${WAIT_FOR}: "${text}" is neither condition=<type>[=<status>] nor jsonpath={<path>}[=<value>]`,
  );
}

/** Whether every expression of the object's annotation holds; undefined without annotation. */
export function meetsWaitFor(object: KubernetesObject): Readiness | undefined {
  const value = annotation(object, WAIT_FOR);
  if (value === undefined) return undefined;
  const unmet = parseWaitFor(value).filter((expression) => !holds(expression, object));
  if (unmet.length === 0) return { ready: true };
  return { ready: false, reason: `waiting for ${unmet.map(format).join(" and ")}` };
}

function holds(expression: WaitExpression, object: KubernetesObject): boolean {
  if (expression.kind === "condition") {
    const status = condition(object, expression.type)?.["status"];
    return String(status).toLowerCase() === expression.status.toLowerCase();
  }
  // "safe" evaluates filters without JavaScript's eval.
  const found: unknown = JSONPath({ path: expression.path, json: object, eval: "safe" });
  const values: readonly unknown[] = Array.isArray(found) ? found : [];
  const wanted = expression.value;
  return wanted === undefined
    ? values.length > 0
    : values.some((value) => String(value) === wanted);
}

function format(expression: WaitExpression): string {
  if (expression.kind === "condition") return `condition ${expression.type}=${expression.status}`;
  const { path, value } = expression;
  return value === undefined ? `${path} to exist` : `${path} to be ${value}`;
}
