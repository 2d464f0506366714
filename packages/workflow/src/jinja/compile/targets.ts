import { typeError, valueError } from "../errors.ts";
import { type Py, Tuple } from "../runtime/data.ts";
import { Namespace } from "../runtime/objects.ts";
import type { Run } from "../runtime/run.ts";
import { iterate } from "../runtime/sequences.ts";
import type { Target } from "../syntax/ast.ts";
import type { Context } from "./context.ts";
import { compileExpression } from "./expressions.ts";
import type { Frame } from "./frame.ts";

export type Assign = (frame: Frame, value: Py) => void;

/** How a value gets into what stands left of `=` or between `for` and `in`. */
export function compileTarget(context: Context, target: Target): Assign {
  switch (target.type) {
    case "name":
      return compileNameTarget(context, target.name);
    case "field":
      return compileFieldTarget(context, target);
    case "tuple": {
      const parts = target.items.map((item) => compileTarget(context, item));
      return (frame, value) => {
        const values = unpack(frame.run, value, parts.length);
        for (let index = 0; index < parts.length; index++) parts[index]!(frame, values[index]!);
      };
    }
  }
}

/** What was given to a target of several parts, as the tuple of them; undefined for other targets. */
export function compileReading(context: Context, target: Target): ((frame: Frame) => Py) | undefined {
  if (target.type !== "tuple") return undefined;
  const parts = target.items.map((item) => {
    if (item.type !== "name") return compileReading(context, item);
    const { slot } = context.scope.reference(item.name);
    return (frame: Frame) => frame.slots[slot] as Py;
  });
  return (frame) => new Tuple(parts.flatMap((part) => (part === undefined ? [] : [part(frame)])));
}

function compileNameTarget(context: Context, name: string): Assign {
  // The scope is the one that sets the name, so its place is in the frame at hand.
  const { slot } = context.scope.reference(name);
  if (!context.topLevel) {
    return (frame, value) => {
      frame.slots[slot] = value;
    };
  }
  return (frame, value) => {
    frame.slots[slot] = value;
    frame.run.define(name, value);
  };
}

function compileFieldTarget(context: Context, { object, name, line }: Target & { type: "field" }): Assign {
  const read = compileExpression(context, { type: "name", name: object, line });
  return (frame, value) => {
    const namespace = read(frame);
    if (!(namespace instanceof Namespace)) throw typeError(`"${object}" is no namespace; only its fields can be set.`);
    namespace.fields.set(name, value);
  };
}

function unpack(run: Run, value: Py, count: number): Py[] {
  const items = iterate(run, value);
  const values: Py[] = [];
  for (let step = items.next(); step.done !== true; step = items.next()) {
    if (values.length === count) throw valueError(`There are more than ${count} values to unpack.`);
    values.push(step.value);
  }
  if (values.length < count) throw valueError(`There are only ${values.length} values to unpack, not ${count}.`);
  return values;
}
