import assert from "node:assert/strict";
import { compare } from "bcryptjs";
import fc from "fast-check";
import { below, seeded, shuffled, strong } from "../../sandbox/providers/random/entropy";
import { RandomModel } from "../../sandbox/providers/random/model";
import { DEFAULT_SPECIAL } from "../../sandbox/providers/random/password";
import { reveal, UNKNOWN, type Props } from "../../sandbox/providers/service";
import { encode } from "../../sandbox/providers/wire";

const model = new RandomModel();
const token = (name: string): string =>
  `random:index/${name.charAt(0).toLowerCase()}${name.slice(1)}:${name}`;

async function create(name: string, inputs: Props): Promise<{ id: string; outputs: Props }> {
  const made = await model.create({ type: token(name), inputs, preview: false });
  return { id: made.id, outputs: reveal(made.outputs) as Props };
}

async function replacesFor(name: string, oldInputs: Props, news: Props): Promise<string[]> {
  const diff = await model.diff({ type: token(name), oldInputs, news });
  assert.equal(diff.changes, diff.replaces.length > 0);
  return diff.replaces;
}

const count = (text: string, characters: string): number =>
  [...text].filter((c) => characters.includes(c)).length;

const LOWER = "abcdefghijklmnopqrstuvwxyz";
const DIGITS = "0123456789";

