import { isFile, isFloat, isInteger, isObject, numberOf, type Value } from "@diwan/workflow";

/** False, as Python sees it. */
export function isFalsy(value: Value): boolean {
  if (value === null || value === false || value === "") return true;
  if (isInteger(value) || isFloat(value)) return numberOf(value) === 0;
  if (Array.isArray(value)) return value.length === 0;
  return isObject(value) && !isFile(value) && Object.keys(value).length === 0;
}

/** Equality as Python sees it: 1 equals 1.0 and True, and lists and mappings are compared by what they hold. */
export function isEqual(a: Value, b: Value): boolean {
  const [left, right] = [comparable(a), comparable(b)];
  if (left !== undefined && right !== undefined) return isSameNumber(left, right);
  if (Array.isArray(a) && Array.isArray(b))
    return a.length === b.length && a.every((item, place) => isEqual(item, b[place]!));
  if (isObjectOrFile(a) && isObjectOrFile(b)) {
    const keys = Object.keys(a);
    return (
      keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && isEqual(a[key]!, b[key]!))
    );
  }
  return a === b;
}

/**
 * A number that JavaScript's `<` and `>` compare exactly with any other, or undefined for what is no number. True and
 * false are 1 and 0.
 */
export function comparable(value: Value): number | bigint | undefined {
  if (typeof value === "bigint") return value;
  if (isInteger(value) || isFloat(value) || typeof value === "boolean") return Number(value);
  return undefined;
}

export function isSameNumber(a: number | bigint, b: number | bigint): boolean {
  if (typeof a === typeof b) return a === b;
  const [whole, other] = typeof a === "bigint" ? [a, Number(b)] : [b as bigint, a];
  return Number.isInteger(other) && BigInt(other) === whole;
}

/**
 * A text as Python's `float()` reads it, undefined where it does not.
 *
 * @param text  With blank space around it, underscores between digits, `inf` and `nan`, as Python takes them.
 */
export function readFloat(text: string): number | undefined {
  const bare = text.trim().toLowerCase();
  const infinite = /^([+-]?)inf(?:inity)?$/.exec(bare);
  if (infinite !== null) return infinite[1] === "-" ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  if (/^[+-]?nan$/.test(bare)) return Number.NaN;
  const digits = bare.replace(/(?<=\d)_(?=\d)/g, "");
  return /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?$/.test(digits) ? Number(digits) : undefined;
}

/** A text as Python's `int()` reads it, undefined where it does not. */
export function readInteger(text: string): bigint | undefined {
  const digits = text.trim().replace(/(?<=\d)_(?=\d)/g, "");
  return /^[+-]?\d+$/.test(digits) ? BigInt(digits) : undefined;
}

function isObjectOrFile(value: Value): value is { [key: string]: Value } {
  return isObject(value) || isFile(value);
}
