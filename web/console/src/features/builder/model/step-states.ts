import type { RunStep } from "@diwan/contracts";
import type { Graph } from "./graph.ts";
import { chosenPort } from "./ports.ts";
import { type Rounds, roundsOf } from "./rounds.ts";
import { isOver, type RunView } from "./run-view.ts";

/** `waiting` is for a person's answer. */
export type StateName =
  | "waiting"
  | "running"
  | "succeeded"
  | "second-try"
  | "handled"
  | "failed"
  | "stopped"
  | "skipped"
  | "not-reached";
export type StepState = {
  name: StateName;
  elapsedMs: number | null;
  /** Of a container: how far its latest going-through has come. */
  rounds?: Rounds;
};
export type LinkState = "taken" | "in-use" | "not-taken";

/** How each step and link of the canvas stands in a run. Links and steps without an entry are as at rest. */
export function statesOf(
  graph: Graph,
  view: RunView,
): { steps: Map<string, StepState>; links: Map<string, LinkState> } {
  const latest = latestTries(view.steps);
  const over = isOver(view.status);
  const steps = new Map<string, StepState>();
  for (const [id, tries] of latest) steps.set(id, stateOf(tries, view));

  const links = new Map<string, LinkState>();
  for (const link of graph.links) {
    const source = latest.get(link.source)?.at(-1);
    if (
      source === undefined ||
      source.status === "running" ||
      source.status === "waiting" ||
      source.status === "retried" ||
      source.status === "failed"
    )
      continue;
    const chosen = chosenPort(source.node_type, source.status, source.outputs);
    const taken = chosen === null ? link.handle !== "fail-branch" : chosen === link.handle;
    links.set(link.id, taken ? (steps.get(link.target)?.name === "running" ? "in-use" : "taken") : "not-taken");
  }
  // A step is passed by when every way to it is; that may pass by the next one in turn.
  for (let changed = true; changed; ) {
    changed = false;
    for (const step of graph.steps) {
      if (steps.has(step.id) || step.view === "note") continue;
      const incoming = graph.links.filter((link) => link.target === step.id);
      const passedBy = incoming.length > 0 && incoming.every((link) => links.get(link.id) === "not-taken");
      const inside = step.parent !== null && steps.get(step.parent)?.name === "skipped";
      if (!passedBy && !inside) continue;
      steps.set(step.id, { name: "skipped", elapsedMs: null });
      for (const link of graph.links) if (link.source === step.id) links.set(link.id, "not-taken");
      changed = true;
    }
  }
  const complete = view.status === "succeeded" || view.status === "partial-succeeded";
  for (const step of graph.steps) {
    if (!over || steps.has(step.id) || step.view === "note" || step.view === "marker") continue;
    steps.set(step.id, { name: complete ? "skipped" : "not-reached", elapsedMs: null });
  }
  for (const link of graph.links) {
    if (!links.has(link.id) && (steps.get(link.source)?.name === "failed" || isPassedBy(steps.get(link.source))))
      links.set(link.id, "not-taken");
  }
  return { steps, links };
}

export function isPassedBy(state: StepState | undefined): boolean {
  return state?.name === "skipped" || state?.name === "not-reached";
}

/** Tries by step, in order; of a step inside a container, those of all rounds. */
function latestTries(steps: RunStep[]): Map<string, RunStep[]> {
  const tries = new Map<string, RunStep[]>();
  for (const step of steps) {
    const before = tries.get(step.node_id);
    if (before === undefined) tries.set(step.node_id, [step]);
    else before.push(step);
  }
  return tries;
}

function stateOf(tries: RunStep[], view: RunView): StepState {
  const over = isOver(view.status);
  const last = tries.at(-1);
  const elapsedMs = tries.every((step) => step.elapsed_ms === null)
    ? null
    : tries.reduce((sum, step) => sum + (step.elapsed_ms ?? 0), 0);
  const name = (): StateName => {
    if (tries.some((step) => step.status === "waiting")) return over ? "stopped" : "waiting";
    if (tries.some((step) => step.status === "running")) {
      // While a run is paused, nothing is at work but what holds a step that waits.
      if (view.status === "paused") return "waiting";
      return over ? "stopped" : "running";
    }
    if (tries.some((step) => step.status === "failed")) return "failed";
    if (last?.status === "retried") return over ? "stopped" : "running";
    if (tries.some((step) => step.status === "exception")) return "handled";
    return tries.some((step) => step.status === "retried") ? "second-try" : "succeeded";
  };
  const rounds = last === undefined ? undefined : roundsOf(last, view);
  return { name: name(), elapsedMs, ...(rounds === undefined ? {} : { rounds }) };
}
