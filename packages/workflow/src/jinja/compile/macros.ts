import { orElse, type Py, Undefined } from "../runtime/data.ts";
import { Macro, type MacroArguments, type MacroShape } from "../runtime/macro.ts";
import type { CallStatement, Expression, MacroStatement, Parameter, Statement } from "../syntax/ast.ts";
import { analyseExpression, analyseStatements, readsName } from "./analyse.ts";
import { compileCall } from "./calls.ts";
import { type Context, innerFunction, syntaxError } from "./context.ts";
import { compileExpression } from "./expressions.ts";
import { type Evaluate, type Execute, entry, type Frame, newFrame } from "./frame.ts";
import { compileStatements, printText } from "./statements.ts";
import { compileTarget } from "./targets.ts";

export function compileMacro(context: Context, statement: MacroStatement): Execute {
  const macro = compileMacroBody(context, statement.name, statement.parameters, statement.body, statement.line);
  const assign = compileTarget(context, { type: "name", name: statement.name, line: statement.line });
  return (frame) => assign(frame, macro(frame));
}

/** `{% call %}`: the body becomes a macro that the called one finds as `caller`. */
export function compileCallBlock(context: Context, statement: CallStatement): Execute {
  const caller = compileMacroBody(context, undefined, statement.parameters, statement.body, statement.line);
  const call = statement.call as Expression & { type: "call" };
  return printText("call", compileCall(context, compileExpression(context, call.callee), call.arguments, caller));
}

const specialNames = ["caller", "varargs", "kwargs"] as const;

function compileMacroBody(
  outer: Context,
  name: string | undefined,
  parameters: Parameter[],
  body: Statement[],
  line: number,
): Evaluate {
  const context = innerFunction(outer);
  const { scope } = context;
  const names = parameters.map((parameter) => parameter.name);
  const reads = (special: string) => readsName(body, special) && (special === "caller" || !names.includes(special));
  const uses = { caller: reads("caller"), varargs: reads("varargs"), kwargs: reads("kwargs") };
  if (uses.caller && parameters.some((one) => one.name === "caller" && one.fallback === undefined)) {
    syntaxError(line, 'A parameter called "caller" needs a default.');
  }
  const slots = names.map((parameter) => scope.declare(parameter).slot);
  const special = specialNames
    .filter((one) => uses[one] && !names.includes(one))
    .map((one) => [one, scope.declare(one).slot] as const);
  for (const { fallback } of parameters) if (fallback !== undefined) analyseExpression(scope, fallback);
  analyseStatements(scope, body);

  const fallbacks = parameters.map((parameter) => compileFallback(context, parameter));
  const statements = compileStatements(context, body);
  const enter = entry(scope);
  const shape: MacroShape = { name, parameters: names, uses };
  const noCaller = new Undefined("There is no caller.");

  return (around) =>
    new Macro(shape, (run, given) => {
      const frame = newFrame(run, scope.layout, around);
      enter(frame);
      for (const [one, slot] of special) frame.slots[slot] = orElse(given[one], noCaller);
      fill(frame, slots, fallbacks, given);
      const { line: calledFrom } = run;
      const text = run.capture(() => statements(frame));
      run.line = calledFrom;
      return text;
    });
}

function compileFallback(context: Context, { name, fallback }: Parameter): Evaluate {
  if (fallback !== undefined) return compileExpression(context, fallback);
  const missing = new Undefined(`The parameter "${name}" was not given.`);
  return () => missing;
}

/** Defaults are worked out at each call, from left to right, and may use the parameters before them. */
function fill(frame: Frame, slots: number[], fallbacks: Evaluate[], { values }: MacroArguments): void {
  slots.forEach((slot, index) => {
    const given: Py | undefined = values[index];
    frame.slots[slot] = given === undefined ? fallbacks[index]!(frame) : given;
  });
}
