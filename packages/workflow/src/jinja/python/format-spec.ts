import { floatRepr } from "../../values/float-repr.ts";
import { arithmeticError, typeError, unsupported, valueError } from "../errors.ts";
import { type Py, Undefined } from "../runtime/data.ts";
import { isNumber, isWhole, toFloat } from "../runtime/numbers.ts";
import type { Run } from "../runtime/run.ts";
import { str } from "../runtime/text.ts";
import { isText, textOf, typeName } from "../runtime/types.ts";
import { countCharacters, sliceCharacters } from "./code-points.ts";
import { type FloatStyle, floatDigits, general, isNegative } from "./float-format.ts";

const pattern = /^(?:([\s\S])?([<>=^]))?([-+ ])?(z)?(#)?(0)?(\d+)?([,_])?(?:\.(\d+))?([bcdeEfFgGnosxX%])?$/u;

type Spec = {
  fill: string;
  align: string | undefined;
  sign: string | undefined;
  /** Whether the alignment was written out, not implied by a zero. */
  aligned: boolean;
  alternate: boolean;
  width: number;
  grouping: string;
  precision: number | undefined;
  type: string | undefined;
};

/** Python's `format(value, spec)`, as `"{:>8.2f}".format(value)` uses it. */
export function formatValue(run: Run, value: Py, spec: string): string {
  if (spec === "") return str(run, value);
  if (value instanceof Undefined || !(isText(value) || isNumber(value))) {
    throw typeError(`A format "${spec}" does not work on ${typeName(value)}.`);
  }
  const parsed = parseSpec(spec);
  run.reserve(parsed.width + (parsed.precision ?? 0));
  if ((parsed.precision ?? 0) > 1000 && !isText(value)) throw unsupported("A format with more than 1000 digits");
  if (isText(value)) return formatText(parsed, textOf(value));
  if (typeof value === "boolean" && parsed.type === undefined) {
    if (/^[<>^\d]*$/.test(spec)) return formatBare(parsed, value);
    throw unsupported(`The format "${spec}" of a boolean`);
  }
  const floating = !isWhole(value) || (parsed.type !== undefined && "eEfFgG%".includes(parsed.type));
  return floating ? formatFloat(parsed, toFloat(value)) : formatInteger(parsed, BigInt(value as number));
}

// Python formats a bool without a type as the integer it is.
function formatBare(spec: Spec, value: boolean): string {
  return formatInteger(spec, BigInt(value));
}

function parseSpec(spec: string): Spec {
  const found = pattern.exec(spec);
  if (found === null) throw valueError(`"${spec}" is not a format.`);
  const [, fill, align, sign, z, alternate, zero, width, grouping = "", precision, type] = found;
  if (z !== undefined) throw unsupported('The format option "z"');
  if (type === "n") throw unsupported('The format type "n"');
  return {
    fill: fill ?? (zero === undefined ? " " : "0"),
    align: align ?? (zero === undefined ? undefined : "="),
    aligned: align !== undefined,
    sign,
    alternate: alternate !== undefined,
    width: Number(width ?? 0),
    grouping,
    precision: precision === undefined ? undefined : Number(precision),
    type,
  };
}

function formatText(spec: Spec, text: string): string {
  if (spec.type !== undefined && spec.type !== "s") throw valueError(`A text has no format "${spec.type}".`);
  if (spec.sign !== undefined || spec.alternate || spec.grouping !== "")
    throw valueError("A text takes no sign, # or grouping.");
  if (spec.align === "=" && spec.aligned) throw valueError('A text cannot be aligned by "=".');
  const cut = spec.precision === undefined ? text : sliceCharacters(text, 0, spec.precision);
  return pad({ ...spec, align: spec.align === "=" ? "<" : spec.align }, "", cut, "<");
}

function formatInteger(spec: Spec, value: bigint): string {
  if (spec.precision !== undefined) throw valueError("An integer takes no precision in a format.");
  const { type = "d" } = spec;
  if (type === "s") throw valueError('An integer has no format "s".');
  if (type === "c") return formatCharacter(spec, value);
  const radix = { b: 2, o: 8, x: 16, X: 16 }[type] ?? 10;
  if (spec.grouping === "," && radix !== 10) throw valueError('"," groups decimal digits only.');
  const digits = (value < 0n ? -value : value).toString(radix);
  const prefix = spec.alternate && radix !== 10 ? `0${type}` : "";
  const head = signOf(spec, value < 0n) + prefix;
  return pad(spec, head, group(spec, head, type === "X" ? digits.toUpperCase() : digits, radix === 10 ? 3 : 4), ">");
}

function formatCharacter(spec: Spec, value: bigint): string {
  if (value < 0n || value > 0x10ffffn) throw arithmeticError('The format "c" needs the number of a character.');
  if (spec.sign !== undefined || spec.alternate || spec.grouping !== "")
    throw valueError('The format "c" takes no sign, # or grouping.');
  return pad(spec, "", String.fromCodePoint(Number(value)), ">");
}

function formatFloat(spec: Spec, value: number): string {
  if (spec.type !== undefined && !"eEfFgG%".includes(spec.type))
    throw valueError(`A float has no format "${spec.type}".`);
  const head = signOf(spec, isNegative(value) && !Number.isNaN(value));
  return pad(spec, head, group(spec, head, floatText(spec, value), 3), ">");
}

function floatText({ type, precision, alternate }: Spec, value: number): string {
  if (!Number.isFinite(value)) {
    const text = floatDigits(value, "f", 0);
    return (type !== undefined && type !== type.toLowerCase() ? text.toUpperCase() : text) + (type === "%" ? "%" : "");
  }
  if (type === "%") return `${floatDigits(value * 100, "f", precision ?? 6, alternate)}%`;
  if (type === undefined) return bareFloat(value, precision, alternate);
  const text = floatDigits(value, type.toLowerCase() as FloatStyle, precision ?? 6, alternate);
  return type === type.toLowerCase() ? text : text.toUpperCase();
}

/** Without a type: `repr`, or like g with a precision but always a digit after the point. */
function bareFloat(value: number, precision: number | undefined, alternate: boolean): string {
  if (alternate) throw unsupported('The format option "#" for a float without a type');
  if (precision === undefined) return floatRepr(Math.abs(value));
  const text = general(value, Math.max(precision, 1), Math.max(precision, 1) - 1, false);
  return /[.e]/.test(text) ? text : `${text}.0`;
}

function signOf({ sign }: Spec, negative: boolean): string {
  return negative ? "-" : sign === undefined || sign === "-" ? "" : sign;
}

/** Puts separators between groups of digits before the point; padding with zeros is grouped along. */
function group(spec: Spec, head: string, text: string, size: number): string {
  if (!/^[\da-fA-F]/.test(text) || text === "inf") return text;
  const zeros = spec.fill === "0" && spec.align === "=";
  if (spec.grouping === "") return zeros ? text.padStart(spec.width - head.length, "0") : text;
  const whole = (size === 3 ? /^\d+/ : /^[\da-fA-F]+/).exec(text)![0];
  const rest = text.slice(whole.length);
  const separated = (digits: string) => digits.replace(new RegExp(`\\B(?=(?:.{${size}})+$)`, "g"), spec.grouping);
  let digits = whole;
  if (zeros) while ((head + separated(digits) + rest).length < spec.width) digits = `0${digits}`;
  return separated(digits) + rest;
}

function pad({ fill, align, width }: Spec, head: string, text: string, usual: string): string {
  const missing = width - countCharacters(head + text);
  if (missing <= 0) return head + text;
  switch (align ?? usual) {
    case "<":
      return head + text + fill.repeat(missing);
    case "^":
      return fill.repeat(Math.floor(missing / 2)) + head + text + fill.repeat(Math.ceil(missing / 2));
    case "=":
      return head + fill.repeat(missing) + text;
    default:
      return fill.repeat(missing) + head + text;
  }
}
