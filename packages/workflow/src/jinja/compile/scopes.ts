import { unsupported } from "../errors.ts";

/** Where a variable lives: in the frame of one function, at one place. */
export type Reference = { owner: FrameLayout; slot: number };

/** How a variable starts out each time its scope is entered. */
export type Load =
  | { kind: "unset" }
  | { kind: "given" } // the parameter of a loop, a `with` or a macro, set by whoever enters the scope
  | { kind: "resolve"; name: string } // from the variables of the template
  | { kind: "copy"; from: Reference }; // from the scope around

/** The variables of one function: the template itself, a block, a macro, the body of a recursive loop. */
export class FrameLayout {
  readonly parent: FrameLayout | undefined;
  size = 0;

  constructor(parent: FrameLayout | undefined) {
    this.parent = parent;
  }
}

/**
 * The names of one scope. Which value a name has is decided before anything runs, as Jinja2 does it: reading comes from the
 * scope around or else from the template's variables; a name that is set here is this scope's own from its start on.
 */
export class Scope {
  readonly layout: FrameLayout;
  readonly loads = new Map<number, Load>();
  private readonly parent: Scope | undefined;
  private readonly slots: Map<string, number>;
  private names = new Set<string>();
  private stored = new Set<string>();

  constructor(layout: FrameLayout, parent: Scope | undefined, slots = new Map<string, number>()) {
    this.layout = layout;
    this.parent = parent;
    this.slots = slots;
  }

  find(name: string): Reference | undefined {
    if (this.names.has(name)) return { owner: this.layout, slot: this.slots.get(name)! };
    return this.parent?.find(name);
  }

  reference(name: string): Reference {
    const found = this.find(name);
    if (found === undefined) throw unsupported(`The name "${name}" at this place`);
    return found;
  }

  declare(name: string): Reference {
    return this.define(name, { kind: "given" });
  }

  read(name: string): void {
    if (this.find(name) === undefined) this.define(name, { kind: "resolve", name });
  }

  store(name: string): void {
    this.stored.add(name);
    if (this.names.has(name)) return;
    const outer = this.parent?.find(name);
    this.define(name, outer === undefined ? { kind: "unset" } : { kind: "copy", from: outer });
  }

  /**
   * Analyses the branches of an `if`. A name that only some of them set keeps, in the others, the value from outside.
   */
  branch(branches: ((scope: Scope) => void)[]): void {
    const copies = branches.map((analyse) => {
      const copy = this.copy();
      analyse(copy);
      return copy;
    });
    const counts = new Map<string, number>();
    for (const { stored } of copies) {
      for (const name of stored) if (!this.stored.has(name)) counts.set(name, (counts.get(name) ?? 0) + 1);
    }
    for (const copy of copies) {
      for (const name of copy.names) this.names.add(name);
      for (const name of copy.stored) this.stored.add(name);
      for (const [slot, load] of copy.loads) this.loads.set(slot, load);
    }
    for (const [name, count] of counts) {
      if (count === branches.length) continue;
      const outer = this.parent?.find(name);
      this.loads.set(
        this.slots.get(name)!,
        outer === undefined ? { kind: "resolve", name } : { kind: "copy", from: outer },
      );
    }
  }

  private copy(): Scope {
    const copy = new Scope(this.layout, this.parent, this.slots);
    copy.names = new Set(this.names);
    copy.stored = new Set(this.stored);
    for (const [slot, load] of this.loads) copy.loads.set(slot, load);
    return copy;
  }

  private define(name: string, load: Load): Reference {
    let slot = this.slots.get(name);
    if (slot === undefined) {
      slot = this.layout.size++;
      this.slots.set(name, slot);
    }
    this.names.add(name);
    this.loads.set(slot, load);
    return { owner: this.layout, slot };
  }
}
