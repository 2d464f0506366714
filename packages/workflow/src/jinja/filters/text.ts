import { typeError, undefinedError, valueError } from "../errors.ts";
import { wantInteger, wantSize, wantTextOrMarkup } from "../methods/arguments.ts";
import { joinTexts, replaceText, stringMethods } from "../methods/strings.ts";
import { splitLines } from "../python/characters.ts";
import { countCharacters, sliceCharacters } from "../python/code-points.ts";
import { formatPercent } from "../python/percent-format.ts";
import { wrapLine } from "../python/text-wrap.ts";
import { isTrue } from "../runtime/compare.ts";
import { Markup, noNames, type Py, Tuple, Undefined } from "../runtime/data.ts";
import { Dict } from "../runtime/dict.ts";
import { operate } from "../runtime/operators.ts";
import type { Run } from "../runtime/run.ts";
import { length } from "../runtime/sequences.ts";
import { softStr, str, textInto, textLike } from "../runtime/text.ts";
import { isText, textOf, typeName } from "../runtime/types.ts";
import { type Filter, filter } from "./filter.ts";

/** Filters that turn a text into a text. */
export const textFilters: Record<string, Filter> = {
  capitalize: viaMethod("capitalize"),
  lower: viaMethod("lower"),
  upper: viaMethod("upper"),
  trim: viaMethod("strip", "trim", [["chars", null]]),
  center: viaMethod("center", "center", [["width", 80]]),
  string: filter("string", [], (run, value) => softStr(run, value)),
  title: filter("title", [], (run, value) => textLike(run, "", titleWords(textOf(softStr(run, value))))),
  replace: filter("replace", [["old"], ["new"], ["count", null]], replaceFilter),
  format: (run, value, positional, named) => {
    const template = softStr(run, value);
    if (positional.length > 0 && named.size > 0)
      throw typeError('The filter "format" takes plain or named arguments, not both.');
    const source = named.size > 0 ? Dict.of(named) : new Tuple(positional);
    return textLike(run, template, formatPercent(run, textOf(template), source, template instanceof Markup));
  },
  indent: filter(
    "indent",
    [
      ["width", 4],
      ["first", false],
      ["blank", false],
    ],
    indentFilter,
  ),
  truncate: filter(
    "truncate",
    [
      ["length", 255],
      ["killwords", false],
      ["end", "..."],
      ["leeway", null],
    ],
    truncateFilter,
  ),
  wordcount: filter(
    "wordcount",
    [],
    (run, value) => textOf(softStr(run, value)).match(/[\p{L}\p{N}_]+/gu)?.length ?? 0,
  ),
  wordwrap: filter(
    "wordwrap",
    [
      ["width", 79],
      ["break_long_words", true],
      ["wrapstring", null],
      ["break_on_hyphens", true],
    ],
    wordwrapFilter,
  ),
};

function viaMethod(method: string, name = method, parameters: readonly (readonly [string, Py])[] = []): Filter {
  return filter(name, parameters, (run, value, values) =>
    stringMethods[method]!(run, softStr(run, value), values, noNames),
  );
}

/** A capital after every space, hyphen and opening bracket; unlike `str.title` an apostrophe starts no word. */
function titleWords(text: string): string {
  return text.replace(/[^-\s({[<]+/g, (word) => {
    const first = sliceCharacters(word, 0, 1);
    return first.toUpperCase() + word.slice(first.length).toLowerCase();
  });
}

function replaceFilter(run: Run, value: Py, [old, replacement, count]: Py[]): Py {
  const times = count === null ? -1 : wantInteger('"replace"', count);
  if (!run.autoescape) return replaceText(run, str(run, value), str(run, old!), str(run, replacement!), times);
  const anySafe = old instanceof Markup || replacement instanceof Markup;
  const text =
    anySafe && !(value instanceof Markup)
      ? new Markup(textInto(run, new Markup(""), softStr(run, value)))
      : softStr(run, value);
  const inserted = textInto(run, text, softStr(run, replacement!));
  return textLike(run, text, replaceText(run, textOf(text), textOf(softStr(run, old!)), inserted, times));
}

function indentFilter(run: Run, value: Py, [width, first, blank]: Py[]): Py {
  const indention = isText(width!) ? textOf(width) : " ".repeat(Math.max(0, indentWidth(run, width!)));
  const text = operate(run, "+", value, "\n");
  if (!isText(text)) throw typeError(`"indent" needs a text, not ${typeName(value)}.`);
  const lines = splitLines(textOf(text));
  const all = isTrue(run, blank!);
  const indented = lines.map((line, index) => (index > 0 && (all || line !== "") ? indention + line : line));
  const result = joinTexts(run, "\n", indented);
  return textLike(run, text, isTrue(run, first!) ? indention + result : result);
}

function indentWidth(run: Run, width: Py): number {
  const spaces = wantInteger('"indent"', width);
  run.reserve(spaces);
  return spaces;
}

function truncateFilter(run: Run, value: Py, [size, killWords, end, leeway]: Py[]): Py {
  const limit = wantSize('"truncate"', size);
  const room = leeway === null ? 5 : wantSize('"truncate"', leeway);
  const ending = textOf(wantTextOrMarkup('"truncate"', end));
  const endLength = countCharacters(ending);
  if (limit < endLength) throw valueError('The length of "truncate" has to be at least that of its end.');
  if (room < 0) throw valueError('The leeway of "truncate" cannot be negative.');
  const found = length(run, value);
  if (found === undefined) throw typeError(`"truncate" needs a text, not ${typeName(value)}.`);
  if (found <= limit + room) return value;
  const text = wantTextOrMarkup('"truncate"', value);
  const kept = sliceCharacters(textOf(text), 0, limit - endLength);
  const space = isTrue(run, killWords!) ? -1 : kept.lastIndexOf(" ");
  const result = space < 0 ? kept : kept.slice(0, space);
  if (text instanceof Markup || end instanceof Markup) return operate(run, "+", textLike(run, text, result), end!);
  return run.text(result + ending);
}

function wordwrapFilter(run: Run, value: Py, [width, breakLongWords, wrapString, breakOnHyphens]: Py[]): Py {
  if (value instanceof Undefined) throw undefinedError(value.problem);
  const text = textOf(wantTextOrMarkup('"wordwrap"', value));
  const options = {
    width: wantSize('"wordwrap"', width),
    breakLongWords: isTrue(run, breakLongWords!),
    breakOnHyphens: isTrue(run, breakOnHyphens!),
  };
  const separator = wrapString === null ? "\n" : textOf(wantTextOrMarkup('"wordwrap"', wrapString));
  run.chargeText(text.length * 8);
  return joinTexts(
    run,
    separator,
    splitLines(text).map((line) => joinTexts(run, separator, wrapLine(line, options))),
  );
}
