import type { WorkflowDocument } from "./workflow-document.ts";

/** The ids of the steps of one circle, the first repeated at the end; undefined where the graph has none. */
export function findCircle(document: WorkflowDocument): string[] | undefined {
  const targets = new Map<string, string[]>();
  for (const { source, target } of document.graph.edges) {
    const known = targets.get(source);
    if (known === undefined) targets.set(source, [target]);
    else known.push(target);
  }
  const done = new Set<string>();
  for (const start of targets.keys()) {
    if (done.has(start)) continue;
    // Depth first with a stack of its own: a chain of ten thousand steps must not exhaust ours.
    const path: { id: string; next: number }[] = [{ id: start, next: 0 }];
    const onPath = new Set([start]);
    while (path.length > 0) {
      const top = path[path.length - 1]!;
      const target = targets.get(top.id)?.[top.next];
      top.next += 1;
      if (target === undefined) {
        done.add(top.id);
        onPath.delete(top.id);
        path.pop();
      } else if (onPath.has(target)) {
        const from = path.findIndex((entry) => entry.id === target);
        return [...path.slice(from).map((entry) => entry.id), target];
      } else if (!done.has(target)) {
        path.push({ id: target, next: 0 });
        onPath.add(target);
      }
    }
  }
  return undefined;
}
