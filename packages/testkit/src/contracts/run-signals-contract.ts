import type { RunSignals } from "@diwan/runs";
import { expect, it } from "vitest";
import { ids } from "./samples.ts";

/** What every RunSignals promises. @param open  Gives two views of one channel, as two processes have them. */
export function runSignalsContract(open: () => { here: RunSignals; there: RunSignals }): void {
  it("tells every process of a wish to stop, until it no longer listens", async () => {
    const { here, there } = open();
    const runId = ids.next<"run">();
    const heard: string[] = [];
    const forget = there.onStop((stopped) => heard.push(`there ${stopped}`));
    const heardHere = new Promise<void>((resolve) => {
      here.onStop((stopped) => {
        if (stopped === runId) resolve();
      });
    });
    await here.stop(runId);
    await heardHere;
    await expect.poll(() => heard).toEqual([`there ${runId}`]);
    forget();
    await here.stop(ids.next());
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(heard).toHaveLength(1);
  });
}
