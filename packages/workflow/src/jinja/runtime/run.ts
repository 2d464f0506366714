import type { Value } from "../../values/index.ts";
import { limitExceeded } from "../errors.ts";
import type { JinjaLimits } from "../limits.ts";
import { fromValue } from "./convert.ts";
import type { Py } from "./data.ts";

/** One rendering: what it was given, what it has written so far and what it may still use. */
export class Run {
  /** Line of the statement being executed; an error is reported there. */
  line = 1;
  /** What the current buffer holds; blocks that capture their text put it aside. */
  output = "";
  /** Whether printed values are escaped at this moment: only inside `{% autoescape true %}`. */
  autoescape = false;
  private stepsLeft: number;
  private depth = 0;
  private readonly limits: JinjaLimits;
  private readonly given: Record<string, Value>;
  private readonly globals: ReadonlyMap<string, Py>;
  private readonly known = new Map<string, Py>();

  constructor(given: Record<string, Value>, globals: ReadonlyMap<string, Py>, limits: JinjaLimits) {
    this.given = given;
    this.globals = globals;
    this.limits = limits;
    this.stepsLeft = limits.maxSteps;
  }

  /** A name of the template's top level; variables hide globals. Converted on first use, so that unused ones cost nothing. */
  resolve(name: string): Py | undefined {
    const known = this.known.get(name);
    if (known !== undefined) return known;
    const given = Object.hasOwn(this.given, name) ? this.given[name] : undefined;
    if (given === undefined) return this.globals.get(name);
    const value = fromValue(this, given);
    this.known.set(name, value);
    return value;
  }

  /** What a `set` or `macro` outside all blocks makes visible to blocks and macros that do not see it otherwise. */
  define(name: string, value: Py): void {
    this.known.set(name, value);
  }

  write(text: string): void {
    this.output = this.text(this.output + text);
  }

  /** What runs inside writes to a buffer of its own, which is returned. */
  capture(write: () => void): string {
    const before = this.output;
    this.output = "";
    write();
    const captured = this.output;
    this.output = before;
    return captured;
  }

  /** Counts work; the unit is about one simple statement. */
  charge(steps: number): void {
    this.stepsLeft -= steps;
    if (!(this.stepsLeft >= 0)) throw limitExceeded(`It needs more than ${this.limits.maxSteps} steps.`);
  }

  /** Counts work on a text of this length, before or after it is done. */
  chargeText(length: number): void {
    if (length >= 64) this.charge(length / 64);
  }

  /** Refuses a text that is about to be made, before memory is taken for it. */
  reserve(length: number): void {
    if (!(length <= this.limits.maxOutputCharacters)) {
      throw limitExceeded(`A text would be longer than ${this.limits.maxOutputCharacters} characters.`);
    }
    this.chargeText(length);
  }

  /** Lets a text pass that was just made by joining others, if it is not too long. */
  text(made: string): string {
    if (made.length > this.limits.maxOutputCharacters) this.reserve(made.length);
    return made;
  }

  deeper<Result>(call: () => Result): Result {
    if (++this.depth > this.limits.maxDepth)
      throw limitExceeded(`Calls are nested more than ${this.limits.maxDepth} deep.`);
    const result = call();
    this.depth--;
    return result;
  }
}
