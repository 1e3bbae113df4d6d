/** Strings of RandomPassword and RandomString: which are allowed, and how one is drawn. */
import { below, shuffled, type Entropy } from "./entropy";

/** What a random string is made of, with every default filled in. */
export interface StringRecipe {
  readonly length: number;
  readonly classes: readonly CharacterClass[];
}

interface CharacterClass {
  /** Input that switches the class on: `upper`. */
  readonly name: string;
  readonly enabled: boolean;
  readonly characters: string;
  /** The string holds at least so many of them, even where the class is switched off. */
  readonly minimum: number;
}

/** The special characters of the real provider's default. */
export const DEFAULT_SPECIAL = "!@#$%&*()-_=+[]{}<>:?";

/** Inputs that default to a fixed value, as the real provider's schema has them. */
export const STRING_DEFAULTS = {
  lower: true,
  upper: true,
  numeric: true,
  special: true,
  minLower: 0,
  minUpper: 0,
  minNumeric: 0,
  minSpecial: 0,
} as const;

/** Reads a recipe from inputs; `number` is the old name of `numeric`. */
export function recipe(inputs: Record<string, unknown>): StringRecipe {
  const flag = (name: string): boolean => inputs[name] !== false;
  const count = (name: string): number => Number(inputs[name] ?? 0);
  const special = inputs["overrideSpecial"];
  return {
    length: Number(inputs["length"]),
    classes: [
      {
        name: "lower",
        enabled: flag("lower"),
        characters: "abcdefghijklmnopqrstuvwxyz",
        minimum: count("minLower"),
      },
      {
        name: "upper",
        enabled: flag("upper"),
        characters: "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
        minimum: count("minUpper"),
      },
      {
        name: "numeric",
        enabled: flag("numeric") && flag("number"),
        characters: "0123456789",
        minimum: count("minNumeric"),
      },
      {
        name: "special",
        enabled: flag("special"),
        characters: typeof special === "string" && special !== "" ? special : DEFAULT_SPECIAL,
        minimum: count("minSpecial"),
      },
    ],
  };
}

/** Why no string can be drawn from a recipe; undefined where one can. */
export function impossible(r: StringRecipe): string | undefined {
  if (!Number.isInteger(r.length) || r.length < 1) return `length ${r.length}: must be at least 1`;
  const negative = r.classes.find((c) => !Number.isInteger(c.minimum) || c.minimum < 0);
  if (negative) return `minimum of ${negative.name} (${negative.minimum}): must be at least 0`;
  const minimum = r.classes.reduce((sum, c) => sum + c.minimum, 0);
  if (r.length < minimum) return `length ${r.length}: the minimums add up to ${minimum}`;
  if (!r.classes.some((c) => c.enabled)) return "at least one character class must be enabled";
  return undefined;
}

/** Draws a string: the minimum of every class, the rest from all enabled ones, then shuffled. */
export function drawString(entropy: Entropy, r: StringRecipe): string {
  const draw = (characters: readonly string[]): string =>
    characters[below(entropy, characters.length)] as string;
  const drawn = r.classes.flatMap((c) =>
    Array.from({ length: c.minimum }, () => draw([...c.characters])),
  );
  const all = [
    ...r.classes
      .filter((c) => c.enabled)
      .map((c) => c.characters)
      .join(""),
  ];
  while (drawn.length < r.length) drawn.push(draw(all));
  return shuffled(entropy, drawn).join("");
}
