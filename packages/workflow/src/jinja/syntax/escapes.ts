import { Failure, unsupported } from "../errors.ts";

const simple: Record<string, string> = {
  "\\": "\\",
  "'": "'",
  '"': '"',
  a: "\x07",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  v: "\v",
  "\n": "",
};

const escapeSequence = /\\(?:x([0-9a-fA-F]{0,2})|u([0-9a-fA-F]{0,4})|U([0-9a-fA-F]{0,8})|([0-7]{1,3})|([\s\S])|$)/g;

/** Resolves the escapes of a string literal as Python's `unicode-escape` does; unknown ones stay as they are. */
export function unescapeString(text: string): string {
  if (!text.includes("\\")) return text;
  return text.replace(
    escapeSequence,
    (whole, x?: string, u?: string, long?: string, octal?: string, other?: string) => {
      if (octal !== undefined) return String.fromCodePoint(Number.parseInt(octal, 8));
      if (x !== undefined) return fromHex(x, 2);
      if (u !== undefined) return fromHex(u, 4);
      if (long !== undefined) return fromHex(long, 8);
      if (other === "N") throw unsupported("A \\N{…} escape");
      return (other === undefined ? undefined : simple[other]) ?? whole;
    },
  );
}

function fromHex(digits: string, wanted: number): string {
  const code = Number.parseInt(digits, 16);
  if (digits.length < wanted || code > 0x10ffff) throw new Failure("syntax", "A string has a broken escape.");
  return String.fromCodePoint(code);
}
