import { getEventListeners } from "node:events";
import { expect, it } from "vitest";
import { LinkedAbort } from "./linked-abort.ts";

it("aborts with the other signal and its reason, before as after it was linked", () => {
  const outer = new AbortController();
  const linked = new LinkedAbort(outer.signal);
  outer.abort("over");
  expect(linked.signal.reason).toBe("over");
  expect(new LinkedAbort(outer.signal).signal.reason).toBe("over");
});

it("aborts by itself, which the other signal does not notice", () => {
  const outer = new AbortController();
  const linked = new LinkedAbort(outer.signal);
  linked.abort("mine");
  outer.abort("later");
  expect(linked.signal.reason).toBe("mine");
});

it("is not held by the other signal once it is let go of", () => {
  const outer = new AbortController();
  const linked = new LinkedAbort(outer.signal);
  linked[Symbol.dispose]();
  expect(getEventListeners(outer.signal, "abort")).toEqual([]);
  outer.abort();
  expect(linked.signal.aborted).toBe(false);
});
