import type { Py } from "../runtime/data.ts";
import { Missing } from "../runtime/objects.ts";
import type { Run } from "../runtime/run.ts";
import type { FrameLayout, Load, Reference, Scope } from "./scopes.ts";

/** The variables of one call of a function. A macro sees those of the function it was defined in through `parent`. */
export type Frame = { readonly run: Run; readonly slots: (Py | undefined)[]; readonly parent: Frame | undefined };

export type Evaluate = (frame: Frame) => Py;
export type Execute = (frame: Frame) => void;

export function newFrame(run: Run, layout: FrameLayout, parent: Frame | undefined): Frame {
  return { run, slots: new Array<Py | undefined>(layout.size).fill(undefined), parent };
}

/** How code of one function reads a variable of its own or of a function around it. */
export function reader(from: FrameLayout, { owner, slot }: Reference): (frame: Frame) => Py | undefined {
  const hops = distance(from, owner);
  if (hops === 0) return (frame) => frame.slots[slot];
  if (hops === 1) return (frame) => frame.parent!.slots[slot];
  return (frame) => {
    let holder = frame;
    for (let hop = 0; hop < hops; hop++) holder = holder.parent!;
    return holder.slots[slot];
  };
}

function distance(from: FrameLayout, owner: FrameLayout): number {
  let hops = 0;
  for (let layout = from; layout !== owner; layout = layout.parent!) hops++;
  return hops;
}

/** What entering a scope does to its variables. Made after the scope is analysed. */
export function entry(scope: Scope): Execute {
  const starts = [...scope.loads]
    .filter(([, load]) => load.kind !== "given")
    .map(([slot, load]) => start(scope, slot, load));
  if (starts.length === 0) return () => {};
  if (starts.length === 1) return starts[0]!;
  return (frame) => {
    for (const begin of starts) begin(frame);
  };
}

function start(scope: Scope, slot: number, load: Load): Execute {
  if (load.kind === "resolve") {
    const { name } = load;
    return (frame) => {
      frame.slots[slot] = frame.run.resolve(name);
    };
  }
  if (load.kind !== "copy") {
    return (frame) => {
      frame.slots[slot] = undefined;
    };
  }
  const read = reader(scope.layout, load.from);
  return (frame) => {
    frame.slots[slot] = read(frame);
  };
}

const missing = new Missing();

/** What leaving a scope does: its values cannot be read afterwards, not even by a macro that was defined in it. */
export function exit(scope: Scope): Execute {
  const left = [...scope.loads].map(([slot, load]) => [slot, load.kind === "given" ? missing : undefined] as const);
  return (frame) => {
    for (const [slot, value] of left) frame.slots[slot] = value;
  };
}
