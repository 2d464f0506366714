import { expect, it } from "vitest";
import { runNode } from "../test-support/run-node.ts";
import { loopEndNode } from "./loop-end.node.ts";

it("gives no outputs and ends the rounds of its loop", async () => {
  expect(await runNode(loopEndNode, { data: { type: "loop-end" } })).toEqual({ status: "succeeded", outputs: {} });
  expect(loopEndNode.endsRounds).toBe(true);
});
