import type { CallArguments, Expression, Statement, Target } from "../syntax/ast.ts";
import type { Scope } from "./scopes.ts";

/** Notes the names that statements read and set, in order. What a block inside does with names of its own is left to that block. */
export function analyseStatements(scope: Scope, statements: readonly Statement[]): void {
  for (const statement of statements) analyseStatement(scope, statement);
}

function analyseStatement(scope: Scope, statement: Statement): void {
  switch (statement.type) {
    case "text":
    case "block":
    case "autoescape":
      return;
    case "output":
      return analyseExpression(scope, statement.expression);
    case "if":
      return analyseIf(scope, statement.branches, statement.otherwise);
    case "for":
      return analyseExpression(scope, statement.iterable);
    case "set":
      analyseExpression(scope, statement.value);
      return analyseTarget(scope, statement.target);
    case "set-block":
      return analyseTarget(scope, statement.target);
    case "with":
      for (const [, value] of statement.bindings) analyseExpression(scope, value);
      return;
    case "macro":
      return scope.store(statement.name);
    case "call-block":
      return analyseExpression(scope, statement.call);
    case "filter-block":
      return analyseExpression(scope, statement.filter);
    case "load":
      for (const name of statement.names) scope.store(name);
  }
}

// An `elif` belongs to the branches as a whole, its test included.
function analyseIf(scope: Scope, [first, ...rest]: [Expression, Statement[]][], otherwise: Statement[]): void {
  analyseExpression(scope, first![0]);
  scope.branch([
    (branch) => analyseStatements(branch, first![1]),
    (branch) => {
      for (const [test, body] of rest) analyseIf(branch, [[test, body]], []);
    },
    (branch) => analyseStatements(branch, otherwise),
  ]);
}

function analyseTarget(scope: Scope, target: Target): void {
  if (target.type === "name") scope.store(target.name);
  else if (target.type === "field") scope.read(target.object);
  else for (const item of target.items) analyseTarget(scope, item);
}

/** Declares the names of a target as given from outside. */
export function declareTarget(scope: Scope, target: Target): void {
  if (target.type === "name") scope.declare(target.name);
  else if (target.type === "tuple") for (const item of target.items) declareTarget(scope, item);
}

export function analyseExpression(scope: Scope, expression: Expression): void {
  for (const name of namesIn(expression)) scope.read(name);
}

/** Every name that an expression reads. */
export function* namesIn(expression: Expression): Generator<string, undefined> {
  if (expression.type === "name") yield expression.name;
  for (const part of partsOf(expression)) yield* namesIn(part);
}

function partsOf(expression: Expression): Expression[] {
  switch (expression.type) {
    case "constant":
    case "name":
      return [];
    case "list":
    case "tuple":
      return expression.items;
    case "dictionary":
      return expression.entries.flat();
    case "unary":
      return [expression.operand];
    case "binary":
    case "logic":
      return [expression.left, expression.right];
    case "concatenation":
      return expression.parts;
    case "comparison":
      return [expression.first, ...expression.rest.map(([, operand]) => operand)];
    case "condition":
      return present(expression.test, expression.then, expression.otherwise);
    case "attribute":
      return [expression.object];
    case "item":
      return [expression.object, expression.key];
    case "slice":
      return present(expression.object, ...expression.bounds);
    case "call":
      return [expression.callee, ...argumentParts(expression.arguments)];
    case "filter":
      return present(expression.operand, ...argumentParts(expression.arguments));
    case "test":
      return [expression.operand, ...argumentParts(expression.arguments)];
  }
}

function argumentParts({ positional, named, spread, spreadNamed }: CallArguments): Expression[] {
  return present(...positional, ...named.map(([, value]) => value), spread, spreadNamed);
}

function present(...parts: (Expression | undefined)[]): Expression[] {
  return parts.filter((part) => part !== undefined);
}

/** Whether one of the names is read anywhere inside; blocks are templates of their own and do not count. */
export function readsName(statements: readonly Statement[], name: string): boolean {
  return statements.some((statement) => {
    for (const expression of expressionsOf(statement)) {
      for (const found of namesIn(expression)) if (found === name) return true;
    }
    return readsName(bodiesOf(statement), name);
  });
}

/** Whether a `for` or a `set` anywhere inside sets the name; parameters and `with` do not count. */
export function setsName(statements: readonly Statement[], name: string): boolean {
  return statements.some((statement) => {
    const sets = "target" in statement && targetSets(statement.target, name);
    return sets || setsName(bodiesOf(statement), name);
  });
}

function targetSets(target: Target, name: string): boolean {
  if (target.type === "name") return target.name === name;
  return target.type === "tuple" && target.items.some((item) => targetSets(item, name));
}

function expressionsOf(statement: Statement): Expression[] {
  switch (statement.type) {
    case "output":
      return [statement.expression];
    case "if":
      return statement.branches.map(([test]) => test);
    case "for":
      return present(statement.iterable, statement.test);
    case "set":
      return [statement.value];
    case "set-block":
      return present(statement.filter);
    case "with":
      return statement.bindings.map(([, value]) => value);
    case "macro":
      return present(...statement.parameters.map(({ fallback }) => fallback));
    case "call-block":
      return present(statement.call, ...statement.parameters.map(({ fallback }) => fallback));
    case "filter-block":
      return [statement.filter];
    case "autoescape":
      return [statement.enabled];
    default:
      return [];
  }
}

function bodiesOf(statement: Statement): Statement[] {
  switch (statement.type) {
    case "if":
      return [...statement.branches.flatMap(([, body]) => body), ...statement.otherwise];
    case "for":
      return [...statement.body, ...statement.otherwise];
    case "set-block":
    case "with":
    case "macro":
    case "call-block":
    case "filter-block":
    case "autoescape":
      return statement.body;
    default:
      return [];
  }
}
