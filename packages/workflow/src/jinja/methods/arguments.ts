import { typeError, unsupported } from "../errors.ts";
import type { Markup, Py } from "../runtime/data.ts";
import { isNumber, isWhole } from "../runtime/numbers.ts";
import { isText, textOf, typeName } from "../runtime/types.ts";

/** An argument that has to be a text. */
export function wantText(what: string, value: Py | undefined): string {
  return textOf(wantTextOrMarkup(what, value));
}

export function wantTextOrMarkup(what: string, value: Py | undefined): string | Markup {
  if (value === undefined || !isText(value)) throw typeError(`${what} needs a text, not ${typeName(value ?? null)}.`);
  return value;
}

/** An argument that is only compared with lengths at first, so that Python notices late when it is a float. */
export function wantSize(what: string, value: Py | undefined): number {
  if (value !== undefined && isNumber(value) && !isWhole(value)) throw unsupported(`${what} with a fraction`);
  return wantInteger(what, value);
}

/** An argument that Python reads as a C integer and then as true or false. */
export function wantFlag(what: string, value: Py | undefined): boolean {
  return wantInteger(what, value) !== 0;
}

/** An argument that has to be an integer. */
export function wantInteger(what: string, value: Py | undefined): number {
  if (value === undefined || !isWhole(value))
    throw typeError(`${what} needs an integer, not ${typeName(value ?? null)}.`);
  if (typeof value === "bigint") throw unsupported(`${what} with a number this large`);
  return Number(value);
}
