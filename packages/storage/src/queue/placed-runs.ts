import type { RunId } from "@diwan/kernel";
import type { RunDelivery } from "./waiting-runs.ts";

type Placed = { delivery: RunDelivery; place: number };

/** Runs in the order of their places, of equal ones in that of their ids; each once. */
export class PlacedRuns {
  /** The first comes last, where taking it is cheap. */
  readonly #runs: Placed[] = [];
  readonly #places = new Map<RunId, number>();

  get size(): number {
    return this.#runs.length;
  }

  add(delivery: RunDelivery, place: number): void {
    const { runId } = delivery;
    const before = this.#places.get(runId);
    if (before !== undefined) {
      if (before <= place) return;
      this.#runs.splice(this.#indexOf(before, runId), 1);
    }
    this.#places.set(runId, place);
    this.#runs.splice(this.#indexOf(place, runId), 0, { delivery, place });
  }

  takeFirst(): RunDelivery | undefined {
    const first = this.#runs.pop()?.delivery;
    if (first !== undefined) this.#places.delete(first.runId);
    return first;
  }

  /** Where it is, or where it belongs. */
  #indexOf(place: number, runId: RunId): number {
    let [from, to] = [0, this.#runs.length];
    while (from < to) {
      const middle = (from + to) >> 1;
      const other = this.#runs[middle]!;
      const isAfter = other.place > place || (other.place === place && other.delivery.runId > runId);
      if (isAfter) from = middle + 1;
      else to = middle;
    }
    return from;
  }
}