describe("random stand-in", () => {
  describe("RandomString", () => {
    const recipes = fc
      .record({
        minLower: fc.nat({ max: 5 }),
        minUpper: fc.nat({ max: 5 }),
        minNumeric: fc.nat({ max: 5 }),
        minSpecial: fc.nat({ max: 5 }),
        special: fc.boolean(),
        upper: fc.boolean(),
        numeric: fc.boolean(),
        overrideSpecial: fc.constantFrom(undefined, "", "!-_", "ñ€"),
        more: fc.integer({ min: 1, max: 40 }),
      })
      .map(({ more, ...r }) => ({
        ...r,
        length: r.minLower + r.minUpper + r.minNumeric + r.minSpecial + more,
      }));

    it("has the length, the minimums and only allowed characters", async () => {
      await fc.assert(
        fc.asyncProperty(recipes, async (inputs) => {
          const { id, outputs } = await create("RandomString", inputs);
          const result = String(outputs["result"]);
          const special = inputs.overrideSpecial || DEFAULT_SPECIAL;
          assert.equal(id, result);
          assert.equal([...result].length, inputs.length);
          const classes: [string, number, boolean][] = [
            [LOWER, inputs.minLower, true],
            [LOWER.toUpperCase(), inputs.minUpper, inputs.upper],
            [DIGITS, inputs.minNumeric, inputs.numeric],
            [special, inputs.minSpecial, inputs.special],
          ];
          for (const [characters, minimum, enabled] of classes) {
            const found = count(result, characters);
            assert.ok(found >= minimum, `${found} of ${minimum} from ${characters} in ${result}`);
            if (!enabled)
              assert.equal(found, minimum, "a class switched off gives its minimum only");
          }
          const total = classes.reduce((sum, [characters]) => sum + count(result, characters), 0);
          assert.equal(total, inputs.length);
        }),
      );
    });

    it("refuses what cannot be drawn and waits with what is unknown", async () => {
      const check = async (news: Props): Promise<string[]> => {
        const { failures } = await model.check({ type: token("RandomString"), news });
        return failures.map((f) => `${f.property}: ${f.reason}`);
      };
      assert.deepEqual(await check({}), ["length: missing required property 'length'"]);
      assert.deepEqual(await check({ length: 0 }), ["length: length 0: must be at least 1"]);
      assert.deepEqual(await check({ length: 3, minLower: 2, minUpper: 2 }), [
        "length: length 3: the minimums add up to 4",
      ]);
      assert.deepEqual(
        await check({ length: 3, lower: false, upper: false, numeric: false, special: false }),
        ["length: at least one character class must be enabled"],
      );
      assert.deepEqual(await check({ length: UNKNOWN, minLower: 99 }), []);
      assert.deepEqual(await check({ length: 8 }), []);
    });
  });

  describe("RandomPassword", () => {
    it("hides result and hash, not the id, and hashes what it drew", async () => {
      const made = await model.create({
        type: token("RandomPassword"),
        inputs: { length: 32 },
        preview: false,
      });
      const wire = encode(made.outputs).toJavaScript();
      const outputs = reveal(made.outputs) as { result: string; bcryptHash: string };
      for (const name of ["result", "bcryptHash"]) {
        assert.ok(Object.keys(wire[name] as object).includes("4dabf18193072939515e22adb298388d"));
      }
      assert.equal(made.id, "none");
      assert.equal(await compare(outputs.result, outputs.bcryptHash), true);
      assert.equal(await compare(`${outputs.result}x`, outputs.bcryptHash), false);
    });

    it("never draws twice the same", async () => {
      const draws = await Promise.all(
        Array.from({ length: 4 }, () => create("RandomPassword", { length: 16 })),
      );
      assert.equal(new Set(draws.map((d) => d.outputs["result"])).size, draws.length);
    });

    it("is replaced by keepers, length, classes and minimums; not by a spelled-out default", async () => {
      const olds = { length: 16, keepers: { rotation: "1" } };
      const replaces = (change: Props): Promise<string[]> =>
        replacesFor("RandomPassword", olds, { ...olds, ...change });
      assert.deepEqual(await replaces({ keepers: { rotation: "2" } }), ["keepers"]);
      assert.deepEqual(await replaces({ length: 17 }), ["length"]);
      assert.deepEqual(await replaces({ special: false }), ["special"]);
      assert.deepEqual(await replaces({ overrideSpecial: "!" }), ["overrideSpecial"]);
      assert.deepEqual(await replaces({ minSpecial: 1 }), ["minSpecial"]);
      assert.deepEqual(await replaces({ special: true, minSpecial: 0 }), []);
      assert.deepEqual(await replaces({}), []);
    });

    it("is unknown in a preview and kept by refresh and update", async () => {
      const type = token("RandomPassword");
      const preview = await model.create({ type, inputs: { length: 8 }, preview: true });
      assert.equal(preview.outputs["result"], UNKNOWN);
      const state = { length: 8, result: "abcdefgh", bcryptHash: "h" };
      const read = await model.read({ id: "none", type, inputs: { length: 8 }, state });
      assert.deepEqual(read, { id: "none", inputs: { length: 8 }, outputs: state });
      const update = await model.update({ type, olds: state, news: { length: 9 } });
      assert.equal((reveal(update.outputs) as Props)["result"], "abcdefgh");
    });
  });

  it("RandomId: all forms say the same bytes, with the prefix but for the id", async () => {
    const lengths = fc.integer({ min: 1, max: 40 });
    await fc.assert(
      fc.asyncProperty(lengths, fc.constantFrom(undefined, "p-"), async (byteLength, prefix) => {
        const { id, outputs } = await create("RandomId", { byteLength, prefix });
        const text = (name: string): string => {
          const value = String(outputs[name]);
          assert.ok(value.startsWith(prefix ?? ""), value);
          return value.slice((prefix ?? "").length);
        };
        const bytes = Buffer.from(text("hex"), "hex");
        assert.equal(bytes.length, byteLength);
        assert.equal(id, bytes.toString("base64url"));
        assert.equal(text("b64Url"), id);
        assert.equal(text("b64Std"), bytes.toString("base64"));
        assert.equal(BigInt(text("dec")), BigInt(`0x${bytes.toString("hex")}`));
      }),
    );
  });

  it("RandomBytes: base64 and hex say the same bytes", async () => {
    const { outputs } = await create("RandomBytes", { length: 33 });
    const bytes = Buffer.from(String(outputs["hex"]), "hex");
    assert.equal(bytes.length, 33);
    assert.equal(outputs["base64"], bytes.toString("base64"));
  });

  it("RandomUuid: the versions that the names say", async () => {
    const form = (version: number): RegExp =>
      new RegExp(`^[0-9a-f]{8}-[0-9a-f]{4}-${version}[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`);
    assert.match((await create("RandomUuid", {})).id, form(4));
    assert.match((await create("RandomUuid4", {})).id, form(4));
    const before = Date.now();
    const { id } = await create("RandomUuid7", {});
    assert.match(id, form(7));
    const milliseconds = parseInt(id.replace("-", "").slice(0, 12), 16);
    assert.ok(milliseconds >= before && milliseconds <= Date.now());
  });

  it("RandomInteger: within its bounds, and repeatable with a seed", async () => {
    const bounds = fc.tuple(fc.integer({ min: -1e6, max: 1e6 }), fc.nat({ max: 1e6 }));
    await fc.assert(
      fc.asyncProperty(bounds, fc.string({ minLength: 1 }), async ([min, span], seed) => {
        const inputs = { min, max: min + span, seed };
        const { outputs } = await create("RandomInteger", inputs);
        const result = Number(outputs["result"]);
        assert.ok(result >= min && result <= min + span);
        assert.equal((await create("RandomInteger", inputs)).outputs["result"], result);
      }),
    );
  });

  it("RandomShuffle: a permutation, cut or repeated to the wanted count", async () => {
    const inputs = ["a", "b", "c", "d"];
    const sorted = (outputs: Props): string[] => [...(outputs["results"] as string[])].sort();
    assert.deepEqual(sorted((await create("RandomShuffle", { inputs })).outputs), inputs);
    const two = (await create("RandomShuffle", { inputs, resultCount: 2 })).outputs;
    assert.equal(new Set(two["results"] as string[]).size, 2);
    const twice = (await create("RandomShuffle", { inputs, resultCount: 8 })).outputs;
    assert.deepEqual(sorted(twice), ["a", "a", "b", "b", "c", "c", "d", "d"]);
  });

  it("RandomPet: prefix, words and separator", async () => {
    const { id } = await create("RandomPet", { length: 3, prefix: "dtem", separator: "." });
    assert.match(id, /^dtem(\.[a-z]+){3}$/);
  });

  it("refuses unknown resources and functions", async () => {
    await assert.rejects(create("RandomCat", {}), /no resource random:index\/randomCat:RandomCat/);
    await assert.rejects(model.invoke("random:index:x"), /no function/);
  });
});

describe("entropy", () => {
  it("draws uniformly: every value of a small bound turns up about as often", () => {
    const bound = 7;
    const draws = 14_000;
    const counts = new Array<number>(bound).fill(0);
    const entropy = seeded("uniform"); // fixed, so that the test cannot fail by chance
    for (let i = 0; i < draws; i++) counts[below(entropy, bound)]! += 1;
    const expected = draws / bound;
    const chi2 = counts.reduce((sum, n) => sum + (n - expected) ** 2 / expected, 0);
    assert.ok(chi2 < 22.5, `chi-squared ${chi2} with 6 degrees of freedom (p = 0.001)`);
  });

  it("refuses bounds that it cannot serve", () => {
    for (const bound of [0, -1, 1.5, 2 ** 48 + 1]) assert.throws(() => below(strong, bound));
  });

  it("shuffles without loss", () => {
    fc.assert(
      fc.property(fc.array(fc.integer()), (items) => {
        const sort = (list: number[]): number[] => [...list].sort((a, b) => a - b);
        assert.deepEqual(sort(shuffled(strong, items)), sort(items));
      }),
    );
  });
});
