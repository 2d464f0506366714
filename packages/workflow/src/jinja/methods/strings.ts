import { typeError, unsupported, valueError } from "../errors.ts";
import { splitLines, trim, trimEnd, trimStart } from "../python/characters.ts";
import { characterIndex, characters, countCharacters, sliceCharacters } from "../python/code-points.ts";
import { formatBraces } from "../python/format-method.ts";
import { capitalize, swapCase, titleCase } from "../python/letter-case.ts";
import { Markup, type Py, Tuple } from "../runtime/data.ts";
import type { Run } from "../runtime/run.ts";
import { walk } from "../runtime/sequences.ts";
import { textBounds } from "../runtime/subscripts.ts";
import { escaped, textLike } from "../runtime/text.ts";
import { textOf } from "../runtime/types.ts";
import { wantFlag, wantInteger, wantText } from "./arguments.ts";
import { type Methods, method } from "./method.ts";
import { stringChecks } from "./string-checks.ts";
import { split, splitFromEnd } from "./string-split.ts";

type Text = string | Markup;

/** Methods of `str`. On text marked as safe the result is marked too, and texts given to the method are escaped. */
export const stringMethods: Methods<Text> = {
  ...stringChecks,
  upper: change("upper", (text) => text.toUpperCase()),
  lower: change("lower", (text) => text.toLowerCase()),
  capitalize: change("capitalize", capitalize),
  title: change("title", titleCase),
  swapcase: change("swapcase", swapCase),
  casefold: change("casefold", (text) => {
    if (/[^\0-\x7f]/.test(text)) throw unsupported('"casefold" of a text that is not plain English');
    return text.toLowerCase();
  }),
  strip: strip("strip", true, true),
  lstrip: strip("lstrip", true, false),
  rstrip: strip("rstrip", false, true),
  center: align("center", (missing, width) => Math.floor(missing / 2) + (missing & width & 1)),
  ljust: align("ljust", () => 0),
  rjust: align("rjust", (missing) => missing),
  zfill: method("zfill", [["width"]], (run, self, [width]) => {
    const text = textOf(self);
    const missing = wantInteger('"zfill"', width) - countCharacters(text);
    if (missing <= 0) return self;
    run.reserve(text.length + missing);
    const sign = /^[+-]/.test(text) ? text[0]! : "";
    return textLike(run, self, sign + "0".repeat(missing) + text.slice(sign.length));
  }),
  replace: method("replace", [["old"], ["new"], ["count", -1]], (run, self, [old, replacement, count]) =>
    textLike(
      run,
      self,
      replaceText(
        run,
        textOf(self),
        wantText('"replace"', old),
        inserted(run, self, '"replace"', replacement!),
        wantInteger('"replace"', count),
      ),
    ),
  ),
  join: method("join", [["iterable"]], (run, self, [items]) => {
    const parts: string[] = [];
    for (const item of walk(run, items!)) parts.push(inserted(run, self, '"join"', item));
    return textLike(run, self, joinTexts(run, textOf(self), parts));
  }),
  split: method(
    "split",
    [
      ["sep", null],
      ["maxsplit", -1],
    ],
    (run, self, [separator, limit]) =>
      pieces(run, self, split(textOf(self), separatorOf(separator!), wantInteger('"split"', limit))),
    true,
  ),
  rsplit: method(
    "rsplit",
    [
      ["sep", null],
      ["maxsplit", -1],
    ],
    (run, self, [separator, limit]) =>
      pieces(run, self, splitFromEnd(textOf(self), separatorOf(separator!), wantInteger('"rsplit"', limit))),
    true,
  ),
  splitlines: method(
    "splitlines",
    [["keepends", false]],
    (run, self, [keepEnds]) => pieces(run, self, splitLines(textOf(self), wantFlag('"splitlines"', keepEnds))),
    true,
  ),
  partition: method("partition", [["sep"]], (run, self, [separator]) =>
    partition(run, self, wantText('"partition"', separator), false),
  ),
  rpartition: method("rpartition", [["sep"]], (run, self, [separator]) =>
    partition(run, self, wantText('"rpartition"', separator), true),
  ),
  removeprefix: method("removeprefix", [["prefix"]], (run, self, [prefix]) => {
    const start = wantText('"removeprefix"', prefix);
    return textOf(self).startsWith(start) ? textLike(run, self, textOf(self).slice(start.length)) : self;
  }),
  removesuffix: method("removesuffix", [["suffix"]], (run, self, [suffix]) => {
    const end = wantText('"removesuffix"', suffix);
    const text = textOf(self);
    return end !== "" && text.endsWith(end) ? textLike(run, self, text.slice(0, -end.length)) : self;
  }),
  expandtabs: method(
    "expandtabs",
    [["tabsize", 8]],
    (run, self, [size]) => textLike(run, self, expandTabs(run, textOf(self), wantInteger('"expandtabs"', size))),
    true,
  ),
  startswith: affix("startswith", (text, part) => text.startsWith(part)),
  endswith: affix("endswith", (text, part) => text.endsWith(part)),
  count: search("count", (text, part) => {
    if (part === "") return countCharacters(text) + 1;
    return text.split(part).length - 1;
  }),
  find: search("find", (text, part) => text.indexOf(part)),
  rfind: search("rfind", (text, part) => text.lastIndexOf(part)),
  index: search("index", (text, part) => found(text.indexOf(part))),
  rindex: search("rindex", (text, part) => found(text.lastIndexOf(part))),
  format: (run, self, positional, named) =>
    textLike(run, self, formatBraces(run, textOf(self), positional, named, self instanceof Markup)),
};

