import { typeError, unsupported } from "../errors.ts";
import { Callable, noNames, type Py, PyObject, Tuple } from "./data.ts";
import { Dict } from "./dict.ts";
import type { Run } from "./run.ts";
import { unchanged } from "./sequences.ts";
import { repr } from "./text.ts";

/** What `range` gives: counted out only when someone looks. */
export class Range extends PyObject {
  readonly typeName = "range";
  readonly start: number;
  readonly stop: number;
  readonly step: number;
  readonly size: number;

  constructor(start: number, stop: number, step: number) {
    super();
    this.start = start;
    this.stop = stop;
    this.step = step;
    this.size = Math.max(0, Math.ceil((stop - start) / step));
  }

  at(index: number): number {
    return this.start + index * this.step;
  }

  override attribute(_run: Run, name: string): Py | undefined {
    return name === "start" || name === "stop" || name === "step" ? this[name] : undefined;
  }

  override text(): string {
    return this.step === 1 ? `range(${this.start}, ${this.stop})` : `range(${this.start}, ${this.stop}, ${this.step})`;
  }

  override *iterate(): Iterator<Py> {
    for (let index = 0; index < this.size; index++) yield this.at(index);
  }

  override length(): number {
    return this.size;
  }

  override equals(_run: Run, other: PyObject): boolean {
    if (!(other instanceof Range) || this.size !== other.size) return false;
    return this.size === 0 || (this.start === other.start && (this.size === 1 || this.step === other.step));
  }
}

/** What `keys`, `values` and `items` of a dict give: a view that follows the dict. */
export class DictView extends PyObject {
  readonly typeName: string;
  readonly part: "keys" | "values" | "items";
  readonly dict: Dict;

  constructor(dict: Dict, part: "keys" | "values" | "items") {
    super();
    this.dict = dict;
    this.part = part;
    this.typeName = `dict_${part}`;
  }

  items(): Iterable<Py> {
    if (this.part === "keys") return this.dict.keys();
    if (this.part === "values") return this.dict.values();
    return pairs(this.dict);
  }

  override text(run: Run): string {
    return `${this.typeName}(${repr(run, [...this.items()])})`;
  }

  override iterate(): Iterator<Py> {
    return unchanged(this.dict, this.items());
  }

  override length(): number {
    return this.dict.size;
  }

  override equals(_run: Run, other: PyObject): boolean {
    if (other instanceof DictView && this.part !== "values") throw unsupported("Comparing views of dictionaries");
    return this === other;
  }
}

function* pairs(dict: Dict): Iterable<Py> {
  for (const entry of dict.entries()) yield new Tuple(entry);
}

/** A class that templates know as a global: `range`, `dict`. Calling it makes an object. */
export class PyClass extends Callable {
  override readonly typeName = "type";
  private readonly path: string;

  constructor(path: string, make: Callable["call"]) {
    super(path, make);
    this.path = path;
  }

  override text(): string {
    return `<class '${this.path}'>`;
  }
}

/** What a macro sees of a loop that is over. Jinja2 lets this show through, so we do. */
export class Missing extends PyObject {
  readonly typeName = "MissingType";

  override text(): string {
    return "missing";
  }
}

/** What `namespace(…)` gives: the one thing whose fields a template can set from anywhere. */
export class Namespace extends PyObject {
  readonly typeName = "Namespace";
  readonly fields = new Map<string, Py>();

  override attribute(_run: Run, name: string): Py | undefined {
    return this.fields.get(name);
  }

  override text(run: Run): string {
    return `<Namespace ${repr(run, Dict.of(this.fields))}>`;
  }
}

/** What `cycler(…)` gives. */
export class Cycler extends PyObject {
  readonly typeName = "Cycler";
  private readonly items: Py[];
  private position = 0;

  constructor(items: Py[]) {
    super();
    if (items.length === 0) throw typeError("A cycler needs at least one item.");
    this.items = items;
  }

  override attribute(_run: Run, name: string): Py | undefined {
    switch (name) {
      case "current":
        return this.items[this.position];
      case "pos":
        return this.position;
      case "items":
        return new Tuple(this.items);
      case "next":
        return this.method("next", () => {
          const item = this.items[this.position]!;
          this.position = (this.position + 1) % this.items.length;
          return item;
        });
      case "reset":
        return this.method("reset", () => {
          this.position = 0;
          return null;
        });
    }
    return undefined;
  }

  private method(name: string, act: () => Py): Callable {
    return new Callable(name, (_run, positional, named) => {
      if (positional.length > 0 || named !== noNames) throw typeError(`"${name}" of a cycler takes no arguments.`);
      return act();
    });
  }
}

/** What `joiner(…)` gives: nothing at the first call, its separator from then on. */
export class Joiner extends Callable {
  override readonly typeName = "Joiner";

  constructor(separator: Py) {
    let used = false;
    super("joiner", (_run, positional, named) => {
      if (positional.length > 0 || named !== noNames) throw typeError("A joiner takes no arguments.");
      if (used) return separator;
      used = true;
      return "";
    });
  }
}
