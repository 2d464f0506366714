import { typeError, undefinedError } from "../errors.ts";
import { Callable, type Named, noNames, type Py, Undefined } from "../runtime/data.ts";
import { Dict } from "../runtime/dict.ts";
import { listOf } from "../runtime/sequences.ts";
import { isText, textOf, typeName } from "../runtime/types.ts";
import type { CallArguments } from "../syntax/ast.ts";
import type { Context } from "./context.ts";
import { compileExpression } from "./expressions.ts";
import type { Evaluate, Frame } from "./frame.ts";

type CompiledArguments = { positional: (frame: Frame) => Py[]; named: (frame: Frame) => Named };

const none: CompiledArguments = { positional: () => [], named: () => noNames };

export function compileArguments(context: Context, given: CallArguments): CompiledArguments {
  if (given.positional.length + given.named.length === 0 && !given.spread && !given.spreadNamed) return none;
  const values = given.positional.map((value) => compileExpression(context, value));
  const spread = given.spread && compileExpression(context, given.spread);
  const positional = (frame: Frame) => {
    const list = values.map((value) => value(frame));
    return spread === undefined ? list : list.concat(listOf(frame.run, spread(frame)));
  };
  return { positional, named: compileNamed(context, given) };
}

function compileNamed(context: Context, { named, spreadNamed }: CallArguments): (frame: Frame) => Named {
  if (named.length === 0 && spreadNamed === undefined) return none.named;
  const values = named.map(([name, value]) => [name, compileExpression(context, value)] as const);
  const spread = spreadNamed && compileExpression(context, spreadNamed);
  return (frame) => {
    const all = new Map<string, Py>();
    for (const [name, value] of values) all.set(name, value(frame));
    if (spread !== undefined) addSpread(all, spread(frame));
    return all.size === 0 ? noNames : all;
  };
}

function addSpread(named: Map<string, Py>, value: Py): void {
  if (value instanceof Undefined) throw undefinedError(value.problem);
  if (!(value instanceof Dict)) throw typeError(`"**" needs a dictionary, not ${typeName(value)}.`);
  for (const [key, item] of value.entries()) {
    if (!isText(key)) throw typeError('"**" needs texts as keys.');
    if (named.has(textOf(key))) throw typeError(`A call is given "${textOf(key)}" twice.`);
    named.set(textOf(key), item);
  }
}

/** @param caller  Handed on as the argument of that name: the body of a `call` block. */
export function compileCall(context: Context, callee: Evaluate, given: CallArguments, caller?: Evaluate): Evaluate {
  const { positional, named } = compileArguments(context, given);
  return (frame) => {
    const target = callee(frame);
    if (target instanceof Undefined) throw undefinedError(target.problem);
    if (!(target instanceof Callable)) throw typeError(`A value of type ${typeName(target)} cannot be called.`);
    frame.run.charge(1);
    const values = positional(frame);
    const names = named(frame);
    if (caller === undefined) return target.call(frame.run, values, names);
    if (names.has("caller")) throw typeError('A "call" block is given "caller" twice.');
    return target.call(frame.run, values, new Map(names).set("caller", caller(frame)));
  };
}
