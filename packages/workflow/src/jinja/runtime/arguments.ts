import { typeError } from "../errors.ts";
import { type Named, noNames, type Py } from "./data.ts";

/** A parameter's name, and its default where it may be left out. */
export type ParameterSpec = readonly [name: string, fallback?: Py];

/**
 * Lays the arguments of a call out in the order of the parameters, as Python does.
 *
 * @param what    How messages call the thing that is called.
 * @param byName  Whether arguments may be named; Python's own methods mostly refuse that.
 */
export function bind(
  what: string,
  parameters: readonly ParameterSpec[],
  positional: readonly Py[],
  named: Named,
  byName = true,
): Py[] {
  if (positional.length > parameters.length) {
    throw typeError(`${what} takes at most ${parameters.length} arguments, not ${positional.length}.`);
  }
  if (named !== noNames) refuseUnknown(what, parameters, positional.length, named, byName);
  return parameters.map((parameter, index) => {
    const given = index < positional.length ? positional[index] : named.get(parameter[0]);
    if (given !== undefined) return given;
    if (parameter.length === 1) throw typeError(`${what} needs the argument "${parameter[0]}".`);
    return parameter[1]!;
  });
}

function refuseUnknown(
  what: string,
  parameters: readonly ParameterSpec[],
  given: number,
  named: Named,
  byName: boolean,
): void {
  for (const name of named.keys()) {
    const index = byName ? parameters.findIndex((parameter) => parameter[0] === name) : -1;
    if (index < 0) throw typeError(`${what} takes no argument named "${name}".`);
    if (index < given) throw typeError(`${what} is given "${name}" twice.`);
  }
}
