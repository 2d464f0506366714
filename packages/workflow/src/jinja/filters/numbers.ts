import { float, integer } from "../../values/index.ts";
import { arithmeticError, isPythonError, typeError, undefinedError, unsupported, valueError } from "../errors.ts";
import { wantInteger } from "../methods/arguments.ts";
import { fixedDigits, roundFloat } from "../python/decimals.ts";
import { parseFloatText, parseIntegerText } from "../python/parse-numbers.ts";
import { truncated } from "../python/percent-format.ts";
import { isTrue } from "../runtime/compare.ts";
import { type Py, Undefined } from "../runtime/data.ts";
import { divide, isNumber, isWhole, multiply, power, toFloat } from "../runtime/numbers.ts";
import { sign } from "../runtime/operators.ts";
import type { Run } from "../runtime/run.ts";
import { isText, textOf, typeName } from "../runtime/types.ts";
import { type Filter, filter } from "./filter.ts";

/** Filters about numbers. */
export const numberFilters: Record<string, Filter> = {
  abs: filter("abs", [], (_run, value) => {
    if (!isNumber(value)) throw typeError(`"abs" does not work on ${typeName(value)}.`);
    return sign(Number(value) < 0 || Object.is(Number(value), -0) ? "-" : "+", value);
  }),
  int: filter(
    "int",
    [
      ["default", 0],
      ["base", 10],
    ],
    (_run, value, [fallback, base]) => {
      try {
        return isText(value) ? parseIntegerText(textOf(value), wantInteger('"int"', base)) : toInteger(value);
      } catch (error) {
        if (!isPythonError(error, "TypeError", "ValueError")) throw error;
      }
      return otherwise(() => toInteger(float(floatOf(value))), fallback!);
    },
  ),
  float: filter("float", [["default", float(0)]], (_run, value, [fallback]) => {
    try {
      return float(floatOf(value));
    } catch (error) {
      if (!isPythonError(error, "TypeError", "ValueError")) throw error;
      return fallback!;
    }
  }),
  round: filter(
    "round",
    [
      ["precision", 0],
      ["method", "common"],
    ],
    (run, value, [precision, method]) => round(run, value, precision!, method!),
  ),
  filesizeformat: filter("filesizeformat", [["binary", false]], (run, value, [binary]) => {
    const bytes = floatOf(value);
    return fileSize(bytes, isTrue(run, binary!) ? 1024 : 1000);
  }),
};

function otherwise(compute: () => Py, fallback: Py): Py {
  try {
    return compute();
  } catch (error) {
    if (!isPythonError(error, "TypeError", "ValueError", "ArithmeticError")) throw error;
    return fallback;
  }
}

/** Python's `float(value)`. */
function floatOf(value: Py): number {
  if (isText(value)) return parseFloatText(textOf(value));
  if (value instanceof Undefined) throw undefinedError(value.problem);
  if (!isNumber(value)) throw typeError(`A value of type ${typeName(value)} cannot become a float.`);
  return toFloat(value);
}

/** Python's `int(value)` for what is no text. */
function toInteger(value: Py): Py {
  if (value instanceof Undefined) throw undefinedError(value.problem);
  if (!isNumber(value)) throw typeError(`A value of type ${typeName(value)} cannot become an integer.`);
  if (isWhole(value)) return typeof value === "boolean" ? Number(value) : value;
  return integer(truncated(value));
}

function round(_run: Run, value: Py, precision: Py, method: Py): Py {
  const name = isText(method) ? textOf(method) : "";
  if (name !== "common" && name !== "ceil" && name !== "floor")
    throw valueError('"round" knows common, ceil and floor.');
  // Python's own `round` asks the type, and gets no answer; the others multiply first.
  if (value instanceof Undefined && name !== "common") throw undefinedError(value.problem);
  if (!isNumber(value)) throw typeError(`"round" does not work on ${typeName(value)}.`);
  if (name === "common") {
    if (precision !== null) return roundToEven(value, wantInteger('"round"', precision));
    // Python's `round` without a precision makes an integer.
    return toInteger(roundToEven(value, 0));
  }
  if (!isNumber(precision)) throw typeError('"round" needs a number of digits.');
  const factor = power(10, precision) as number;
  const scaled = multiply(value, factor) as number;
  if (isWhole(scaled)) return divide(scaled, factor);
  const number = toFloat(scaled);
  if (!Number.isFinite(number)) throw arithmeticError("The number is too large to be rounded.");
  return divide(integer(BigInt(name === "ceil" ? Math.ceil(number) : Math.floor(number))), factor);
}

function roundToEven(value: number | bigint | boolean | object, digits: number): Py {
  const number = value as number | bigint | boolean;
  if (!isWhole(number)) {
    const exact = Number(number);
    return Number.isFinite(exact) ? float(roundFloat(exact, digits)) : exact;
  }
  if (digits >= 0) return typeof number === "boolean" ? Number(number) : number;
  if (digits < -400) throw unsupported("Rounding to this many digits");
  const unit = 10n ** BigInt(-digits);
  const exact = BigInt(number);
  const rest = ((exact % unit) + unit) % unit;
  const floor = exact - rest;
  const up = rest * 2n > unit || (rest * 2n === unit && (floor / unit) % 2n !== 0n);
  return integer(up ? floor + unit : floor);
}

const prefixes = ["k", "M", "G", "T", "P", "E", "Z", "Y"];

function fileSize(bytes: number, base: number): string {
  if (bytes === 1) return "1 Byte";
  if (Number.isNaN(bytes) || !Number.isFinite(bytes)) throw unsupported("The size of a file that is no number");
  if (bytes < base) return `${truncated(bytes)} Bytes`;
  let unit = base;
  for (const prefix of prefixes) {
    unit *= base;
    if (bytes < unit || prefix === "Y") {
      const name = base === 1024 ? `${prefix.toUpperCase()}iB` : `${prefix}B`;
      return `${fixedDigits((base * bytes) / unit, 1)} ${name}`;
    }
  }
  return "";
}
