import { Float, float, integer } from "../../values/index.ts";
import { arithmeticError, limitExceeded, unsupported } from "../errors.ts";
import type { Py } from "./data.ts";

export type PyNumber = number | bigint | Float | boolean;

export function isNumber(value: Py): value is PyNumber {
  return typeof value === "number" || typeof value === "boolean" || typeof value === "bigint" || value instanceof Float;
}

/** An `int` or `bool`. */
export function isWhole(value: Py): value is number | bigint | boolean {
  return typeof value === "number" ? Number.isInteger(value) : typeof value === "bigint" || typeof value === "boolean";
}

/** An `int` or `bool` whose JavaScript number is exact. */
function isSmall(value: PyNumber): value is number | boolean {
  return typeof value === "number" ? Number.isInteger(value) : typeof value === "boolean";
}

/** As `float(value)` does it. */
export function toFloat(value: PyNumber): number {
  const number = Number(value);
  if (typeof value === "bigint" && !Number.isFinite(number))
    throw arithmeticError("The integer is too large for a float.");
  return number;
}

/** For comparing: floats and integers mix exactly in JavaScript too, once bools and wrappers are gone. */
export function comparable(value: PyNumber): number | bigint {
  return typeof value === "bigint" ? value : Number(value);
}

function whole(value: number | bigint | boolean): bigint {
  return BigInt(value);
}

/** Beyond this many bits the result of integer arithmetic is refused. */
const MAX_BITS = 1 << 17;

export function add(a: PyNumber, b: PyNumber): Py {
  if (isSmall(a) && isSmall(b)) {
    const sum = Number(a) + Number(b);
    if (Number.isSafeInteger(sum)) return sum;
  }
  if (isWhole(a) && isWhole(b)) return integer(whole(a) + whole(b));
  return float(toFloat(a) + toFloat(b));
}

export function subtract(a: PyNumber, b: PyNumber): Py {
  if (isSmall(a) && isSmall(b)) {
    const difference = Number(a) - Number(b);
    if (Number.isSafeInteger(difference)) return difference;
  }
  if (isWhole(a) && isWhole(b)) return integer(whole(a) - whole(b));
  return float(toFloat(a) - toFloat(b));
}

export function multiply(a: PyNumber, b: PyNumber): Py {
  if (!isWhole(a) || !isWhole(b)) return float(toFloat(a) * toFloat(b));
  const product = Number(a) * Number(b);
  if (isSmall(a) && isSmall(b) && Number.isSafeInteger(product)) return product + 0;
  if (bitsOf(a) + bitsOf(b) > MAX_BITS) throw limitExceeded("An integer would become too large.");
  return integer(whole(a) * whole(b));
}

export function divide(a: PyNumber, b: PyNumber): Py {
  if (Number(b) === 0) throw arithmeticError("A number is divided by zero.");
  if (isWhole(a) && isWhole(b) && (typeof a === "bigint" || typeof b === "bigint"))
    return divideExactly(whole(a), whole(b));
  return float(toFloat(a) / toFloat(b));
}

function divideExactly(a: bigint, b: bigint): Py {
  const { value } = nearestQuotient(a < 0n ? -a : a, b < 0n ? -b : b);
  if (!Number.isFinite(value)) throw arithmeticError("The result of a division is too large for a float.");
  return float(a < 0n !== b < 0n ? -value : value);
}

/**
 * The float nearest to the quotient of two positive integers that may both be too large to be floats.
 *
 * @returns `margin` is how far, in units of the last place, the exact quotient is from where rounding changes direction.
 */
function nearestQuotient(numerator: bigint, denominator: bigint): { value: number; margin: number } {
  // 70 bits of quotient and one that says whether anything is left let the conversion to a float round once and right.
  const shift = Math.max(0, 70 - (bitsOf(numerator) - bitsOf(denominator)));
  const scaled = numerator << BigInt(shift);
  const quotient = scaled / denominator;
  const sticky = (quotient << 1n) | (scaled % denominator === 0n ? 0n : 1n);
  const dropped = BigInt(Math.max(1, sticky.toString(2).length - 53));
  const rest = Number(sticky & ((1n << dropped) - 1n)) / Number(1n << dropped);
  return { value: Number(sticky) * 2 ** -(shift + 1), margin: Math.abs(rest - 0.5) };
}

export function floorDivide(a: PyNumber, b: PyNumber): Py {
  return divideWithRest(a, b)[0];
}

export function modulo(a: PyNumber, b: PyNumber): Py {
  return divideWithRest(a, b)[1];
}

