import { equals, isOrdered } from "../runtime/compare.ts";
import type { Py } from "../runtime/data.ts";
import { contains } from "../runtime/operators.ts";
import type { Run } from "../runtime/run.ts";
import type { ComparisonOperator } from "../syntax/ast.ts";
import type { Evaluate } from "./frame.ts";

/** `a < b < c` asks for both, evaluates `b` once and `c` only if needed. */
export function compileComparison(first: Evaluate, rest: [ComparisonOperator, Evaluate][]): Evaluate {
  if (rest.length === 1) {
    const [operator, right] = rest[0]!;
    return (frame) => holds(frame.run, operator, first(frame), right(frame));
  }
  return (frame) => {
    let left = first(frame);
    for (const [operator, operand] of rest) {
      const right = operand(frame);
      if (!holds(frame.run, operator, left, right)) return false;
      left = right;
    }
    return true;
  };
}

function holds(run: Run, operator: ComparisonOperator, a: Py, b: Py): boolean {
  switch (operator) {
    case "==":
      return equals(run, a, b);
    case "!=":
      return !equals(run, a, b);
    case "in":
      return contains(run, b, a);
    case "not in":
      return !contains(run, b, a);
    default:
      return isOrdered(run, operator, a, b);
  }
}
