/**
 * Reading of properties of which some are not known yet.
 *
 * At a first preview, whatever AWS or Kubernetes will only answer later is unknown. A rule that
 * reads such a value is interrupted and reported as undecided: it neither passes nor fails.
 */
/** Stands for a value that is not known before the update. */
export const unknown: unique symbol = Symbol("unknown");

/** Thrown by a {@link PropertyView} when a rule needs a value that is not known yet. */
export class UndecidedError extends Error {
  /** @param path of the unknown value, for example `spec.template.spec.containers[0].image` */
  constructor(readonly path: string) {
    super(`${path} is not known before the update`);
  }
}

/**
 * A plain copy of the properties that the policy SDK hands over, with {@link unknown} in the place
 * of values that are not known. (The SDK's own object throws on the first one that is touched.)
 */
export function withoutTraps(value: unknown): unknown {
  if (Array.isArray(value)) {
    return Array.from({ length: value.length }, (_, index) =>
      copyOf(() => (value as unknown[])[index]),
    );
  }
  if (value !== null && typeof value === "object") {
    return Object.fromEntries(
      Object.keys(value).map((key) => [key, copyOf(() => (value as Record<string, unknown>)[key])]),
    );
  }
  return value;
}

function copyOf(read: () => unknown): unknown {
  let value: unknown;
  try {
    value = read();
  } catch (error) {
    // The SDK exports the class, but not its type (1.21).
    if (error instanceof Error && error.constructor.name === "UnknownValueError") return unknown;
    throw error;
  }
  return withoutTraps(value);
}

/** A part of a resource's properties, and where in them it is. */
export class PropertyView {
  constructor(
    private readonly value: unknown,
    /** For messages; empty at the top. */
    readonly path = "",
  ) {}

  /**
   * The view at a dotted path below this one (`vpcConfig.publicAccessCidrs`); a view of nothing if
   * there is none.
   *
   * @throws {UndecidedError} if a value on the way is unknown.
   */
  at(path: string): PropertyView {
    if (path === "") return this;
    return path.split(".").reduce<PropertyView>((view, key) => view.key(key), this);
  }

  /** As {@link at}, but takes the key as it is: for keys with dots, as in labels. */
  key(key: string): PropertyView {
    const value = this.known();
    const inner =
      value !== null && typeof value === "object" && Object.hasOwn(value, key)
        ? (value as Record<string, unknown>)[key]
        : undefined;
    return new PropertyView(inner, this.path === "" ? key : `${this.path}.${key}`);
  }

  /** True if something is at the path, known or not. */
  isSet(path: string): boolean {
    return this.at(path).isPresent();
  }

  /** True if this is a view of something, known or not. */
  isPresent(): boolean {
    return this.value !== undefined && this.value !== null && this.value !== "";
  }

  /** The value at the path, as it is. @throws {UndecidedError} if it is, or contains, an unknown. */
  get(path: string): unknown {
    return this.at(path).self();
  }

  /** The value of this view, as it is. @throws {UndecidedError} if it is, or contains, an unknown. */
  self(): unknown {
    assertKnown(this.value, this.path);
    return this.value;
  }

  /** The text at the path; undefined if there is none or it is something else. */
  text(path: string): string | undefined {
    const value = this.at(path).known();
    return typeof value === "string" ? value : undefined;
  }

  /**
   * The text at the path if the program wrote it down: what is not known yet comes from another
   * resource, so it is no literal. For rules against certain literals.
   */
  literal(path: string): string | undefined {
    const { value } = this.at(path);
    return typeof value === "string" ? value : undefined;
  }

  /** The number at the path, also if it is written as text. */
  number(path: string): number | undefined {
    const value = this.at(path).known();
    const number = typeof value === "string" && value !== "" ? Number(value) : value;
    return typeof number === "number" && !Number.isNaN(number) ? number : undefined;
  }

  /** The texts of the list at the path; empty if there is none. */
  texts(path: string): string[] {
    return this.list(path)
      .map((item) => item.known())
      .filter((item) => typeof item === "string");
  }

  /** The items of the list at the path; empty if there is none. */
  list(path: string): PropertyView[] {
    const view = this.at(path);
    const value = view.known();
    return Array.isArray(value)
      ? value.map((item: unknown, index) => new PropertyView(item, `${view.path}[${index}]`))
      : [];
  }

  /** Keys of the map at the path. */
  keys(path: string): string[] {
    const value = this.at(path).known();
    return value !== null && typeof value === "object" ? Object.keys(value) : [];
  }

  /** A view of another value in the place of this one. */
  with(value: unknown): PropertyView {
    return new PropertyView(value, this.path);
  }

  /** The value itself, of which parts may be unknown. */
  private known(): unknown {
    if (this.value === unknown) throw new UndecidedError(this.path);
    return this.value;
  }
}

function assertKnown(value: unknown, path: string): void {
  if (value === unknown) throw new UndecidedError(path);
  if (Array.isArray(value)) {
    value.forEach((item, index) => assertKnown(item, `${path}[${index}]`));
  } else if (value !== null && typeof value === "object") {
    for (const [key, item] of Object.entries(value)) assertKnown(item, `${path}.${key}`);
  }
}
