import { defineNode, succeed } from "@diwan/workflow";
import type { NodePorts } from "../ports.ts";
import { AnyObject } from "../settings.ts";

/** Ends the loop it runs in after this round; steps beside it in the round still finish. */
export const loopEndNode = defineNode<NodePorts, unknown>({
  type: "loop-end",
  version: 1,
  kind: "executable",
  settings: AnyObject,
  needs: [],
  endsRounds: true,
  run: () => succeed({}),
});
