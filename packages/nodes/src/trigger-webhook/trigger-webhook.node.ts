import { defineNode, fail, isValid, succeed, VALUE_TYPES, type Value, type ValueType } from "@diwan/workflow";
import type { NodePorts } from "../ports.ts";
import { type WebhookOutput, WebhookSettings, webhookOutputs } from "./settings.ts";

/** The whole request, whatever of it is declared. */
const RAW = "_webhook_raw";

/** Begins a run with what a request brought: declared headers, parameters and body fields, and the request as a whole. */
export const triggerWebhookNode = defineNode<NodePorts, WebhookSettings>({
  type: "trigger-webhook",
  version: 1,
  kind: "root",
  settings: WebhookSettings,
  needs: [],
  run({ nodeId, settings, variables }) {
    const outputs: Record<string, Value> = {};
    for (const declared of webhookOutputs(settings)) {
      const value = variables.get([nodeId, declared.name]) ?? declared.default;
      const problem = problemWith(declared, value);
      if (problem !== undefined)
        return fail({ type: "ValueError", code: "node.trigger-webhook.input-invalid", message: problem });
      outputs[declared.name] = value;
    }
    outputs[RAW] = variables.get([nodeId, RAW]) ?? {};
    return succeed(outputs, { inputs: outputs });
  },
});

function problemWith({ name, type, required }: WebhookOutput, value: Value): string | undefined {
  if (value === null) return required ? `The request must bring "${name}".` : undefined;
  const known = VALUE_TYPES.find((one): one is ValueType => one === type);
  return known === undefined || isValid(value, known) ? undefined : `"${name}" of the request must be of type ${type}.`;
}
