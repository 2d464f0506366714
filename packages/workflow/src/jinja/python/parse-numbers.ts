import { integer } from "../../values/index.ts";
import { unsupported, valueError } from "../errors.ts";
import { trim } from "./characters.ts";

const floatText = /^[+-]?(?:(?:\d+(?:_\d+)*)?\.\d+(?:_\d+)*|\d+(?:_\d+)*\.?)(?:e[+-]?\d+(?:_\d+)*)?$/i;

/** Python's `float(text)`. */
export function parseFloatText(text: string): number {
  const trimmed = trim(text);
  refuseForeignDigits(trimmed);
  if (floatText.test(trimmed)) return Number(trimmed.replaceAll("_", ""));
  const word = /^([+-]?)(?:inf|infinity|(nan))$/i.exec(trimmed);
  if (word === null) throw valueError("The text is not a number.");
  if (word[2] !== undefined) return Number.NaN;
  return word[1] === "-" ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
}

const prefixes: Record<string, number> = { "0b": 2, "0o": 8, "0x": 16 };

/** Python's `int(text, base)`. */
export function parseIntegerText(text: string, base: number): number | bigint {
  if (base !== 0 && (base < 2 || base > 36)) throw valueError("A base is 0 or between 2 and 36.");
  const trimmed = trim(text).toLowerCase();
  refuseForeignDigits(trimmed);
  const sign = /^[+-]/.test(trimmed) ? trimmed[0] : "";
  let digits = trimmed.slice(sign!.length);
  const prefixed = prefixes[digits.slice(0, 2)];
  let radix = base;
  if (prefixed !== undefined && (base === 0 || base === prefixed)) {
    radix = prefixed;
    digits = digits.slice(2).replace(/^_/, "");
  } else if (base === 0) {
    radix = 10;
    if (/^0[\d_]*[1-9]/.test(digits)) throw valueError("An integer starts with a zero.");
  }
  if (!/^[0-9a-z]+(?:_[0-9a-z]+)*$/.test(digits)) throw valueError("The text is not an integer.");
  const value = readDigits(digits.replaceAll("_", ""), radix);
  return integer(sign === "-" ? -value : value);
}

function readDigits(digits: string, radix: number): bigint {
  for (const digit of digits) {
    if (Number.parseInt(digit, 36) >= radix) throw valueError("The text is not an integer.");
  }
  if (radix === 10) {
    if (digits.length > 4300) throw valueError("An integer has more than 4300 digits.");
    return BigInt(digits);
  }
  if (digits.length > 4300) throw unsupported("An integer of this length");
  return [...digits].reduce((value, digit) => value * BigInt(radix) + BigInt(Number.parseInt(digit, 36)), 0n);
}

function refuseForeignDigits(text: string): void {
  if (/[^\0-\x7f]/.test(text) && /(?![0-9])\p{Nd}/u.test(text))
    throw unsupported("A number in other than Western digits");
}
