import { defineNode, succeed, type TemplateSegment, type Value } from "@diwan/workflow";
import { z } from "zod";
import type { NodePorts } from "../ports.ts";
import { listOf, SelectorField } from "../settings.ts";

const Settings = z.object({ outputs: listOf(z.object({ variable: z.string(), value_selector: SelectorField })) });
type Settings = z.infer<typeof Settings>;

/** Names the results of a workflow; what has no value is null. */
export const endNode = defineNode<NodePorts, Settings>({
  type: "end",
  version: 1,
  kind: "response",
  settings: Settings,
  needs: [],
  template: ({ outputs }) =>
    outputs.flatMap(({ value_selector }, place): TemplateSegment[] => [
      ...(place === 0 ? [] : [{ type: "text" as const, text: "\n" }]),
      { type: "variable", selector: value_selector },
    ]),
  run({ settings, variables }) {
    const outputs: Record<string, Value> = {};
    for (const { variable, value_selector } of settings.outputs)
      outputs[variable] = variables.get(value_selector) ?? null;
    return succeed(outputs, { inputs: outputs });
  },
});
