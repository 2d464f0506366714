import type { RunQueueName } from "@diwan/contracts";
import type { RunId, WorkspaceScope } from "@diwan/kernel";

export type RunDelivery = { scope: WorkspaceScope; runId: RunId };

export type TakenRun = { queue: RunQueueName; delivery: RunDelivery };

/**
 * Runs that wait for a worker. The lowest place comes first, and of equal ones the run that was recorded first. Nothing is
 * kept of a run that was taken: whether somebody works on it is told by its lease in the database.
 */
export type WaitingRuns = {
  /** A run that waits already keeps the better of the two places. */
  add(queue: RunQueueName, delivery: RunDelivery, place: number): Promise<void>;
  openTaker(): RunTaker;
};

/** One consumer's way to them. */
export type RunTaker = {
  /**
   * Waits for a run, those of earlier queues before those of later ones; several calls are answered one after the other.
   * Undefined after `interrupt`, and from time to time; rejects while runs are out of reach.
   */
  take(queues: readonly RunQueueName[]): Promise<TakenRun | undefined>;
  /** Ends the calls that wait now; a later one may be ended with them. */
  interrupt(): void;
  /** What is still waited for rejects. */
  close(): void;
};

/** From 0 for a run that was given back, from 1 for the others. */
export function placeOf(ahead: number): number {
  return ahead + 1;
}
