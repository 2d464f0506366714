import { Float } from "../../values/index.ts";
import type { Py } from "../runtime/data.ts";
import type { PyNumber } from "../runtime/numbers.ts";
import { type Methods, method } from "./method.ts";

/** Attributes of `int` and `bool`. */
export function integerAttribute(value: number | bigint | boolean, name: string): Py | undefined {
  const plain = typeof value === "boolean" ? Number(value) : value;
  if (name === "real" || name === "numerator") return plain;
  if (name === "imag") return 0;
  return name === "denominator" ? 1 : undefined;
}

/** Attributes of `float`. */
export function floatAttribute(value: number | Float, name: string): Py | undefined {
  if (name === "real") return value;
  return name === "imag" ? new Float(0) : undefined;
}

export const integerMethods: Methods<PyNumber> = {
  bit_length: method("bit_length", [], (_run, self) => binaryDigits(self).length),
  bit_count: method("bit_count", [], (_run, self) => binaryDigits(self).replaceAll("0", "").length),
  conjugate: method("conjugate", [], (_run, self) => (typeof self === "boolean" ? Number(self) : self)),
};

export const floatMethods: Methods<PyNumber> = {
  is_integer: method("is_integer", [], (_run, self) => self instanceof Float),
  conjugate: method("conjugate", [], (_run, self) => self),
};

function binaryDigits(value: PyNumber): string {
  const integer = BigInt(
    Number.isInteger(Number(value)) && typeof value !== "bigint" ? Number(value) : (value as bigint),
  );
  return integer === 0n ? "" : (integer < 0n ? -integer : integer).toString(2);
}
