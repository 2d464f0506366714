import type { Edge as FlowEdge, Node as FlowNode } from "@xyflow/react";
import type { Graph, Step } from "./graph.ts";
import { type LayOut, type Placed, placeSteps } from "./layout.ts";
import { toView } from "./mirror.ts";

type StepData = { step: Step; width: number; height: number };
export type StepFlowNode = FlowNode<StepData>;

/** The graph as React Flow draws it; parents come before their children, as it demands. */
export function toFlow(
  graph: Graph,
  rightToLeft: boolean,
  layOut?: LayOut,
): { nodes: StepFlowNode[]; edges: FlowEdge[] } {
  const placed = placeSteps(graph, layOut);
  const nodes = [...graph.steps]
    .sort((one, other) => depth(one, graph) - depth(other, graph))
    .map((step) => flowNode(step, placed, rightToLeft, layer(depth(step, graph))));
  const depths = new Map(graph.steps.map((step) => [step.id, depth(step, graph)]));
  const edges = graph.links.map((link) => ({
    id: link.id,
    source: link.source,
    target: link.target,
    sourceHandle: link.handle,
    targetHandle: "target",
    type: "link",
    // Above the box that holds it, below the steps that it joins.
    zIndex: layer(depths.get(link.source) ?? 0),
  }));
  return { nodes, edges };
}

function depth(step: Step, graph: Graph): number {
  let count = 0;
  for (let at: Step | undefined = step; at?.parent != null && count < 8; count += 1) {
    const { parent }: Step = at;
    at = graph.steps.find((other) => other.id === parent);
  }
  return count;
}

/** Boxes, what joins the steps of a box, and these steps: each level of nesting lies above the one around it. */
const layer = (level: number) => level * 2 + 1;

function flowNode(step: Step, placed: Map<string, Placed>, rightToLeft: boolean, zIndex: number): StepFlowNode {
  const place = placed.get(step.id) ?? { at: { x: 0, y: 0 }, width: 0, height: 0 };
  const container = step.parent === null ? null : (placed.get(step.parent)?.width ?? 0);
  return {
    id: step.id,
    type: step.view,
    position: toView(place.at, container, rightToLeft),
    data: { step, width: place.width, height: place.height },
    ...(step.parent === null ? {} : { parentId: step.parent }),
    ...(step.view === "container" || step.view === "note" ? { width: place.width, height: place.height } : {}),
    initialWidth: place.width,
    initialHeight: place.height,
    zIndex: step.view === "container" ? zIndex - 1 : zIndex,
    draggable: false,
    connectable: false,
  };
}
