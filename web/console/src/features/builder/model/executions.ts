import type { RunStep } from "@diwan/contracts";
import type { Frame } from "./frames.ts";

/** One time that a step ran: once, or once for each round of what it is in. */
export type Execution = { frame: Frame; tries: RunStep[] };

/** All times that a step ran, in the order of their rounds, each with its tries. */
export function executionsOf(steps: readonly RunStep[], nodeId: string): Execution[] {
  const found = new Map<string, Execution>();
  for (const step of steps) {
    if (step.node_id !== nodeId) continue;
    const known = found.get(step.id);
    if (known === undefined) found.set(step.id, { frame: step.frame, tries: [step] });
    else known.tries.push(step);
  }
  return [...found.values()].sort((one, other) => compareFrames(one.frame, other.frame));
}

function compareFrames(one: Frame, other: Frame): number {
  for (let depth = 0; depth < Math.min(one.length, other.length); depth += 1) {
    const by = (one[depth]?.[1] ?? 0) - (other[depth]?.[1] ?? 0);
    if (by !== 0) return by;
  }
  return one.length - other.length;
}
