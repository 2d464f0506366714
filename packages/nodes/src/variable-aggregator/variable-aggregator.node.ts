import { defineNode, type Selector, succeed, type Value, type VariablePool } from "@diwan/workflow";
import { z } from "zod";
import type { NodePorts } from "../ports.ts";
import { listOf } from "../settings.ts";

// A row that the author has not filled in yet is an empty selector, and selects nothing.
const SelectorRow = z.array(z.string());

const Settings = z.object({
  variables: listOf(SelectorRow),
  advanced_settings: z
    .object({
      group_enabled: z.boolean().nullish(),
      groups: listOf(z.object({ group_name: z.string(), variables: listOf(SelectorRow) })),
    })
    .nullish(),
});
type Settings = z.output<typeof Settings>;

/** Takes the first of several variables that is there, so that branches can come together. Null counts as there. */
export const variableAggregatorNode = defineNode<NodePorts, Settings>({
  type: "variable-aggregator",
  version: 1,
  kind: "executable",
  settings: Settings,
  needs: [],
  run({ settings, variables }) {
    const inputs: Record<string, Value> = {};
    const outputs: Record<string, Value> = {};
    const pick = (selectors: readonly Selector[]): Value | undefined => {
      const selector = firstPresent(selectors, variables);
      if (selector === undefined) return undefined;
      const value = variables.get(selector)!;
      inputs[selector.join(".")] = value;
      return value;
    };
    if (settings.advanced_settings?.group_enabled === true) {
      for (const group of settings.advanced_settings.groups) {
        const value = pick(group.variables);
        if (value !== undefined) outputs[group.group_name] = { output: value };
      }
    } else {
      const value = pick(settings.variables);
      if (value !== undefined) outputs["output"] = value;
    }
    return succeed(outputs, { inputs });
  },
});

function firstPresent(selectors: readonly Selector[], variables: VariablePool): Selector | undefined {
  return selectors.find((selector) => variables.get(selector) !== undefined);
}
