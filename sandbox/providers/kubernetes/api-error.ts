import type { Props } from "../service";
import { isObject } from "../wire";
import { listAt, stringAt } from "./kubernetes-object";

/** A refusal by the API server: its `Status` object. */
export class ApiError extends Error {
  override readonly name = "ApiError";

  /**
   * @param code HTTP status
   * @param reason machine-readable: `AlreadyExists`, `NotFound`, `Conflict`, `Invalid`, …
   */
  constructor(
    readonly code: number,
    readonly reason: string,
    message: string,
    readonly status: Props,
  ) {
    super(message);
  }
}

/** The API server did not answer; nothing was changed. */
export class UnreachableError extends Error {
  override readonly name = "UnreachableError";
}

/**
 * Reads a refusal. For a Secret the server's text is not repeated, for it quotes invalid values;
 * the names of the fields and the reasons are.
 */
export function apiError(code: number, body: string, isSecret: boolean): ApiError {
  const status = parse(body);
  const reason = stringAt(status, "reason") || `HTTP ${code}`;
  const message = stringAt(status, "message") || body.slice(0, 500) || reason;
  return new ApiError(code, reason, isSecret ? fieldsOnly(status, reason) : message, status);
}

function parse(body: string): Props {
  try {
    const value: unknown = JSON.parse(body);
    return isObject(value) ? value : {};
  } catch {
    return {};
  }
}

const SAFE_PARTS =
  /(?:unknown|duplicate) field "[\w.[\]-]*"|illegal base64 data|cannot unmarshal \w+ into Go struct field [\w.]+ of type [\w.[\]]+/g;

function fieldsOnly(status: Props, reason: string): string {
  const name = stringAt(status, "details.name");
  const causes = listAt(status, "details.causes").map(
    (cause) => `${stringAt(cause, "field")}: ${stringAt(cause, "reason")}`,
  );
  // Some refusals have no causes; these parts of their text name fields and types, never values.
  const safe = stringAt(status, "message").match(SAFE_PARTS) ?? [];
  const details = [...causes, ...safe];
  return `secrets${name ? ` "${name}"` : ""}: ${reason}${details.length > 0 ? ` (${details.join("; ")})` : ""}`;
}

/** True for "there is no such object". */
export function isNotFound(error: unknown): boolean {
  return error instanceof ApiError && error.code === 404;
}
