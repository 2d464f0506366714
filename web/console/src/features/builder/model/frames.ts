import type { RunStep } from "@diwan/contracts";

/** Where in nested containers a step ran, from the outside in; rounds count from 0. */
export type Frame = RunStep["frame"];

/**
 * A frame as the address holds it, as in "r2.1": rounds from the outside in, counted from 1. The step itself tells the
 * containers. The letter keeps the router from taking it for a number.
 */
export function frameText(frame: Frame): string | undefined {
  return frame.length === 0 ? undefined : `r${frame.map(([, round]) => round + 1).join(".")}`;
}
