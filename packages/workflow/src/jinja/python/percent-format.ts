import type { Float } from "../../values/index.ts";
import { arithmeticError, typeError, undefinedError, unsupported, valueError } from "../errors.ts";
import { Markup, type Py, Tuple, Undefined } from "../runtime/data.ts";
import { Dict } from "../runtime/dict.ts";
import { isNumber, isWhole, toFloat } from "../runtime/numbers.ts";
import type { Run } from "../runtime/run.ts";
import { escapeHtml, repr, str } from "../runtime/text.ts";
import { isText, textOf, typeName } from "../runtime/types.ts";
import { countCharacters, sliceCharacters } from "./code-points.ts";
import { type FloatStyle, floatDigits, isNegative } from "./float-format.ts";

const directive = /%(?:\(([^()]*)\))?([-+ #0]*)(\*|\d+)?(?:\.(\*|\d*))?[hlL]?([\s\S]|$)/gu;

type Directive = { flags: string; width: number; precision: number | undefined; type: string };

/**
 * Python's `template % value`.
 *
 * @param safe  Whether the template is marked as safe, so that what goes in has to be escaped.
 */
export function formatPercent(run: Run, template: string, value: Py, safe: boolean): string {
  const source = new Arguments(value);
  const text = template.replace(
    directive,
    (_whole, key?: string, flags = "", width?: string, precision?: string, type = "") => {
      if (type === "%") return "%";
      if (type === "") throw valueError("A format ends in the middle of a directive.");
      const made = formatOne(
        run,
        {
          flags,
          width: width === "*" ? source.count() : Number(width ?? 0),
          precision: precision === undefined ? undefined : precision === "*" ? source.count() : Number(precision),
          type,
        },
        key === undefined ? source.next() : source.named(key),
        safe,
      );
      run.reserve(made.length);
      return made;
    },
  );
  source.finish();
  return text;
}

/** What the directives draw from: the items of a tuple in order, one value, or the entries of a dict by name. */
class Arguments {
  private readonly value: Py;
  private used = 0;
  private byName = false;

  constructor(value: Py) {
    this.value = value;
  }

  next(): Py {
    const items = this.value instanceof Tuple ? this.value.items : [this.value];
    const item = this.byName ? undefined : items[this.used++];
    if (item === undefined) throw typeError("A format has more directives than there are values.");
    return item;
  }

  count(): number {
    const value = this.next();
    if (!isWhole(value)) throw typeError('"*" in a format needs an integer.');
    return Number(value);
  }

  named(key: string): Py {
    if (!(this.value instanceof Dict)) throw typeError("A format with names needs a dictionary.");
    this.byName = true;
    const found = this.value.get(key);
    if (found === undefined) throw valueError(`A format names "${key}", which is not there.`);
    return found;
  }

  finish(): void {
    const { value } = this;
    const left = value instanceof Tuple ? this.used < value.items.length : this.used === 0 && !isMapping(value);
    if (left && !this.byName) throw typeError("Not all values were used by a format.");
  }
}

function isMapping(value: Py): boolean {
  return value instanceof Dict || Array.isArray(value) || value instanceof Undefined;
}

function formatOne(run: Run, directive: Directive, value: Py, safe: boolean): string {
  const { type } = directive;
  if (type === "s" || type === "r") {
    const text = type === "s" ? str(run, value) : repr(run, value);
    const plain = safe && !(type === "s" && value instanceof Markup) ? escapeHtml(text) : text;
    return padText(
      run,
      directive,
      directive.precision === undefined ? plain : sliceCharacters(plain, 0, directive.precision),
    );
  }
  if (type === "c") return padText(run, directive, characterOf(value));
  if (type === "a") throw unsupported('The format "%a"');
  if ("diuoxX".includes(type)) return padNumber(run, directive, ...integerParts(directive, value));
  if ("eEfFgG".includes(type)) return padNumber(run, directive, ...floatParts(run, directive, value));
  throw valueError(`A format has no directive "${type}".`);
}

function characterOf(value: Py): string {
  if (isText(value) && countCharacters(textOf(value)) === 1) return textOf(value);
  if (!isWhole(value)) throw typeError('"%c" needs an integer or a single character.');
  const code = Number(value);
  if (code < 0 || code > 0x10ffff) throw arithmeticError('"%c" needs the number of a character.');
  return String.fromCodePoint(code);
}

type Parts = [negative: boolean, prefix: string, digits: string];

function integerParts({ type, flags, precision = 1 }: Directive, given: Py): Parts {
  const decimal = "diu".includes(type);
  if (given instanceof Undefined) throw undefinedError(given.problem);
  if (!isNumber(given) || (!decimal && !isWhole(given)))
    throw typeError(`"%${type}" needs a number, not ${typeName(given)}.`);
  const value = isWhole(given) ? BigInt(given) : truncated(given);
  const size = value < 0n ? -value : value;
  const radix = decimal ? 10 : type === "o" ? 8 : 16;
  const digits = size.toString(radix).padStart(precision, "0");
  const prefix = decimal || !flags.includes("#") ? "" : `0${type}`;
  return [value < 0n, prefix, type === "X" ? digits.toUpperCase() : digits];
}

/** As Python's `int` cuts a float. */
export function truncated(value: number | Float | bigint | boolean): bigint {
  const number = Number(value);
  if (Number.isNaN(number)) throw valueError("NaN cannot become an integer.");
  if (!Number.isFinite(number)) throw arithmeticError("Infinity cannot become an integer.");
  return BigInt(Math.trunc(number));
}

function floatParts(run: Run, { type, flags, precision = 6 }: Directive, value: Py): Parts {
  if (value instanceof Undefined) throw undefinedError(value.problem);
  if (!isNumber(value)) throw typeError(`"%${type}" needs a number, not ${typeName(value)}.`);
  const number = toFloat(value);
  run.reserve(precision);
  if (precision > 1000) throw unsupported("A format with more than 1000 digits");
  const digits = floatDigits(number, type.toLowerCase() as FloatStyle, precision, flags.includes("#"));
  return [isNegative(number), "", type === type.toLowerCase() ? digits : digits.toUpperCase()];
}

function padText(run: Run, { flags, width }: Directive, text: string): string {
  const missing = Math.abs(width) - countCharacters(text);
  if (missing <= 0) return text;
  run.reserve(Math.abs(width));
  const padding = " ".repeat(missing);
  return flags.includes("-") || width < 0 ? text + padding : padding + text;
}

function padNumber(run: Run, directive: Directive, negative: boolean, prefix: string, digits: string): string {
  const { flags, width } = directive;
  const sign = negative ? "-" : flags.includes("+") ? "+" : flags.includes(" ") ? " " : "";
  const head = sign + prefix;
  run.reserve(Math.abs(width));
  const left = flags.includes("-") || width < 0;
  const finite = !/n/i.test(digits); // neither nan nor inf
  const padded = flags.includes("0") && !left && finite ? digits.padStart(width - head.length, "0") : digits;
  return padText(run, directive, head + padded);
}
