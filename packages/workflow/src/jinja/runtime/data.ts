import type { Float } from "../../values/index.ts";
import type { Dict } from "./dict.ts";
import type { Run } from "./run.ts";

/** What an expression of a template can be. Lists are arrays, so they can be changed in place as in Python. */
export type Py =
  | null
  | boolean
  | number
  | bigint
  | Float
  | string
  | Markup
  | Tuple
  | Py[]
  | Dict
  | Undefined
  | PyObject;

/** Text that counts as escaped: the result of `escape`, `safe` and `tojson`. */
export class Markup {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

export class Tuple {
  readonly items: readonly Py[];

  constructor(items: readonly Py[]) {
    this.items = items;
  }
}

/** One group of the filter `groupby`: a pair whose parts have names as well. */
export class Group extends Tuple {
  constructor(grouper: Py, list: Py[]) {
    super([grouper, list]);
  }
}

/** A value nobody gave. It prints nothing and loops over nothing; any other use fails with `problem`. */
export class Undefined {
  readonly problem: string;

  constructor(problem: string) {
    this.problem = problem;
  }
}

/** Everything else: ranges, iterators, functions, `loop`, namespaces. Compared by identity, true unless it says otherwise. */
export abstract class PyObject {
  /** Python's name of the type. */
  abstract readonly typeName: string;

  /** Own attributes; nothing of the JavaScript object can be reached otherwise. */
  attribute(_run: Run, _name: string): Py | undefined {
    return undefined;
  }

  /** How it prints; absent where Python's text has an address in it. */
  text(_run: Run): string | undefined {
    return undefined;
  }

  /** What a loop over it walks through; absent where it cannot be looped over. */
  iterate(_run: Run): Iterator<Py> | undefined {
    return undefined;
  }

  /** Python's `==` with another object. */
  equals(_run: Run, other: PyObject): boolean {
    return this === other;
  }

  /** Number of items; absent where Python has no `len`. */
  length(_run: Run): number | undefined {
    return undefined;
  }
}

/** `value`, or what stands in for a missing one. Not `??`, to which Python's None would be missing, too. */
export function orElse(value: Py | undefined, otherwise: Py): Py {
  return value === undefined ? otherwise : value;
}

export type Named = ReadonlyMap<string, Py>;
export const noNames: Named = new Map();

/** Something a template can call: a global, a bound method, a macro. */
export class Callable extends PyObject {
  readonly typeName: string = "builtin_function_or_method";
  readonly name: string;
  readonly call: (run: Run, positional: Py[], named: Named) => Py;

  constructor(name: string, call: (run: Run, positional: Py[], named: Named) => Py) {
    super();
    this.name = name;
    this.call = call;
  }
}

/** A generator or iterator: gives its items once. */
export class PyIterator extends PyObject {
  readonly typeName: string;
  private readonly items: Iterator<Py>;

  constructor(items: Iterator<Py>, typeName = "generator") {
    super();
    this.items = items;
    this.typeName = typeName;
  }

  override iterate(): Iterator<Py> {
    return this.items;
  }
}
