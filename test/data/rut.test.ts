import assert from "node:assert/strict";

import fc from "fast-check";

import { checkDigit, formatRut, isValidRut, largestRutNumber } from "../../components/data/rut";

const numbers = fc.integer({ min: 1, max: largestRutNumber });

describe("data: RUT", () => {
  it("gives the check digits of known numbers", () => {
    // Tax numbers of the SII itself, the Treasury, two banks and the SII's generic ones.
    assert.deepEqual(
      [60_803_000, 60_805_000, 97_004_000, 97_030_000, 66_666_666, 55_555_555].map(formatRut),
      ["60803000-K", "60805000-0", "97004000-5", "97030000-7", "66666666-6", "55555555-5"],
    );
  });

  it("agrees with the definition: the weighted sum and the digit's value are 0 modulo 11", () => {
    fc.assert(
      fc.property(numbers, (number) => {
        const digit = checkDigit(number);
        const value = digit === "K" ? 10 : Number(digit);
        const sum = [...String(number)]
          .reverse()
          .reduce((total, figure, index) => total + Number(figure) * (2 + (index % 6)), 0);
        assert.equal((sum + value) % 11, 0);
      }),
      { numRuns: 500 },
    );
  });

  it("uses all eleven digits", () => {
    const seen = new Set(Array.from({ length: 200 }, (_, index) => checkDigit(76_900_000 + index)));
    assert.deepEqual([...seen].sort(), [..."0123456789", "K"]);
  });

  it("accepts what it formats, and no other check digit", () => {
    fc.assert(
      fc.property(numbers, fc.constantFrom(..."0123456789K"), (number, digit) => {
        assert.ok(isValidRut(formatRut(number)));
        assert.equal(isValidRut(`${number}-${digit}`), digit === checkDigit(number));
      }),
    );
  });

  it("detects every wrong figure and every swap of neighbours", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 10_000_000, max: largestRutNumber }),
        fc.nat(6),
        fc.integer({ min: 1, max: 9 }),
        (number, place, shift) => {
          const figures = [...String(number)];
          const digit = checkDigit(number);
          const other = String((Number(figures[place]) + shift) % 10);
          const wrong = figures.with(place, other).join("");
          assert.equal(isValidRut(`${wrong}-${digit}`), false);
          const left = figures[place]!;
          const right = figures[place + 1]!;
          const swapped = figures
            .with(place, right)
            .with(place + 1, left)
            .join("");
          assert.equal(isValidRut(`${swapped}-${digit}`), left === right);
        },
      ),
    );
  });

  it("refuses other forms", () => {
    for (const text of ["", "76.900.002-K", "76900002-k", "76900002K", "076900002-K", "0-0", " "]) {
      assert.equal(isValidRut(text), false, text);
    }
  });

  it("refuses numbers out of range", () => {
    for (const number of [0, -1, 1.5, largestRutNumber + 1, NaN]) {
      assert.throws(() => checkDigit(number), /need an integer from 1 to 99999999/);
    }
  });
});
