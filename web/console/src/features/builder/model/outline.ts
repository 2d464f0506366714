import type { Graph, Step } from "./graph.ts";

export type OutlineEntry = { step: Step; depth: number };

/** All steps in the order they can run, what is inside a container right after it; notes are left out. */
export function outline(graph: Graph): OutlineEntry[] {
  const entries: OutlineEntry[] = [];
  const walk = (parent: string | null, depth: number) => {
    for (const step of inOrder(graph, parent)) {
      if (step.view !== "marker") entries.push({ step, depth });
      if (step.view === "container") walk(step.id, depth + 1);
    }
  };
  walk(null, 0);
  return entries;
}

/** Topological order of one level; ties by the file's order, and a circle's steps last. */
function inOrder(graph: Graph, parent: string | null): Step[] {
  const level = graph.steps.filter((step) => step.parent === parent && step.view !== "note");
  const ids = new Set(level.map((step) => step.id));
  const links = graph.links.filter((link) => ids.has(link.source) && ids.has(link.target));
  const waiting = new Map(level.map((step) => [step.id, links.filter((link) => link.target === step.id).length]));
  const ordered: Step[] = [];
  const rest = [...level];
  while (rest.length > 0) {
    const next = rest.findIndex((step) => waiting.get(step.id) === 0);
    const [step] = rest.splice(Math.max(next, 0), 1);
    if (step === undefined) break;
    ordered.push(step);
    for (const link of links) {
      if (link.source === step.id) waiting.set(link.target, (waiting.get(link.target) ?? 1) - 1);
    }
  }
  return ordered;
}
