import { bind, type ParameterSpec } from "../runtime/arguments.ts";
import type { Named, Py } from "../runtime/data.ts";
import type { Run } from "../runtime/run.ts";

export type Filter = (run: Run, value: Py, positional: Py[], named: Named) => Py;

/** A filter with a fixed list of parameters, each of which a template may name. */
export function filter(
  name: string,
  parameters: readonly ParameterSpec[],
  apply: (run: Run, value: Py, values: Py[]) => Py,
): Filter {
  return (run, value, positional, named) =>
    apply(run, value, bind(`The filter "${name}"`, parameters, positional, named));
}
