import { setTimeout as sleep } from "node:timers/promises";
import { expect, it } from "vitest";
import { OpenAnswers } from "./open-answers.ts";

/** Ends when it is told to, and notes when that was. */
function answer(open: OpenAnswers, isResumable: boolean) {
  const { abort, forget } = open.add(isResumable);
  const state = { endedAt: Number.NaN };
  abort.signal.addEventListener("abort", () => {
    state.endedAt = performance.now();
    forget();
  });
  return { state, forget };
}

it("ends answers whose readers can go on elsewhere soon, and the others after their own time", async () => {
  const open = new OpenAnswers();
  const [resumable, other] = [answer(open, true), answer(open, false)];
  const startedAt = performance.now();
  await open.drain({ resumableMs: 20, otherMs: 120 });
  expect(resumable.state.endedAt - startedAt).toBeLessThan(100);
  expect(other.state.endedAt - startedAt).toBeGreaterThanOrEqual(115);
});

it("waits no longer than for the last answer that ends by itself", async () => {
  const open = new OpenAnswers();
  const { state, forget } = answer(open, false);
  const drained = open.drain({ resumableMs: 10_000, otherMs: 10_000 });
  expect(await Promise.race([drained.then(() => "drained"), sleep(30, "waiting")])).toBe("waiting");
  forget();
  await drained;
  expect(state.endedAt).toBeNaN();
});

it("has nothing to wait for where nothing is open", async () => {
  await new OpenAnswers().drain({ resumableMs: 10_000, otherMs: 10_000 });
});
