import { fractionOf } from "../runtime/numbers.ts";

/**
 * A finite float times 10^digits, rounded to an integer; exactly halfway goes to the even neighbour, as in Python.
 * JavaScript's `toFixed` rounds halves up, so it cannot stand in.
 */
function scaledInteger(value: number, digits: number): bigint {
  const [mantissa, binary] = fractionOf(Math.abs(value));
  let numerator = mantissa;
  let denominator = 1n;
  if (digits >= 0) numerator *= 10n ** BigInt(digits);
  else denominator *= 10n ** BigInt(-digits);
  if (binary >= 0) numerator <<= BigInt(binary);
  else denominator <<= BigInt(-binary);
  const quotient = numerator / denominator;
  const twice = (numerator % denominator) * 2n;
  return twice > denominator || (twice === denominator && quotient % 2n === 1n) ? quotient + 1n : quotient;
}

/** `|value|` with exactly this many decimals. */
export function fixedDigits(value: number, digits: number): string {
  const text = scaledInteger(value, digits)
    .toString()
    .padStart(digits + 1, "0");
  return digits === 0 ? text : `${text.slice(0, -digits)}.${text.slice(-digits)}`;
}

/** `|value|` as `d.ddd` with this many decimals, and its power of ten. */
export function scientificDigits(value: number, digits: number): { mantissa: string; exponent: number } {
  if (value === 0) return { mantissa: fixedDigits(0, digits), exponent: 0 };
  let exponent = Math.floor(Math.log10(Math.abs(value)));
  let text = scaledInteger(value, digits - exponent).toString();
  // The logarithm may be off by one, and rounding may add a digit.
  while (text.length !== digits + 1) {
    exponent += text.length > digits + 1 ? 1 : -1;
    text = scaledInteger(value, digits - exponent).toString();
  }
  return { mantissa: digits === 0 ? text : `${text[0]}.${text.slice(1)}`, exponent };
}

/** Python's `round(value, digits)` for a finite float. */
export function roundFloat(value: number, digits: number): number {
  // Rounding at a place finer than a float has digits changes nothing; far above its size it gives zero.
  if (digits > 330 || value === 0) return value;
  if (digits < -310) return Math.sign(value) * 0;
  const scaled = scaledInteger(value, digits).toString();
  const result = Number(`${scaled}e${-digits}`);
  return value < 0 ? -result : result;
}
