/** The resource types of the random provider 4.21: inputs, generated outputs and ids. */
import { randomUUID } from "node:crypto";
import { hash } from "bcryptjs";
import type { CheckFailure, Props } from "../service";
import { below, seeded, shuffled, strong, type Entropy } from "./entropy";
import { drawString, impossible, recipe, STRING_DEFAULTS } from "./password";

/** One resource type. Any change of its inputs replaces it: a drawn value does not change. */
export interface RandomResource {
  /** Inputs without which nothing can be drawn. */
  readonly required: readonly string[];
  /** Values that an absent input stands for; naming them explicitly is no change. */
  readonly defaults: Props;
  /** Names of what `draw` adds to the inputs. */
  readonly generated: readonly string[];
  /** What is generated is secret. @default false */
  readonly secret?: boolean;
  /** Faults in known inputs. */
  readonly validate?: (inputs: Props) => CheckFailure[];
  /** Draws a value. */
  readonly draw: (inputs: Props) => Drawn | Promise<Drawn>;
}

/** A drawn value: the resource's id and the outputs that hold it. */
export interface Drawn {
  readonly id: string;
  readonly generated: Props;
}

/** Work factor of the real provider's bcryptHash (Go's bcrypt.DefaultCost). */
const BCRYPT_COST = 10;

/** bcrypt uses 72 bytes at most; the real provider cuts the password there as well. */
const BCRYPT_MAX_BYTES = 72;

/** Not derived from the drawn value: an id is never secret. */
const OPAQUE_ID = "none";

const fault = (property: string, reason: string): CheckFailure => ({ property, reason });

function validateString(inputs: Props): CheckFailure[] {
  const reason = impossible(recipe(inputs));
  return reason === undefined ? [] : [fault("length", reason)];
}

function atLeast(property: string, minimum: number): (inputs: Props) => CheckFailure[] {
  return (inputs) => {
    const value = inputs[property];
    if (value === undefined || (Number.isInteger(value) && Number(value) >= minimum)) return [];
    return [fault(property, `${JSON.stringify(value)}: must be an integer of at least ${minimum}`)];
  };
}

function entropyFor(inputs: Props): Entropy {
  const seed = inputs["seed"];
  return typeof seed === "string" && seed !== "" ? seeded(seed) : strong;
}

const password: RandomResource = {
  required: ["length"],
  defaults: STRING_DEFAULTS,
  generated: ["result", "bcryptHash"],
  secret: true,
  validate: validateString,
  draw: async (inputs) => {
    const result = drawString(strong, recipe(inputs));
    const hashed = Buffer.from(result, "utf8").subarray(0, BCRYPT_MAX_BYTES).toString("utf8");
    const bcryptHash = await hash(hashed, BCRYPT_COST);
    return { id: OPAQUE_ID, generated: { result, bcryptHash } };
  },
};

const string: RandomResource = {
  required: ["length"],
  defaults: STRING_DEFAULTS,
  generated: ["result"],
  validate: validateString,
  draw: (inputs) => {
    const result = drawString(strong, recipe(inputs));
    return { id: result, generated: { result } };
  },
};

const id: RandomResource = {
  required: ["byteLength"],
  defaults: {},
  generated: ["b64Std", "b64Url", "dec", "hex"],
  validate: atLeast("byteLength", 1),
  draw: (inputs) => {
    const bytes = strong(Number(inputs["byteLength"]));
    const prefix = typeof inputs["prefix"] === "string" ? inputs["prefix"] : "";
    const hex = bytes.toString("hex");
    return {
      id: bytes.toString("base64url"),
      generated: {
        b64Std: prefix + bytes.toString("base64"),
        b64Url: prefix + bytes.toString("base64url"),
        dec: prefix + BigInt(`0x${hex}`).toString(10),
        hex: prefix + hex,
      },
    };
  },
};

