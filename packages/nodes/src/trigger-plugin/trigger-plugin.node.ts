import { defineNode, succeed, type Value } from "@diwan/workflow";
import { z } from "zod";
import type { NodePorts } from "../ports.ts";
import { AnyValue, textOrEmpty } from "../settings.ts";

/** @source the app file contract, triggers */
const Settings = z.object({
  plugin_id: textOrEmpty,
  provider_id: textOrEmpty,
  event_name: textOrEmpty,
  subscription_id: textOrEmpty,
  plugin_unique_identifier: textOrEmpty,
  event_parameters: AnyValue.nullish(),
  output_schema: AnyValue.nullish(),
});
type Settings = z.output<typeof Settings>;

/** Begins a run with an event that a plugin reported; each field of the event is an output. */
export const triggerPluginNode = defineNode<NodePorts, Settings>({
  type: "trigger-plugin",
  version: 1,
  kind: "root",
  settings: Settings,
  needs: [],
  run({ nodeId, variables }) {
    const outputs: Record<string, Value> = {};
    for (const [source, name, value] of variables.entries()) if (source === nodeId) outputs[name] = value;
    return succeed(outputs, { inputs: outputs });
  },
});
