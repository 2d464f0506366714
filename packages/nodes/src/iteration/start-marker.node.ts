import { defineNode, succeed } from "@diwan/workflow";
import type { NodePorts } from "../ports.ts";
import { AnyObject } from "../settings.ts";

/** Where the rounds of a container begin. The engine begins behind it, so it is no step. */
export const startMarker = defineNode<NodePorts, unknown>({
  type: "iteration-start",
  version: 1,
  kind: "executable",
  settings: AnyObject,
  needs: [],
  run: () => succeed({}),
});
