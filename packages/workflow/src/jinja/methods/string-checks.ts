import { stringRepr } from "../../values/python-text.ts";
import { isSpace } from "../python/characters.ts";
import { characters } from "../python/code-points.ts";
import { isLower, isTitle, isUpper } from "../python/letter-case.ts";
import type { Markup } from "../runtime/data.ts";
import { textOf } from "../runtime/types.ts";
import { type Methods, method } from "./method.ts";

// Digits that are no decimals: superscripts, subscripts, circled and the like.
const digit =
  /^[\p{Nd}\xb2\xb3\xb9\u1369-\u1371\u19da\u2070\u2074-\u2079\u2080-\u2089\u2460-\u2468\u2474-\u247c\u2488-\u2490\u24ea\u24f5-\u24fd\u24ff\u2776-\u277e\u2780-\u2788\u278a-\u2792\u{10a40}-\u{10a43}\u{10e60}-\u{10e68}\u{11052}-\u{1105a}\u{1f100}-\u{1f10a}]+$/u;

/** The methods of `str` that answer yes or no about all of its characters; an empty text is nothing but ASCII and printable. */
export const stringChecks: Methods<string | Markup> = {
  isalpha: check("isalpha", (text) => /^\p{L}+$/u.test(text)),
  isdecimal: check("isdecimal", (text) => /^\p{Nd}+$/u.test(text)),
  isdigit: check("isdigit", (text) => digit.test(text)),
  isnumeric: check("isnumeric", isNumeric),
  isalnum: check(
    "isalnum",
    (text) => text !== "" && characters(text).every((one) => /\p{L}/u.test(one) || isNumeric(one)),
  ),
  isspace: check("isspace", (text) => text !== "" && text.split("").every((one) => isSpace(one.charCodeAt(0)))),
  isascii: check("isascii", (text) => !/[^\0-\x7f]/.test(text)),
  isprintable: check(
    "isprintable",
    (text) => stringRepr(text.replace(/['"\\]/g, "")).slice(1, -1) === text.replace(/['"\\]/g, ""),
  ),
  isupper: check("isupper", isUpper),
  islower: check("islower", isLower),
  istitle: check("istitle", isTitle),
};

// Chinese numerals are letters with a numeric value.
function isNumeric(text: string): boolean {
  return /^[\p{N}\u3405\u3483\u382a\u3b4d\u4e00\u4e03\u4e07\u4e09\u4e5d\u4e8c\u4e94\u4e96\u4ebf-\u4ec0\u4edf\u4ee8\u4f0d\u4f70\u5104\u5146\u5169\u516b\u516d\u5341\u5343-\u5345\u534c\u53c1-\u53c4\u56db\u58f1\u58f9\u5e7a\u5efe\u5eff\u5f0c-\u5f0e\u5f10\u62fe\u634c\u67d2\u6f06\u7396\u767e\u8086\u842c\u8cae\u8cb3\u8d30\u9621\u9646\u964c\u9678\u96f6]+$/u.test(
    text,
  );
}

function check(name: string, holds: (text: string) => boolean) {
  return method<string | Markup>(name, [], (_run, self) => holds(textOf(self)));
}
