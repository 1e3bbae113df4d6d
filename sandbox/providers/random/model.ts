/* eslint-disable @typescript-eslint/require-await -- ProviderModel is asynchronous, and `async` turns a throw into a rejection */
import { isDeepStrictEqual } from "node:util";
import {
  isUnknown,
  secret,
  UNKNOWN,
  type CheckFailure,
  type Props,
  type ProviderModel,
} from "../service";
import { RANDOM_RESOURCES, type RandomResource } from "./resources";

/**
 * Stand-in for the random provider. The drawn values live in the state only, as they do with the
 * real one: nothing to read back, nothing to delete.
 */
export class RandomModel implements ProviderModel {
  readonly name = "random";
  /** The version of the SDK that the stand-in follows. */
  readonly version = "4.21.2";

  async configure(): Promise<void> {
    // The random provider has no configuration.
  }

  async check(r: {
    type: string;
    news: Props;
  }): Promise<{ inputs: Props; failures: CheckFailure[] }> {
    const resource = lookUp(r.type);
    const failures = resource.required
      .filter((name) => r.news[name] === undefined)
      .map((property) => ({ property, reason: `missing required property '${property}'` }));
    // A fault in a value that is not known yet is found when it is.
    const known = Object.entries(r.news).every(([, value]) => !isUnknown(value));
    if (failures.length === 0 && known) failures.push(...(resource.validate?.(r.news) ?? []));
    return { inputs: r.news, failures };
  }

  async diff(r: {
    type: string;
    oldInputs: Props;
    news: Props;
  }): Promise<{ changes: boolean; replaces: string[]; diffs: string[] }> {
    const { defaults } = lookUp(r.type);
    const [olds, news] = [
      { ...defaults, ...r.oldInputs },
      { ...defaults, ...r.news },
    ];
    const names = new Set([...Object.keys(olds), ...Object.keys(news)]);
    const changed = [...names].filter((name) => !isDeepStrictEqual(olds[name], news[name]));
    return { changes: changed.length > 0, replaces: changed, diffs: changed };
  }

  async create(r: {
    type: string;
    inputs: Props;
    preview: boolean;
  }): Promise<{ id: string; outputs: Props }> {
    const resource = lookUp(r.type);
    const outputs = { ...resource.defaults, ...r.inputs };
    if (r.preview) {
      const unknown = resource.generated.map((name) => [name, UNKNOWN] as const);
      return { id: "", outputs: { ...outputs, ...Object.fromEntries(unknown) } };
    }
    const { id, generated } = await resource.draw(r.inputs);
    return { id, outputs: { ...outputs, ...marked(resource, generated) } };
  }

  async read(r: {
    id: string;
    type: string;
    inputs: Props;
    state: Props;
  }): Promise<{ id: string; inputs: Props; outputs: Props }> {
    if (Object.keys(r.state).length === 0) {
      throw new Error(
        `${r.type}: the random stand-in keeps no values, so it cannot import "${r.id}"`,
      );
    }
    return { id: r.id, inputs: r.inputs, outputs: r.state };
  }

  async update(r: { type: string; olds: Props; news: Props }): Promise<{ outputs: Props }> {
    // Reached only where the changed inputs are ignored or equal to a default: the value stays.
    const resource = lookUp(r.type);
    const kept = resource.generated.map((name) => [name, r.olds[name]] as const);
    const generated = marked(resource, Object.fromEntries(kept));
    return { outputs: { ...resource.defaults, ...r.news, ...generated } };
  }

  async delete(): Promise<void> {
    // The value goes with the state.
  }

  async invoke(token: string): Promise<never> {
    throw new Error(`the random provider has no function ${token}`);
  }
}

function lookUp(type: string): RandomResource {
  const resource = RANDOM_RESOURCES[type];
  if (!resource) throw new Error(`the random provider has no resource ${type}`);
  return resource;
}

function marked(resource: RandomResource, generated: Props): Props {
  if (!resource.secret) return generated;
  return Object.fromEntries(Object.entries(generated).map(([key, value]) => [key, secret(value)]));
}
