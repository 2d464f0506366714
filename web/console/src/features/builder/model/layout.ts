import type { Graph, Point, Step } from "./graph.ts";
import { rowsOf } from "./rows.ts";

const stepWidth = 252;
const innerWidth = 224;
const headHeight = 51;
const rowHeight = 32;
const bodyEnd = 5;
const markerSize = 32;
export const containerPadding = { x: 24, top: 72, bottom: 24 };

/** Finds a place for every step of a level; part of a module that is loaded only where a file lacks places. */
export type LayOut = (
  graph: Graph,
  level: Step[],
  sizes: Map<string, { width: number; height: number }>,
  inside: boolean,
) => Map<string, Point>;

/** Whether steps must be laid out before they can be drawn. */
export function lacksPlaces(graph: Graph): boolean {
  return graph.steps.some((step) => step.at === null && step.view !== "note");
}

export type Placed = { at: Point; width: number; height: number };

function stepHeight(step: Step): number {
  const rows = rowsOf(step).length;
  return headHeight + (rows === 0 ? 0 : rows * rowHeight + bodyEnd);
}

/**
 * A place and size for every step, in the document's own direction. Positions of the file stay; a level (the canvas, or the
 * inside of a container) where one is missing is laid out anew, for half a layout cannot be completed without overlaps.
 */
export function placeSteps(graph: Graph, layOut?: LayOut): Map<string, Placed> {
  const placed = new Map<string, Placed>();
  const children = new Map<string | null, Step[]>();
  for (const step of graph.steps) children.set(step.parent, [...(children.get(step.parent) ?? []), step]);

  const placeLevel = (parent: string | null) => {
    const level = children.get(parent) ?? [];
    // Containers first learn their size from what is inside.
    for (const step of level) if (step.view === "container") placeLevel(step.id);
    const sizes = new Map(level.map((step) => [step.id, sizeOf(step, children.get(step.id) ?? [], placed)]));
    const missing = level.some((step) => step.at === null);
    const spots =
      missing && layOut !== undefined
        ? layOut(graph, level, sizes, parent !== null)
        : new Map(level.map((step) => [step.id, step.at]));
    for (const step of level) {
      const size = sizes.get(step.id) ?? { width: stepWidth, height: headHeight };
      placed.set(step.id, { at: spots.get(step.id) ?? { x: 0, y: 0 }, ...size });
    }
  };
  placeLevel(null);
  return placed;
}

function sizeOf(step: Step, inside: Step[], placed: Map<string, Placed>): { width: number; height: number } {
  if (step.view === "marker") return { width: markerSize, height: markerSize };
  if (step.view === "note") return step.size ?? { width: 240, height: 88 };
  if (step.view === "step") return { width: step.parent === null ? stepWidth : innerWidth, height: stepHeight(step) };
  const boxes = inside.flatMap((child) => placed.get(child.id) ?? []);
  const needed = {
    width: Math.max(320, ...boxes.map((box) => box.at.x + box.width + containerPadding.x)),
    height: Math.max(140, ...boxes.map((box) => box.at.y + box.height + containerPadding.bottom)),
  };
  return {
    width: Math.max(step.size?.width ?? 0, needed.width),
    height: Math.max(step.size?.height ?? 0, needed.height),
  };
}
