import { typeError, unsupported } from "../errors.ts";
import { same } from "./compare.ts";
import { Callable, noNames, orElse, type Py, Undefined } from "./data.ts";
import type { Run } from "./run.ts";
import { iterate, length } from "./sequences.ts";

export type Recurse = (run: Run, iterable: Py, depth: number) => Py;

/** What `loop` is inside a `for`: where the loop stands, and in a recursive one the way to go deeper. */
export class LoopContext extends Callable {
  override readonly typeName = "LoopContext";
  private readonly iterable: Py;
  private readonly items: Iterator<Py>;
  private readonly depth: number;
  private index0 = -1;
  private current: Py | undefined;
  private previous: Py | undefined;
  /** Items looked at ahead of their turn; more than one only once the length was asked for. */
  private ahead: Py[] = [];
  private known: number | undefined;
  private lastChanged: Py[] | undefined;

  constructor(run: Run, iterable: Py, items: Iterator<Py> | undefined, depth: number, recurse: Recurse | undefined) {
    super("loop", (current, positional, named) => {
      if (recurse === undefined) throw typeError('"loop" can be called only in a loop that is recursive.');
      const [nested] = positional;
      if (positional.length !== 1 || nested === undefined || named !== noNames)
        throw typeError('"loop" takes what to loop over.');
      return recurse(current, nested, depth + 1);
    });
    this.iterable = iterable;
    this.items = items ?? iterate(run, iterable);
    this.known = items === undefined ? undefined : -1;
    this.depth = depth;
  }

  /** Moves to the next item; undefined at the end. */
  next(): Py | undefined {
    const item = this.ahead.length > 0 ? this.ahead.shift()! : this.pull();
    if (item === undefined) return undefined;
    this.index0++;
    this.previous = this.current;
    this.current = item;
    return item;
  }

  private pull(): Py | undefined {
    const step = this.items.next();
    return step.done === true ? undefined : step.value;
  }

  private peek(): Py | undefined {
    if (this.ahead.length === 0) {
      const item = this.pull();
      if (item !== undefined) this.ahead.push(item);
    }
    return this.ahead[0];
  }

  /** How many items there are in all; where that cannot be known from outside, the rest is fetched. */
  override length(run: Run): number {
    if (this.known === undefined || this.known < 0) {
      const outside = this.known === undefined ? length(run, this.iterable) : undefined;
      this.known = outside ?? this.fetchRest(run);
    }
    return this.known;
  }

  private fetchRest(run: Run): number {
    for (let item = this.pull(); item !== undefined; item = this.pull()) {
      run.charge(0.25);
      this.ahead.push(item);
    }
    return this.index0 + 1 + this.ahead.length;
  }

  override attribute(run: Run, name: string): Py | undefined {
    switch (name) {
      case "index":
        return this.index0 + 1;
      case "index0":
        return this.index0;
      case "revindex":
        return this.length(run) - this.index0;
      case "revindex0":
        return this.length(run) - this.index0 - 1;
      case "first":
        return this.index0 === 0;
      case "last":
        return this.peek() === undefined;
      case "length":
        return this.length(run);
      case "depth":
        return this.depth + 1;
      case "depth0":
        return this.depth;
      case "previtem":
        return orElse(this.previous, new Undefined("There is no previous item."));
      case "nextitem":
        return orElse(this.peek(), new Undefined("There is no next item."));
      case "cycle":
        return new Callable("cycle", (_run, positional, named) => this.cycle(positional, named.size));
      case "changed":
        return new Callable("changed", (current, positional, named) => this.changed(current, positional, named.size));
    }
    return undefined;
  }

  private cycle(positional: Py[], names: number): Py {
    if (positional.length === 0 || names > 0) throw typeError('"loop.cycle" needs what to choose from.');
    return positional[this.index0 % positional.length]!;
  }

  private changed(run: Run, positional: Py[], names: number): boolean {
    if (names > 0) throw typeError('"loop.changed" takes no named arguments.');
    const before = this.lastChanged;
    if (
      before !== undefined &&
      before.length === positional.length &&
      before.every((item, index) => same(run, item, positional[index]!))
    ) {
      return false;
    }
    this.lastChanged = positional;
    return true;
  }

  override iterate(): undefined {
    throw unsupported('Looping over "loop"');
  }

  override text(run: Run): string {
    return `<LoopContext ${this.index0 + 1}/${this.length(run)}>`;
  }
}
