import { limitExceeded, typeError } from "../errors.ts";
import type { Markup, Py } from "../runtime/data.ts";
import { isWhole } from "../runtime/numbers.ts";
import { isText, textOf, typeName } from "../runtime/types.ts";

/** An argument that has to be a text. */
export function wantText(what: string, value: Py | undefined): string {
  return textOf(wantTextOrMarkup(what, value));
}

export function wantTextOrMarkup(what: string, value: Py | undefined): string | Markup {
  if (value === undefined || !isText(value)) throw typeError(`${what} needs a text, not ${typeName(value ?? null)}.`);
  return value;
}

/** An argument that has to be an integer. */
export function wantInteger(what: string, value: Py | undefined): number {
  if (value === undefined || !isWhole(value))
    throw typeError(`${what} needs an integer, not ${typeName(value ?? null)}.`);
  if (typeof value === "bigint") throw limitExceeded(`${what} is given a number that is too large.`);
  return Number(value);
}
