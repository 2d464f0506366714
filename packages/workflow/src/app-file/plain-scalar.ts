import { float, integer, type Value } from "../values/index.ts";

const nulls = /^(?:~|null|Null|NULL|)$/;
const truths = /^(?:yes|Yes|YES|true|True|TRUE|on|On|ON)$/;
const falsehoods = /^(?:no|No|NO|false|False|FALSE|off|Off|OFF)$/;
const whole = /^[-+]?(?:0b[01_]+|0[0-7_]+|0|[1-9][0-9_]*|0x[0-9a-fA-F_]+|[1-9][0-9_]*(?::[0-5]?[0-9])+)$/;
const fraction =
  /^(?:[-+]?[0-9][0-9_]*\.[0-9_]*(?:[eE][-+][0-9]+)?|\.[0-9][0-9_]*(?:[eE][-+][0-9]+)?|[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+\.[0-9_]*|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$/;

/**
 * What a text without quotes means to Python's loader, whose writer left out the quotes exactly where its loader needs
 * none: `08:30`, `0912345678`, `1e3` and `n` are texts to both, and numbers or switches to most other readers.
 */
export function plainScalar(text: string): Value {
  if (nulls.test(text)) return null;
  if (truths.test(text)) return true;
  if (falsehoods.test(text)) return false;
  const [, sign = "", digits = ""] = /^([-+]?)(.*)$/s.exec(text.replaceAll("_", ""))!;
  if (whole.test(text)) return integer(sign === "-" ? -wholeNumber(digits) : wholeNumber(digits));
  if (fraction.test(text)) return float(sign === "-" ? -fractionOf(digits) : fractionOf(digits));
  return text;
}

function wholeNumber(digits: string): bigint {
  if (digits.includes(":")) return digits.split(":").reduce((sum, part) => sum * 60n + BigInt(part), 0n);
  if (/^0[bx]/.test(digits)) return BigInt(digits);
  return digits.length > 1 && digits.startsWith("0") ? BigInt(`0o${digits.slice(1)}`) : BigInt(digits);
}

function fractionOf(digits: string): number {
  if (/inf/i.test(digits)) return Number.POSITIVE_INFINITY;
  if (/nan/i.test(digits)) return Number.NaN;
  return digits.split(":").reduce((sum, part) => sum * 60 + Number(part), 0);
}
