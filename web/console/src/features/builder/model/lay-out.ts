import dagre from "@dagrejs/dagre";
import type { Point } from "./graph.ts";
import { containerPadding, type LayOut } from "./layout.ts";

/** Columns along the flow, for a level of which a place is missing. */
export const layOut: LayOut = (graph, level, sizes, inside) => {
  const plan = new dagre.graphlib.Graph();
  plan.setGraph({ rankdir: "LR", nodesep: 36, edgesep: 80, ranksep: inside ? 48 : 80 });
  plan.setDefaultEdgeLabel(() => ({}));
  for (const step of level) if (step.view !== "note") plan.setNode(step.id, { ...sizes.get(step.id) });
  for (const link of graph.links) {
    if (plan.hasNode(link.source) && plan.hasNode(link.target)) plan.setEdge(link.source, link.target);
  }
  dagre.layout(plan);
  const shift = inside ? { x: containerPadding.x, y: containerPadding.top } : { x: 0, y: 0 };
  return new Map(
    level.map((step): [string, Point] => {
      if (step.view === "note") return [step.id, step.at ?? { x: 0, y: -160 }];
      const { x, y, width, height } = plan.node(step.id) as { x: number; y: number; width: number; height: number };
      return [step.id, { x: Math.round(x - width / 2 + shift.x), y: Math.round(y - height / 2 + shift.y) }];
    }),
  );
};
