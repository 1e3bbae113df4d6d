/**
 * Chilean tax numbers (RUT): a number and a check digit of modulus 11, 0 to 9 or K.
 *
 * Written here as the SII's schemas want them: no dots, upper-case K, `76543210-3`.
 */

/** Largest number before the check digit: the schemas allow eight digits. */
export const largestRutNumber = 99_999_999;

/**
 * Check digit of a tax number: digits from the right times 2 to 7 in turn; 11 less the sum modulo
 * 11, where 11 is written 0 and 10 is written K.
 *
 * @param number the part before the hyphen, 1 to 99 999 999
 * @throws RangeError outside of that
 */
export function checkDigit(number: number): string {
  if (!Number.isInteger(number) || number < 1 || number > largestRutNumber) {
    throw new RangeError(`RUT number ${number}: need an integer from 1 to ${largestRutNumber}`);
  }
  let sum = 0;
  for (let rest = number, weight = 2; rest > 0; rest = Math.floor(rest / 10)) {
    sum += (rest % 10) * weight;
    weight = weight === 7 ? 2 : weight + 1;
  }
  const digit = 11 - (sum % 11);
  return digit === 11 ? "0" : digit === 10 ? "K" : String(digit);
}

/** The whole tax number, for example `76543210-3`. */
export function formatRut(number: number): string {
  return `${number}-${checkDigit(number)}`;
}

/** Whether a text is a tax number in the form of {@link formatRut} with the right check digit. */
export function isValidRut(text: string): boolean {
  const match = /^([1-9]\d{0,7})-([\dK])$/.exec(text);
  return match !== null && checkDigit(Number(match[1])) === match[2];
}
