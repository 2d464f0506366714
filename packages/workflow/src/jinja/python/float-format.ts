import { fixedDigits, scientificDigits } from "./decimals.ts";

export type FloatStyle = "e" | "f" | "g";

/**
 * The digits of `|value|` in C's e, f or g style.
 *
 * @param precision  Decimals for e and f, significant digits for g.
 * @param keepZeros  Whether g keeps zeros at the end (`#`).
 */
export function floatDigits(value: number, style: FloatStyle, precision: number, keepZeros = false): string {
  if (Number.isNaN(value)) return "nan";
  if (!Number.isFinite(value)) return "inf";
  if (style === "g") return general(value, Math.max(precision, 1), Math.max(precision, 1), keepZeros);
  const text = style === "f" ? fixedDigits(value, precision) : scientific(value, precision);
  return keepZeros && precision === 0 ? text.replace(/^\d+/, "$&.") : text;
}

/**
 * The g style.
 *
 * @param significant  How many digits; at least 1.
 * @param limit        From this power of ten on it is written out, as it is below -4.
 */
export function general(value: number, significant: number, limit: number, keepZeros: boolean): string {
  const { exponent } = scientificDigits(value, significant - 1);
  const withExponent = exponent < -4 || exponent >= limit;
  const text = withExponent ? scientific(value, significant - 1) : fixedDigits(value, significant - 1 - exponent);
  const [digits, power] = text.split("e") as [string, string | undefined];
  const point = keepZeros && !digits.includes(".") ? `${digits}.` : digits;
  const kept = keepZeros || !digits.includes(".") ? point : digits.replace(/\.?0+$/, "");
  return power === undefined ? kept : `${kept}e${power}`;
}

function scientific(value: number, digits: number): string {
  const { mantissa, exponent } = scientificDigits(value, digits);
  return `${mantissa}e${exponent < 0 ? "-" : "+"}${String(Math.abs(exponent)).padStart(2, "0")}`;
}

export function isNegative(value: number): boolean {
  return value < 0 || Object.is(value, -0);
}