/** Python's `divmod`: the rest has the sign of the divisor. */
function divideWithRest(a: PyNumber, b: PyNumber): [Py, Py] {
  if (Number(b) === 0) throw arithmeticError("A number is divided by zero.");
  if (!isWhole(a) || !isWhole(b)) return divideFloats(toFloat(a), toFloat(b));
  if (typeof a === "bigint" || typeof b === "bigint") {
    const rest = ((whole(a) % whole(b)) + whole(b)) % whole(b);
    return [integer((whole(a) - rest) / whole(b)), integer(rest)];
  }
  const [x, y] = [Number(a), Number(b)];
  let rest = x % y;
  if (rest !== 0 && rest < 0 !== y < 0) rest += y;
  return [(x - rest) / y + 0, rest + 0];
}

function divideFloats(a: number, b: number): [Py, Py] {
  let rest = a % b;
  let quotient = (a - rest) / b;
  if (rest === 0) rest = b < 0 ? -0 : 0;
  else if (rest < 0 !== b < 0) {
    rest += b;
    quotient -= 1;
  }
  if (quotient === 0) return [float(a / b < 0 || Object.is(a / b, -0) ? -0 : 0), float(rest)];
  const floor = Math.floor(quotient);
  return [float(quotient - floor > 0.5 ? floor + 1 : floor), float(rest)];
}

export function power(base: PyNumber, exponent: PyNumber): Py {
  if (!isWhole(base) || !isWhole(exponent) || Number(exponent) < 0)
    return floatPower(toFloat(base), toFloat(exponent), exponent);
  const result = Number(base) ** Number(exponent);
  if (Number.isSafeInteger(result)) return result + 0;
  if (bitsOf(base) * Number(exponent) > MAX_BITS) throw limitExceeded("An integer would become too large.");
  return integer(whole(base) ** whole(exponent));
}

function floatPower(base: number, exponent: number, given: PyNumber): Py {
  if (base === 0 && exponent < 0) throw arithmeticError("Zero cannot be raised to a negative power.");
  if (!Number.isInteger(exponent)) {
    if (exponent === 0.5 && base > 0 && Number.isFinite(base)) return float(Math.sqrt(base));
    if (!Number.isFinite(base) || Number.isNaN(exponent) || base === 0 || base === 1) return float(base ** exponent);
    throw unsupported("A power with a fractional exponent");
  }
  const result = exactPower(base, exponent) ?? base ** exponent;
  if (!Number.isFinite(result) && Number.isFinite(base))
    throw arithmeticError("The result of a power is too large for a float.");
  return float(isWhole(given) || Number.isFinite(result) ? result : base ** exponent);
}

/**
 * The float nearest to a power; undefined where JavaScript's own `**` is exact or infinite.
 *
 * JavaScript may miss it by one digit. The C library that Python uses misses it by a twentieth of a digit at most, so only
 * close to the middle between two floats nobody but Python knows its result.
 */
function exactPower(base: number, exponent: number): number | undefined {
  const result = base ** exponent;
  if (!Number.isFinite(result) || result === 0 || Math.abs(exponent) === 1 || exponent === 0) return undefined;
  if (Number.isSafeInteger(base) && Number.isSafeInteger(result)) return undefined;
  if (Math.abs(exponent) > 1100 || Math.abs(result) < 1e-290) throw unsupported("A power this large or small");
  const [mantissa, binary] = fractionOf(Math.abs(base));
  const positive = Math.abs(exponent);
  const raised = mantissa ** BigInt(positive);
  const scale = binary * positive;
  const [numerator, denominator] = scale >= 0 ? [raised << BigInt(scale), 1n] : [raised, 1n << BigInt(-scale)];
  const { value, margin } =
    exponent > 0 ? nearestQuotient(numerator, denominator) : nearestQuotient(denominator, numerator);
  if (margin < 0.01 + Math.abs(Math.log2(value)) / 25_000) throw unsupported("A power that is hard to round");
  return result < 0 ? -value : value;
}

/** A finite float as `mantissa * 2^exponent`, exactly. */
export function fractionOf(value: number): [mantissa: bigint, exponent: number] {
  let exponent = 0;
  let mantissa = value;
  while (!Number.isInteger(mantissa)) {
    mantissa *= 2;
    exponent--;
  }
  return [BigInt(mantissa), exponent];
}

export function negate(value: PyNumber): Py {
  if (value instanceof Float || !isWhole(value)) return float(-Number(value));
  return typeof value === "bigint" ? integer(-value) : 0 - Number(value);
}

function bitsOf(value: number | bigint | boolean): number {
  if (typeof value !== "bigint") return Math.ceil(Math.log2(Math.abs(Number(value)) + 1));
  return (value < 0n ? -value : value).toString(16).length * 4;
}
