import { defineNode, succeed } from "@diwan/workflow";
import type { NodePorts } from "../ports.ts";
import { ScheduleSettings } from "./settings.ts";

/** Begins a run when its time has come. It gives nothing; `sys.timestamp` says when that was. */
export const triggerScheduleNode = defineNode<NodePorts, ScheduleSettings>({
  type: "trigger-schedule",
  version: 1,
  kind: "root",
  settings: ScheduleSettings,
  needs: [],
  run: () => succeed({}),
});
