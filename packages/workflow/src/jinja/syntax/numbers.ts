import type { Literal } from "./ast.ts";

/** Reads a number token; `1_000`, `0x1f`, `0b1` and `0o7` are integers, whatever has a dot or an exponent a float. */
export function readNumber(type: "integer" | "float", text: string): Literal {
  const digits = text.replaceAll("_", "");
  if (type === "float") return { float: Number(digits) };
  const value = Number(digits);
  return Number.isSafeInteger(value) ? value : BigInt(digits);
}
