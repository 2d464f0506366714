import { isTrue } from "../runtime/compare.ts";
import type { Py } from "../runtime/data.ts";
import { LoopContext, type Recurse } from "../runtime/loop-context.ts";
import type { Run } from "../runtime/run.ts";
import { iterate } from "../runtime/sequences.ts";
import type { ForStatement } from "../syntax/ast.ts";
import { analyseExpression, analyseStatements, declareTarget, readsName, setsName } from "./analyse.ts";
import { type Context, inner, innerFunction, syntaxError } from "./context.ts";
import { compileExpression } from "./expressions.ts";
import { type Execute, entry, exit, type Frame, newFrame } from "./frame.ts";
import { compileScope, compileStatements, markIf, printText } from "./statements.ts";
import { type Assign, compileReading, compileTarget } from "./targets.ts";

/** A loop over an iterable, at a depth of recursion. */
type Round = (frame: Frame, iterable: Py, depth: number) => void;

export function compileFor(context: Context, statement: ForStatement): Execute {
  if (setsName([statement], "loop")) syntaxError(statement.line, '"loop" cannot be set inside a loop.');
  const iterable = compileExpression(context, statement.iterable);
  if (statement.recursive) return compileRecursive(context, statement, iterable);
  const walk = compileRounds(context, inner(context), statement, undefined);
  return (frame) => walk(frame, iterable(frame), 0);
}

/** A recursive loop is a function: each call of `loop(…)` has variables of its own and gives text. */
function compileRecursive(context: Context, statement: ForStatement, iterable: (frame: Frame) => Py): Execute {
  const around = innerFunction(context);
  const body = inner(around);
  const render = (outer: Frame, run: Run, items: Py, depth: number): Py => {
    const frame = newFrame(run, body.scope.layout, outer);
    const text = run.deeper(() => run.capture(() => walk(frame, items, depth)));
    return markIf(context.autoescape, text);
  };
  const walk = compileRounds(around, body, statement, render);
  return printText("for", (frame) => render(frame, frame.run, iterable(frame), 0));
}

function compileRounds(
  context: Context,
  body: Context,
  statement: ForStatement,
  recurse: ((outer: Frame, run: Run, items: Py, depth: number) => Py) | undefined,
): Round {
  const { scope } = body;
  const usesLoop = recurse !== undefined || readsName(statement.body, "loop");
  const loopSlot = usesLoop ? scope.declare("loop").slot : undefined;
  declareTarget(scope, statement.target);
  analyseStatements(scope, statement.body);
  const assign = compileTarget(body, statement.target);
  const statements = compileStatements(body, statement.body);
  const [enter, leave] = [entry(scope), exit(scope)];
  const filtered = statement.test === undefined ? undefined : compileTestedItems(context, statement);
  const otherwise = statement.otherwise.length === 0 ? undefined : compileScope(context, statement.otherwise).execute;

  return (frame, iterable, depth) => {
    const { run } = frame;
    const tested = filtered?.(frame, iterable);
    let rounds = 0;
    const round = (item: Py) => {
      rounds++;
      run.charge(1);
      enter(frame);
      assign(frame, item);
      statements(frame);
    };
    if (loopSlot === undefined) {
      const items = tested ?? iterate(run, iterable);
      for (let step = items.next(); step.done !== true; step = items.next()) round(step.value);
    } else {
      const outer = frame.parent;
      const deeper: Recurse | undefined =
        recurse === undefined || outer === undefined
          ? undefined
          : (again, items, level) => recurse(outer, again, items, level);
      const loop = new LoopContext(run, iterable, tested, depth, deeper);
      frame.slots[loopSlot] = loop;
      for (let item = loop.next(); item !== undefined; item = loop.next()) round(item);
    }
    leave(frame);
    if (rounds === 0) otherwise?.(frame);
  };
}

/** `for … if …`: the items that pass, tested one by one as the loop asks for them. */
function compileTestedItems(context: Context, statement: ForStatement): (frame: Frame, iterable: Py) => Iterator<Py> {
  const block = inner(context);
  declareTarget(block.scope, statement.target);
  analyseExpression(block.scope, statement.test!);
  const assign: Assign = compileTarget(block, statement.target);
  const test = compileExpression(block, statement.test!);
  const passed = compileReading(block, statement.target);
  const enter = entry(block.scope);
  return function* (frame, iterable) {
    const { run } = frame;
    const items = iterate(run, iterable);
    for (let step = items.next(); step.done !== true; step = items.next()) {
      run.charge(1);
      enter(frame);
      assign(frame, step.value);
      // An item that was unpacked goes on as the tuple of its parts.
      if (isTrue(run, test(frame))) yield passed === undefined ? step.value : passed(frame);
    }
  };
}
