import { bind, type ParameterSpec } from "../runtime/arguments.ts";
import type { Named, Py } from "../runtime/data.ts";
import type { Run } from "../runtime/run.ts";

/** A method of a built-in type, called on `self`. */
export type Method<Self> = (run: Run, self: Self, positional: Py[], named: Named) => Py;

export type Methods<Self> = Record<string, Method<Self>>;

/** A method with a fixed list of parameters, which cannot be named in a call unless `byName`. */
export function method<Self>(
  name: string,
  parameters: readonly ParameterSpec[],
  run: (run: Run, self: Self, values: Py[]) => Py,
  byName = false,
): Method<Self> {
  return (current, self, positional, named) =>
    run(current, self, bind(`"${name}"`, parameters, positional, named, byName));
}