export const unsupportedStringMethods = ["encode", "format_map", "isidentifier", "maketrans", "translate"];

/** What becomes part of a text: on safe text anything, escaped; otherwise only text. */
function inserted(run: Run, self: Text, what: string, value: Py): string {
  return self instanceof Markup ? escaped(run, value) : wantText(what, value);
}

function change(name: string, run: (text: string) => string) {
  return method<Text>(name, [], (current, self) => textLike(current, self, run(textOf(self))));
}

function strip(name: string, start: boolean, end: boolean) {
  return method<Text>(name, [["chars", null]], (run, self, [chars]) => {
    const text = textOf(self);
    if (chars === null) return textLike(run, self, start ? (end ? trim(text) : trimStart(text)) : trimEnd(text));
    const all = characters(text);
    const unwanted = new Set(characters(wantText(`"${name}"`, chars)));
    let from = 0;
    let to = all.length;
    if (start) while (from < to && unwanted.has(all[from]!)) from++;
    if (end) while (to > from && unwanted.has(all[to - 1]!)) to--;
    return textLike(run, self, all.slice(from, to).join(""));
  });
}

function align(name: string, before: (missing: number, width: number) => number) {
  return method<Text>(name, [["width"], ["fillchar", " "]], (run, self, [given, fill]) => {
    const width = wantInteger(`"${name}"`, given);
    const filler = wantText(`"${name}"`, fill);
    if (countCharacters(filler) !== 1) throw typeError(`"${name}" fills with exactly one character.`);
    if (self instanceof Markup && /[&<>'"]/.test(filler)) throw unsupported(`"${name}" of safe text`);
    const missing = width - countCharacters(textOf(self));
    if (missing <= 0) return self;
    run.reserve(width);
    const left = before(missing, width);
    return textLike(run, self, filler.repeat(left) + textOf(self) + filler.repeat(missing - left));
  });
}

/** Python's `str.replace`; an empty `old` stands before every character and at the end. */
export function replaceText(run: Run, text: string, old: string, replacement: string, count: number): string {
  if (count === 0) return text;
  const parts = old === "" ? ["", ...characters(text), ""] : text.split(old);
  const times = count < 0 ? parts.length - 1 : Math.min(count, parts.length - 1);
  run.reserve(text.length + times * Math.max(0, replacement.length - old.length));
  if (times === parts.length - 1) return parts.join(replacement);
  return [...parts.slice(0, times), parts.slice(times).join(old)].join(replacement);
}

/** Joins texts after making sure that the result may be that long. */
export function joinTexts(run: Run, separator: string, parts: string[]): string {
  let length = Math.max(0, parts.length - 1) * separator.length;
  for (const part of parts) length += part.length;
  run.reserve(length);
  return parts.join(separator);
}

function separatorOf(value: Py): string | undefined {
  if (value === null) return undefined;
  const separator = wantText('"split"', value);
  if (separator === "") throw valueError('"split" needs a separator that is not empty.');
  return separator;
}

function pieces(run: Run, self: Text, texts: string[]): Py[] {
  run.charge(texts.length / 8);
  return texts.map((text) => textLike(run, self, text));
}

function partition(run: Run, self: Text, separator: string, last: boolean): Py {
  if (separator === "") throw valueError('"partition" needs a separator that is not empty.');
  const text = textOf(self);
  const index = last ? text.lastIndexOf(separator) : text.indexOf(separator);
  if (index < 0) return new Tuple(pieces(run, self, last ? ["", "", text] : [text, "", ""]));
  return new Tuple(pieces(run, self, [text.slice(0, index), separator, text.slice(index + separator.length)]));
}

function expandTabs(run: Run, text: string, size: number): string {
  let result = "";
  let column = 0;
  for (const character of text) {
    if (character === "\t") {
      const width = size > 0 ? size - (column % size) : 0;
      run.reserve(result.length + width);
      result += " ".repeat(width);
      column += width;
    } else {
      result += character;
      column = character === "\n" || character === "\r" ? 0 : column + 1;
    }
  }
  return result;
}

/** A look at a part of the text: undefined where its bounds leave nothing, not even an empty text. */
function part(self: Text, start: Py, end: Py): { text: string; offset: number } | undefined {
  const text = textOf(self);
  if (start === null && end === null) return { text, offset: 0 };
  const bounds = textBounds(text, start, end);
  if (bounds.start > bounds.stop || (typeof start === "number" && start > countCharacters(text))) return undefined;
  return { text: sliceCharacters(text, bounds.start, bounds.stop), offset: bounds.start };
}

function affix(name: string, holds: (text: string, affix: string) => boolean) {
  return method<Text>(
    name,
    [[name === "startswith" ? "prefix" : "suffix"], ["start", null], ["end", null]],
    (_run, self, [wanted, start, end]) => {
      const options = wanted instanceof Tuple ? wanted.items : [wanted!];
      const texts = options.map((option) => wantText(`"${name}"`, option));
      const view = part(self, start!, end!);
      return view !== undefined && texts.some((text) => holds(view.text, text));
    },
  );
}

function search(name: string, look: (text: string, wanted: string) => number) {
  return method<Text>(name, [["sub"], ["start", null], ["end", null]], (_run, self, [wanted, start, end]) => {
    const text = wantText(`"${name}"`, wanted);
    const view = part(self, start!, end!);
    if (view === undefined) return name === "count" ? 0 : name.endsWith("index") ? found(-1) : -1;
    const index = look(view.text, text);
    return index < 0 || name === "count" ? index : characterIndex(view.text, index) + view.offset;
  });
}

function found(index: number): number {
  if (index < 0) throw valueError("The text does not hold what is looked for.");
  return index;
}
