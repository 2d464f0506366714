import { typeError } from "../errors.ts";
import { Callable, Markup, type Named, type Py, Tuple } from "./data.ts";
import { Dict } from "./dict.ts";
import type { Run } from "./run.ts";

/** What is known about a macro before it is called. */
export type MacroShape = {
  /** Absent for the body of a `call` block. */
  name: string | undefined;
  parameters: readonly string[];
  /** Which of the special names its body reads; only those may be given. */
  uses: { caller: boolean; varargs: boolean; kwargs: boolean };
};

/** The arguments of one call; a parameter that was not given is undefined. */
export type MacroArguments = { values: (Py | undefined)[]; caller: Py | undefined; varargs: Py; kwargs: Py };

/** A macro, or the body of a `call` block. */
export class Macro extends Callable {
  override readonly typeName = "Macro";
  private readonly shape: MacroShape;

  constructor(shape: MacroShape, body: (run: Run, given: MacroArguments) => string) {
    super(shape.name ?? "caller", (run, positional, named) => {
      run.charge(1);
      const text = run.deeper(() => body(run, assign(shape, positional, named)));
      return run.autoescape ? new Markup(text) : text;
    });
    this.shape = shape;
  }

  override attribute(_run: Run, name: string): Py | undefined {
    const { shape } = this;
    switch (name) {
      case "name":
        return shape.name ?? null;
      case "arguments":
        return new Tuple(shape.parameters);
      case "catch_kwargs":
        return shape.uses.kwargs;
      case "catch_varargs":
        return shape.uses.varargs;
      case "caller":
        return shape.uses.caller;
    }
    return undefined;
  }

  override text(): string {
    const { name } = this.shape;
    return name === undefined ? "<Macro anonymous>" : `<Macro '${name}'>`;
  }
}

function assign({ name = "caller", parameters, uses }: MacroShape, positional: Py[], named: Named): MacroArguments {
  const left = new Map(named);
  const values = parameters.map((parameter, index) => {
    if (index < positional.length) return positional[index];
    const given = left.get(parameter);
    left.delete(parameter);
    return given;
  });
  let caller: Py | undefined;
  if (uses.caller && !parameters.includes("caller")) {
    caller = left.get("caller");
    left.delete("caller");
  }
  if (!uses.kwargs && left.size > 0) {
    throw typeError(`The macro "${name}" takes no argument named "${[...left.keys()][0]}".`);
  }
  if (!uses.varargs && positional.length > parameters.length) {
    throw typeError(`The macro "${name}" takes at most ${parameters.length} arguments, not ${positional.length}.`);
  }
  return { values, caller, varargs: new Tuple(positional.slice(parameters.length)), kwargs: Dict.of(left) };
}
