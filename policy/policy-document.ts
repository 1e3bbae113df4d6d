/** Reading of IAM policy documents. */
import { each } from "./evaluate";
import type { PropertyView } from "./unknown";

/** One statement, with every list written as a list. */
export interface Statement {
  readonly sid: string;
  readonly effect: string;
  readonly actions: readonly string[];
  readonly resources: readonly string[];
  /** Principals as `AWS:arn…`, `Service:…`; `*` for everybody. */
  readonly principals: readonly string[];
  readonly conditions: ReadonlyMap<string, unknown>;
}

interface RawStatement {
  readonly Sid?: string;
  readonly Effect: string;
  readonly Action?: string | string[];
  readonly NotAction?: string | string[];
  readonly Resource?: string | string[];
  readonly NotResource?: string | string[];
  readonly Principal?: string | Record<string, string | string[]>;
  readonly Condition?: Record<string, unknown>;
}

const asList = (value: string | string[] | undefined): string[] =>
  value === undefined ? [] : [value].flat();

/**
 * The statements that allow something.
 *
 * `NotAction` and `NotResource` count as everything: what they leave out cannot be known.
 *
 * @param path of a property that holds a policy as JSON
 * @throws {UndecidedError} if the document is not known yet.
 * @throws Error if it is not JSON, which AWS would refuse as well.
 */
export function allowsOf(props: PropertyView, path: string): Statement[] {
  const json = props.text(path);
  if (json === undefined) return [];
  const { Statement = [] } = JSON.parse(json) as { Statement?: RawStatement | RawStatement[] };
  return [Statement]
    .flat()
    .filter(({ Effect }) => Effect === "Allow")
    .map((raw, index) => ({
      sid: raw.Sid ?? `statement ${index + 1}`,
      effect: raw.Effect,
      actions: raw.NotAction === undefined ? asList(raw.Action) : ["*"],
      resources: raw.NotResource === undefined ? asList(raw.Resource) : ["*"],
      principals: principalsOf(raw.Principal),
      conditions: new Map(Object.entries(raw.Condition ?? {})),
    }));
}

function principalsOf(principal: RawStatement["Principal"]): string[] {
  if (principal === undefined) return [];
  if (typeof principal === "string") return [principal];
  return Object.entries(principal).flatMap(([kind, values]) =>
    asList(values).map((value) => (value === "*" ? "*" : `${kind}:${value}`)),
  );
}

/** The allowing statements of all documents that a resource holds, at the paths where one may be. */
export function* everyAllow(props: PropertyView, paths: readonly string[]): Iterable<Statement> {
  yield* each(paths, (path) => allowsOf(props, path));
}
