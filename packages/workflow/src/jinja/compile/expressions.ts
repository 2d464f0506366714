import { float } from "../../values/index.ts";
import { JinjaErrors, typeError, unsupported } from "../errors.ts";
import { findFilter } from "../filters/index.ts";
import { getAttribute, getItem } from "../runtime/attributes.ts";
import { isTrue } from "../runtime/compare.ts";
import { Markup, orElse, type Py, Tuple, Undefined } from "../runtime/data.ts";
import { Dict } from "../runtime/dict.ts";
import { operate, sign } from "../runtime/operators.ts";
import { slice } from "../runtime/subscripts.ts";
import { escaped, str } from "../runtime/text.ts";
import type { Expression, FilterExpression, Literal } from "../syntax/ast.ts";
import { findTest } from "../tests/index.ts";
import { namesIn } from "./analyse.ts";
import { compileArguments, compileCall } from "./calls.ts";
import { compileComparison } from "./comparisons.ts";
import { type Context, syntaxError } from "./context.ts";
import { type Evaluate, type Frame, reader } from "./frame.ts";

export function compileExpression(context: Context, expression: Expression): Evaluate {
  switch (expression.type) {
    case "constant":
      return compileConstant(expression.value);
    case "name":
      return compileName(context, expression.name, expression.line);
    case "list":
      return compileItems(context, expression.items);
    case "tuple": {
      const items = compileItems(context, expression.items);
      return (frame) => new Tuple(items(frame));
    }
    case "dictionary":
      return compileDictionary(context, expression.entries);
    case "unary":
      return compileUnary(context, expression.operator, expression.operand);
    case "binary": {
      const { operator } = expression;
      const left = compileExpression(context, expression.left);
      const right = compileExpression(context, expression.right);
      return (frame) => operate(frame.run, operator, left(frame), right(frame));
    }
    case "concatenation":
      return compileConcatenation(context, expression.parts);
    case "logic": {
      const left = compileExpression(context, expression.left);
      const right = compileExpression(context, expression.right);
      const stopAt = expression.operator === "or";
      return (frame) => {
        const value = left(frame);
        return isTrue(frame.run, value) === stopAt ? value : right(frame);
      };
    }
    case "comparison":
      return compileComparison(
        compileExpression(context, expression.first),
        expression.rest.map(([operator, operand]) => [operator, compileExpression(context, operand)]),
      );
    case "condition":
      return compileCondition({ ...context, conditional: true }, expression);
    case "attribute": {
      const { name } = expression;
      const object = compileExpression(context, expression.object);
      return (frame) => getAttribute(frame.run, object(frame), name);
    }
    case "item": {
      const object = compileExpression(context, expression.object);
      const key = compileExpression(context, expression.key);
      return (frame) => getItem(frame.run, object(frame), key(frame));
    }
    case "slice":
      return compileSlice(context, expression);
    case "call":
      return compileCall(context, compileExpression(context, expression.callee), expression.arguments);
    case "filter":
      return compileFilter(context, expression, missingOperand);
    case "test":
      return compileTest(context, expression);
  }
}

const missingOperand: Evaluate = () => {
  throw unsupported("A filter without a value");
};

function compileConstant(literal: Literal): Evaluate {
  const value: Py = typeof literal === "object" && literal !== null ? float(literal.float) : literal;
  return () => value;
}

function compileName(context: Context, name: string, line: number): Evaluate {
  if (name === "self" || name === "super") {
    throw JinjaErrors.unsupported({ line, problem: `"${name}" is not supported here.` });
  }
  const missing = new Undefined(`'${name}' is undefined`);
  const read = reader(context.scope.layout, context.scope.reference(name));
  return (frame) => orElse(read(frame), missing);
}

function compileItems(context: Context, items: Expression[]): (frame: Frame) => Py[] {
  const compiled = items.map((item) => compileExpression(context, item));
  return (frame) => compiled.map((item) => item(frame));
}

