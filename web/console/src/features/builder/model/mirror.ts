import type { Point } from "./graph.ts";

/**
 * Where a step's origin is drawn. Right to left, the origin is the step's right corner (node origin [1, 0]): on the canvas x
 * turns its sign, inside a container it counts from the container's right edge. The document never changes.
 *
 * @param containerWidth  Of the container the step is in; null on the canvas.
 */
export function toView(at: Point, containerWidth: number | null, rightToLeft: boolean): Point {
  return rightToLeft ? { x: (containerWidth ?? 0) - at.x, y: at.y } : at;
}
