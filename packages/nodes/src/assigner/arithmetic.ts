import { float, integer, isFloat, isInteger, numberOf, type Value } from "@diwan/workflow";
import { AssignerError } from "./assigner-error.ts";

export type ArithmeticOperation = "+=" | "-=" | "*=" | "/=";

/**
 * Calculates as Python does: whole numbers stay whole and exact, a float on either side makes a float, and a quotient is
 * always one.
 *
 * @throws AssignerError for what are no numbers, for a division by 0 and for a result that no float holds.
 */
export function calculate(left: Value, operation: ArithmeticOperation, right: Value): Value {
  if (!isNumber(left) || !isNumber(right)) throw new AssignerError(`"${operation}" needs a number on either side`);
  if (operation === "/=") {
    if (numberOf(right) === 0) throw new AssignerError("A number cannot be divided by 0");
    return finite(numberOf(left) / numberOf(right), operation);
  }
  if (isInteger(left) && isInteger(right)) return integer(wholeResult(BigInt(left), operation, BigInt(right)));
  return finite(floatResult(numberOf(left), operation, numberOf(right)), operation);
}

function wholeResult(left: bigint, operation: "+=" | "-=" | "*=", right: bigint): bigint {
  switch (operation) {
    case "+=":
      return left + right;
    case "-=":
      return left - right;
    case "*=":
      return left * right;
  }
}

function floatResult(left: number, operation: "+=" | "-=" | "*=", right: number): number {
  switch (operation) {
    case "+=":
      return left + right;
    case "-=":
      return left - right;
    case "*=":
      return left * right;
  }
}

function finite(result: number, operation: string): Value {
  if (!Number.isFinite(result)) throw new AssignerError(`"${operation}" gives a number that is too large`);
  return float(result);
}

function isNumber(value: Value): value is Extract<Value, number | bigint> {
  return isInteger(value) || isFloat(value);
}
