import type { RunStep } from "@diwan/contracts";
import { containerKey, type RunView } from "./run-view.ts";

/** `of` is null where the number is not known before the end. */
export type Rounds = { begun: number; of: number | null };

/** How far a container has come; undefined for other steps, and for one that goes through nothing. */
export function roundsOf(container: RunStep, view: Pick<RunView, "rounds" | "steps">): Rounds | undefined {
  const of = lengthOf(container);
  if (of === undefined) return undefined;
  const begun = view.rounds[containerKey(container.node_id, container.frame)] ?? begunBySteps(container, view.steps);
  return begun === 0 && of === 0 ? undefined : { begun, of };
}

/** Iterations are given their items, loops how often they go round at most. */
function lengthOf({ node_type, inputs }: RunStep): number | null | undefined {
  if (node_type === "iteration") {
    const items = inputs["iterator_selector"];
    return Array.isArray(items) ? items.length : null;
  }
  if (node_type !== "loop") return undefined;
  return typeof inputs["loop_count"] === "number" ? inputs["loop_count"] : null;
}

function begunBySteps({ node_id, frame }: RunStep, steps: readonly RunStep[]): number {
  let begun = 0;
  for (const step of steps) {
    const place = step.frame[frame.length];
    if (place?.[0] !== node_id || place[1] < begun) continue;
    if (frame.every(([id, round], depth) => step.frame[depth]?.[0] === id && step.frame[depth]?.[1] === round)) {
      begun = place[1] + 1;
    }
  }
  return begun;
}