const bytes: RandomResource = {
  required: ["length"],
  defaults: {},
  generated: ["base64", "hex"],
  secret: true,
  validate: atLeast("length", 1),
  draw: (inputs) => {
    const drawn = strong(Number(inputs["length"]));
    return {
      id: OPAQUE_ID,
      generated: { base64: drawn.toString("base64"), hex: drawn.toString("hex") },
    };
  },
};

function uuid(draw: () => string): RandomResource {
  return {
    required: [],
    defaults: {},
    generated: ["result"],
    draw: () => {
      const result = draw();
      return { id: result, generated: { result } };
    },
  };
}

/** RFC 9562 version 7: 48 bits of Unix milliseconds, then randomness. */
function uuid7(): string {
  const raw = strong(16);
  raw.writeUIntBE(Date.now(), 0, 6);
  raw.writeUInt8((raw.readUInt8(6) & 0x0f) | 0x70, 6);
  raw.writeUInt8((raw.readUInt8(8) & 0x3f) | 0x80, 8);
  return raw.toString("hex").replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

const integer: RandomResource = {
  required: ["min", "max"],
  defaults: {},
  generated: ["result"],
  validate: (inputs) =>
    Number(inputs["min"]) > Number(inputs["max"])
      ? [fault("min", `${String(inputs["min"])}: must not exceed max ${String(inputs["max"])}`)]
      : [],
  draw: (inputs) => {
    const [min, max] = [Number(inputs["min"]), Number(inputs["max"])];
    const result = min + below(entropyFor(inputs), max - min + 1);
    return { id: String(result), generated: { result } };
  },
};

/** A short list: enough to tell names apart in a sandbox, not to be unique in the world. */
const ADJECTIVES =
  "able bold brave calm clever eager fair gentle keen kind lively noble quick wise";
const ANIMALS =
  "condor cougar degu fox guanaco heron huemul lynx otter puma rhea swan vicuna viscacha";

const pet: RandomResource = {
  required: [],
  defaults: { length: 2, separator: "-" },
  generated: [],
  validate: atLeast("length", 1),
  draw: (inputs) => {
    const pick = (words: string): string => {
      const list = words.split(" ");
      return list[below(strong, list.length)] as string;
    };
    const length = Number(inputs["length"] ?? 2);
    const words = Array.from({ length: length - 1 }, () => pick(ADJECTIVES));
    const prefix = typeof inputs["prefix"] === "string" ? [inputs["prefix"]] : [];
    const separator = typeof inputs["separator"] === "string" ? inputs["separator"] : "-";
    return { id: [...prefix, ...words, pick(ANIMALS)].join(separator), generated: {} };
  },
};

const shuffle: RandomResource = {
  required: ["inputs"],
  defaults: {},
  generated: ["results"],
  validate: atLeast("resultCount", 0),
  draw: (inputs) => {
    const items = inputs["inputs"] as readonly unknown[];
    const entropy = entropyFor(inputs);
    const count = Number(inputs["resultCount"] ?? items.length);
    // More results than items repeat whole permutations, as in the real provider.
    const results: unknown[] = [];
    while (items.length > 0 && results.length < count) results.push(...shuffled(entropy, items));
    return { id: "-", generated: { results: results.slice(0, count) } };
  },
};

/** Resource types by token. */
export const RANDOM_RESOURCES: Readonly<Record<string, RandomResource>> = {
  "random:index/randomPassword:RandomPassword": password,
  "random:index/randomString:RandomString": string,
  "random:index/randomId:RandomId": id,
  "random:index/randomBytes:RandomBytes": bytes,
  "random:index/randomUuid:RandomUuid": uuid(randomUUID),
  "random:index/randomUuid4:RandomUuid4": uuid(randomUUID),
  "random:index/randomUuid7:RandomUuid7": uuid(uuid7),
  "random:index/randomInteger:RandomInteger": integer,
  "random:index/randomPet:RandomPet": pet,
  "random:index/randomShuffle:RandomShuffle": shuffle,
};
