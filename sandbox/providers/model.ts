/**
 * The contract between the generic provider service (`service.ts`) and the stand-in providers.
 * Values are plain JSON: secrets are unwrapped before a model sees them, unknown values are the
 * string `UNKNOWN` (`wire.ts`), absent values are absent keys.
 */

/** Properties of a resource, of a provider's configuration or of a call. */
export type Props = Record<string, unknown>;

/** One invalid property. `property` is a property path ("" for the whole resource). */
export interface CheckFailure {
  property: string;
  reason: string;
}

/** What a change of inputs means for a resource. */
export interface DiffResult {
  /** False: the engine leaves the resource alone. */
  changes: boolean;
  /** Property paths whose change forces a replacement (`spec.selector`). */
  replaces?: string[];
  /** A replacement deletes the old resource first. @default false */
  deleteBeforeReplace?: boolean;
  /** Property paths that differ; shown to the reader of a preview. */
  diffs?: string[];
}

/** A provider as the service sees it. Every method may throw; the message reaches the user. */
export interface ProviderModel {
  /** Package name: `aws`. */
  readonly name: string;
  /** Version reported to the engine, without a leading v. */
  readonly version: string;
  /** Validates a provider resource's inputs. @default accepts them as they are */
  checkConfig?(olds: Props, news: Props): Promise<{ inputs: Props; failures: CheckFailure[] }>;
  /** Compares two provider configurations. @default changes never replace the provider */
  diffConfig?(olds: Props, news: Props): Promise<DiffResult>;
  /** Takes the configuration; it may hold unknown values during a preview. */
  configure(config: Props): Promise<void>;
  /** Validates inputs and fills in defaults; `randomSeed` makes generated names repeatable. */
  check(r: {
    urn: string;
    type: string;
    olds: Props;
    news: Props;
    randomSeed: Uint8Array;
  }): Promise<{ inputs: Props; failures: CheckFailure[] }>;
  /** Compares checked inputs with the last ones; ignored paths are already reset in `news`. */
  diff(r: {
    id: string;
    urn: string;
    type: string;
    oldInputs: Props;
    olds: Props;
    news: Props;
    ignoreChanges: string[];
  }): Promise<DiffResult>;
  /**
   * Makes the resource. With `preview` it touches nothing and returns unknown computed outputs.
   * @throws InitializationFailed where the resource exists but did not become ready
   */
  create(r: {
    urn: string;
    type: string;
    inputs: Props;
    preview: boolean;
    /** 0: the model's own default. */
    timeoutSeconds: number;
    signal: AbortSignal;
  }): Promise<{ id: string; outputs: Props }>;
  /** Reads the real resource; undefined where it is gone. `inputs` is empty on an import. */
  read(r: {
    id: string;
    urn: string;
    type: string;
    inputs: Props;
    state: Props;
  }): Promise<{ id: string; inputs: Props; outputs: Props } | undefined>;
  /**
   * Changes the resource in place; `olds` are its last outputs.
   * @throws InitializationFailed where the change was made but the resource is not ready
   */
  update(r: {
    id: string;
    urn: string;
    type: string;
    oldInputs: Props;
    olds: Props;
    news: Props;
    /** Already reset in `news`; told for models that share ownership of a field. */
    ignoreChanges: string[];
    preview: boolean;
    /** 0: the model's own default. */
    timeoutSeconds: number;
    signal: AbortSignal;
  }): Promise<{ outputs: Props }>;
  /** Deletes the resource; one that is already gone is no error. */
  delete(r: {
    id: string;
    urn: string;
    type: string;
    outputs: Props;
    /** 0: the model's own default. */
    timeoutSeconds: number;
    signal: AbortSignal;
  }): Promise<void>;
  /** Answers a function (`aws:index/getRegion:getRegion`). */
  invoke(token: string, args: Props): Promise<{ result: Props; failures: CheckFailure[] }>;
  /** Called when the user interrupts; running operations have their `signal` aborted as well. */
  cancel?(): Promise<void>;
}

/**
 * The resource exists but is not ready. The engine then keeps it in the state, marks the update as
 * failed and tries an update next time, instead of forgetting the resource.
 */
export class InitializationFailed extends Error {
  override readonly name = "InitializationFailed";

  /**
   * @param id the id under which the resource is kept
   * @param outputs what is known of it; `secret()` marks are honoured
   * @param reasons one line each, shown to the user below the error
   * @param inputs the inputs to keep, where they are not those of the request (a refresh)
   */
  constructor(
    readonly id: string,
    readonly outputs: Props,
    readonly reasons: readonly string[],
    readonly inputs?: Props,
  ) {
    super(`resource ${id} was created or updated but is not ready: ${reasons.join("; ")}`);
  }
}
