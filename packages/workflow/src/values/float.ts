import { floatRepr } from "./float-repr.ts";
import { rawJson } from "./raw-json.ts";

/**
 * A float that a bare JavaScript number would turn into an integer: 3.0, -0.0, 1e16.
 *
 * Only `float` makes one, so a Float always holds an integral number; every other float is its own number.
 */
export class Float {
  readonly value: number;

  constructor(value: number) {
    this.value = value;
  }

  /** Lets plain `JSON.stringify` write `3.0`. Browsers without raw JSON write `3`: right in value, not in kind. */
  toJSON(): unknown {
    return rawJson(floatRepr(this.value), this.value);
  }

  toString(): string {
    return floatRepr(this.value);
  }

  /** Arithmetic and comparison in JavaScript see the number. */
  valueOf(): number {
    return this.value;
  }
}

/** The value for a float: wrapped only where the number would otherwise read as an integer. */
export function float(value: number): number | Float {
  return Number.isInteger(value) ? new Float(value) : value;
}

/** True for 3.0 and for 0.5 alike, NaN and the infinities included. */
export function isFloat(value: unknown): value is number | Float {
  return value instanceof Float || (typeof value === "number" && !Number.isInteger(value));
}

export function isInteger(value: unknown): value is number | bigint {
  return typeof value === "bigint" || Number.isInteger(value);
}

/** The plain number inside any numeric value; integers beyond 2^53 lose their last digits. */
export function numberOf(value: number | bigint | Float): number {
  return Number(value);
}

/** The integer for a bigint: a plain number wherever that is exact. */
export function integer(value: bigint): number | bigint {
  return value >= Number.MIN_SAFE_INTEGER && value <= Number.MAX_SAFE_INTEGER ? Number(value) : value;
}