function compileDictionary(context: Context, entries: [Expression, Expression][]): Evaluate {
  const compiled = entries.map(
    ([key, value]) => [compileExpression(context, key), compileExpression(context, value)] as const,
  );
  return (frame) => {
    const dict = new Dict();
    for (const [key, value] of compiled) dict.set(key(frame), value(frame));
    return dict;
  };
}

function compileUnary(context: Context, operator: "-" | "+" | "not", operand: Expression): Evaluate {
  const value = compileExpression(context, operand);
  if (operator === "not") return (frame) => !isTrue(frame.run, value(frame));
  return (frame) => sign(operator, value(frame));
}

function compileConcatenation(context: Context, parts: Expression[]): Evaluate {
  const compiled = parts.map((part) => compileExpression(context, part));
  if (context.autoescape) {
    // Jinja2 joins literals while compiling, and then forgets which of them were safe.
    if (parts.every((part) => namesIn(part).next().done === true))
      throw unsupported('"~" between literals where values are escaped');
    return (frame) => {
      const values = compiled.map((part) => part(frame));
      if (!values.some((value) => value instanceof Markup)) return joined(frame, values, str);
      return new Markup(joined(frame, values, escaped));
    };
  }
  return (frame) =>
    joined(
      frame,
      compiled.map((part) => part(frame)),
      str,
    );
}

function joined(frame: Frame, values: Py[], textOf: typeof str): string {
  let text = "";
  for (const value of values) text = frame.run.text(text + textOf(frame.run, value));
  frame.run.chargeText(text.length);
  return text;
}

function compileCondition(context: Context, expression: Expression & { type: "condition" }): Evaluate {
  const test = compileExpression(context, expression.test);
  const then = compileExpression(context, expression.then);
  const missing = new Undefined(`The inline if in line ${expression.line} is false and has no else.`);
  const otherwise =
    expression.otherwise === undefined ? () => missing : compileExpression(context, expression.otherwise);
  return (frame) => (isTrue(frame.run, test(frame)) ? then(frame) : otherwise(frame));
}

function compileSlice(context: Context, { object, bounds }: Expression & { type: "slice" }): Evaluate {
  // Jinja2 works literals out while compiling, and then a slice that makes no sense is undefined instead of an error.
  if (/^(?:constant|list|tuple|dictionary)$/.test(object.type) && !isSliceable(object)) {
    throw unsupported("A slice of this literal");
  }
  const sliced = compileExpression(context, object);
  const [start, stop, step] = bounds.map((bound) =>
    bound === undefined ? () => null : compileExpression(context, bound),
  ) as [Evaluate, Evaluate, Evaluate];
  return (frame) => slice(frame.run, sliced(frame), [start(frame), stop(frame), step(frame)]);
}

function isSliceable(literal: Expression): boolean {
  return (
    literal.type === "list" ||
    literal.type === "tuple" ||
    (literal.type === "constant" && typeof literal.value === "string")
  );
}

/** @param inner  Gives what to filter where the expression itself names nothing: the text of a block. */
export function compileFilter(context: Context, expression: FilterExpression, inner: Evaluate): Evaluate {
  const { name, operand } = expression;
  const value =
    operand === undefined
      ? inner
      : operand.type === "filter"
        ? compileFilter(context, operand, inner)
        : compileExpression(context, operand);
  const { positional, named } = compileArguments(context, expression.arguments);
  const filter = findFilter(name);
  if (filter === undefined) {
    if (!context.conditional) syntaxError(expression.line, `There is no filter "${name}".`);
    return () => {
      throw typeError(`There is no filter "${name}".`);
    };
  }
  return (frame) => filter(frame.run, value(frame), positional(frame), named(frame));
}

function compileTest(context: Context, expression: Expression & { type: "test" }): Evaluate {
  const { name } = expression;
  const value = compileExpression(context, expression.operand);
  const { positional, named } = compileArguments(context, expression.arguments);
  const test = findTest(name);
  if (test === undefined) {
    if (!context.conditional) syntaxError(expression.line, `There is no test "${name}".`);
    return () => {
      throw typeError(`There is no test "${name}".`);
    };
  }
  return (frame) => test(frame.run, value(frame), positional(frame), named(frame));
}
