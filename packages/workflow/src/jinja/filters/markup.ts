import { Float } from "../../values/index.ts";
import { typeError, undefinedError, valueError } from "../errors.ts";
import { stripTags } from "../python/html.ts";
import { isTrue } from "../runtime/compare.ts";
import { Markup, type Py, PyObject, Undefined } from "../runtime/data.ts";
import { Dict } from "../runtime/dict.ts";
import type { Run } from "../runtime/run.ts";
import { listOf, walk } from "../runtime/sequences.ts";
import { escaped, escapeHtml, softStr, str } from "../runtime/text.ts";
import { isText, textOf, typeName } from "../runtime/types.ts";
import { type Filter, filter } from "./filter.ts";
import { dumpForHtml } from "./json.ts";
import { urlizeFilter } from "./urlize.ts";

/** Filters for text that ends up in HTML, in a URL or in a script. */
export const markupFilters: Record<string, Filter> = {
  escape: filter("escape", [], (run, value) => new Markup(escaped(run, value))),
  e: filter("escape", [], (run, value) => new Markup(escaped(run, value))),
  forceescape: filter("forceescape", [], (run, value) => new Markup(run.text(escapeHtml(str(run, value))))),
  safe: filter("safe", [], (run, value) => (value instanceof Markup ? value : new Markup(str(run, value)))),
  striptags: filter("striptags", [], (run, value) => stripTags(run, str(run, value))),
  tojson: filter("tojson", [["indent", null]], (run, value, [indent]) => dumpForHtml(run, value, indent!)),
  urlencode: filter("urlencode", [], urlEncode),
  urlize: urlizeFilter,
  xmlattr: filter("xmlattr", [["autospace", true]], xmlAttributes),
};

function urlEncode(run: Run, value: Py): Py {
  const pairs = value instanceof Dict ? [...value.entries()] : pairsOf(run, value);
  if (pairs === undefined) return quote(run, textOf(softStr(run, value)), true);
  const parts = pairs.map(([key, item]) => `${quote(run, str(run, key), false)}=${quote(run, str(run, item), false)}`);
  return run.text(parts.join("&"));
}

/** Pairs of a query given as a list; undefined for what is no list and gets encoded as text. */
function pairsOf(run: Run, value: Py): [Py, Py][] | undefined {
  if (isText(value) || value === null || typeof value !== "object" || value instanceof Float) return undefined;
  if (value instanceof PyObject && value.iterate(run) === undefined) return undefined;
  return [...walk(run, value)].map((item) => {
    const pair = listOf(run, item);
    if (pair.length !== 2) throw valueError('"urlencode" takes a list of pairs.');
    return [pair[0]!, pair[1]!];
  });
}

/** @param path  Whether a slash stays and a space is `%20`; in a query they are `%2F` and `+`. */
function quote(run: Run, text: string, path: boolean): string {
  if (/[\ud800-\udfff]/u.test(text)) throw valueError('"urlencode" cannot encode half a character.');
  const encoded = encodeURIComponent(text).replace(
    /[!'()*]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return run.text(path ? encoded.replaceAll("%2F", "/") : encoded.replaceAll("%20", "+"));
}

function xmlAttributes(run: Run, value: Py, [autospace]: Py[]): Py {
  if (value instanceof Undefined) throw undefinedError(value.problem);
  if (!(value instanceof Dict)) throw typeError(`"xmlattr" does not work on ${typeName(value)}.`);
  const parts: string[] = [];
  for (const [key, item] of value.entries()) {
    if (item === null || item instanceof Undefined) continue;
    if (!isText(key)) throw typeError('"xmlattr" takes texts as keys.');
    if (/[\s/>=]/.test(textOf(key))) throw valueError('A key of "xmlattr" holds a space, "/", ">" or "=".');
    parts.push(`${escaped(run, key)}="${escaped(run, item)}"`);
  }
  const joined = parts.join(" ");
  const text = run.text(isTrue(run, autospace!) && joined !== "" ? ` ${joined}` : joined);
  return run.autoescape ? new Markup(text) : text;
}
