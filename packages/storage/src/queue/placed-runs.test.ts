import { aScope, ids } from "@diwan/testkit/contracts";
import { expect, it } from "vitest";
import { PlacedRuns } from "./placed-runs.ts";

it("gives runs in the order of their best places, whatever order they came in", () => {
  const scope = aScope();
  const runIds = Array.from({ length: 40 }, () => ids.next<"run">());
  for (let round = 0; round < 50; round += 1) {
    const runs = new PlacedRuns();
    const best = new Map<string, number>();
    for (let step = 0; step < 80; step += 1) {
      const runId = runIds[(step * 7 + round * 13 + step * step) % 40]!;
      const place = (step * 31 + round * 17) % 6;
      runs.add({ scope, runId }, place);
      best.set(runId, Math.min(place, best.get(runId) ?? place));
    }
    const expected = [...best].sort(([a, placeA], [b, placeB]) => placeA - placeB || (a < b ? -1 : 1));
    expect(runs.size).toBe(expected.length);
    const taken = Array.from({ length: runs.size }, () => runs.takeFirst()?.runId);
    expect(taken).toEqual(expected.map(([runId]) => runId));
    expect(runs.takeFirst()).toBeUndefined();
  }
});
