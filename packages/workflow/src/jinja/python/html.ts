import { unsupported } from "../errors.ts";
import type { Run } from "../runtime/run.ts";
import { SPACE_CLASS, trim } from "./characters.ts";

const spaces = new RegExp(`[${SPACE_CLASS}]+`, "g");

/** The text between tags and comments, with runs of space made one and entities resolved. */
export function stripTags(run: Run, text: string): string {
  const withoutComments = cut(run, text, "<!--", "-->");
  const plain = cut(run, withoutComments, "<", ">");
  return unescapeHtml(trim(plain).replace(spaces, " "));
}

/** Removes what stands from an opening to the next closing, again and again: removing one may complete another. */
function cut(run: Run, text: string, open: string, close: string): string {
  let rest = text;
  for (;;) {
    const start = rest.indexOf(open);
    const end = start < 0 ? -1 : rest.indexOf(close, start);
    if (end < 0) return rest;
    run.charge(1 + rest.length / 256);
    rest = rest.slice(0, start) + rest.slice(end + close.length);
  }
}

// The entities that HTML accepts without a semicolon, in groups of name and character.
const legacy = new Map(
  (
    "AElig:Æ AMP:& Aacute:Á Acirc:Â Agrave:À Aring:Å Atilde:Ã Auml:Ä COPY:© Ccedil:Ç ETH:Ð Eacute:É Ecirc:Ê Egrave:È Euml:Ë GT:> " +
    'Iacute:Í Icirc:Î Igrave:Ì Iuml:Ï LT:< Ntilde:Ñ Oacute:Ó Ocirc:Ô Ograve:Ò Oslash:Ø Otilde:Õ Ouml:Ö QUOT:" REG:® THORN:Þ ' +
    "Uacute:Ú Ucirc:Û Ugrave:Ù Uuml:Ü Yacute:Ý aacute:á acirc:â acute:´ aelig:æ agrave:à amp:& aring:å atilde:ã auml:ä brvbar:¦ " +
    "ccedil:ç cedil:¸ cent:¢ copy:© curren:¤ deg:° divide:÷ eacute:é ecirc:ê egrave:è eth:ð euml:ë frac12:½ frac14:¼ frac34:¾ gt:> " +
    "iacute:í icirc:î iexcl:¡ igrave:ì iquest:¿ iuml:ï laquo:« lt:< macr:¯ micro:µ middot:· nbsp:\u00a0 not:¬ ntilde:ñ oacute:ó " +
    'ocirc:ô ograve:ò ordf:ª ordm:º oslash:ø otilde:õ ouml:ö para:¶ plusmn:± pound:£ quot:" raquo:» reg:® sect:§ shy:\u00ad ' +
    "sup1:¹ sup2:² sup3:³ szlig:ß thorn:þ times:× uacute:ú ucirc:û ugrave:ù uml:¨ uuml:ü yacute:ý yen:¥ yuml:ÿ"
  )
    .split(" ")
    .map((pair) => pair.split(":") as [string, string]),
);

const withSemicolon = new Map([
  ["apos", "'"],
  ["hellip", "…"],
  ["ndash", "–"],
  ["mdash", "—"],
  ["lsquo", "‘"],
  ["rsquo", "’"],
  ["ldquo", "“"],
  ["rdquo", "”"],
  ["bull", "•"],
  ["trade", "™"],
  ["euro", "€"],
  ["larr", "←"],
  ["rarr", "→"],
]);

const reference = /&(#\d+;?|#[xX][\da-fA-F]+;?|[^\t\n\f <&#;]{1,32};?)/g;

/** Python's `html.unescape`, for numbers and the better known names; refuses a name it cannot decide about. */
export function unescapeHtml(text: string): string {
  if (!text.includes("&")) return text;
  return text.replace(reference, (whole, body: string) => (body.startsWith("#") ? numeric(body) : named(whole, body)));
}

function numeric(body: string): string {
  const digits = body.replace(/^#[xX]?|;$/g, "");
  const code = Number.parseInt(digits, /^#[xX]/.test(body) ? 16 : 10);
  if (code === 0 || (code >= 0xd800 && code <= 0xdfff) || code > 0x10ffff) return "\ufffd";
  if (
    code < 0x20 ||
    (code >= 0x7f && code < 0xa0) ||
    (code & 0xfffe) === 0xfffe ||
    (code >= 0xfdd0 && code <= 0xfdef)
  ) {
    if (code === 0x09 || code === 0x0a || code === 0x0c) return String.fromCodePoint(code);
    throw unsupported(`The character reference "&${body}"`);
  }
  return String.fromCodePoint(code);
}

function named(whole: string, body: string): string {
  const name = body.replace(/;$/, "");
  const known = legacy.get(name) ?? (body.endsWith(";") ? withSemicolon.get(name) : undefined);
  if (known !== undefined) return known;
  if (body.endsWith(";")) throw unsupported(`The character reference "${whole}"`);
  for (let length = name.length - 1; length > 1; length--) {
    const prefix = legacy.get(name.slice(0, length));
    if (prefix !== undefined) return prefix + body.slice(length);
  }
  return whole;
}
