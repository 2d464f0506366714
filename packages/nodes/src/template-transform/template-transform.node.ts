import { defineNode, fail, succeed, type Value } from "@diwan/workflow";
import { z } from "zod";
import { templateOf } from "../jinja/template.ts";
import type { NodePorts } from "../ports.ts";
import { listOf, SelectorField } from "../settings.ts";
import { stepErrorOf } from "../step-error.ts";

const Settings = z.object({
  variables: listOf(z.object({ variable: z.string(), value_selector: SelectorField })),
  template: z.string().transform(templateOf),
});
type Settings = z.output<typeof Settings>;

/** Renders a Jinja2 template; inputs without a value are None. */
export const templateTransformNode = defineNode<NodePorts, Settings>({
  type: "template-transform",
  version: 1,
  kind: "executable",
  settings: Settings,
  needs: ["code", "codeLimits"],
  run({ settings, variables, signal }, { code, codeLimits }) {
    const inputs: Record<string, Value> = {};
    for (const { variable, value_selector } of settings.variables)
      inputs[variable] = variables.get(value_selector) ?? null;
    const failed = (error: unknown) => {
      signal.throwIfAborted();
      return fail(stepErrorOf(error, "TemplateRenderError"), { inputs });
    };
    try {
      const options = { code, signal, maxCharacters: codeLimits.maxTemplateLength };
      const output = settings.template.render(inputs, options);
      // Most are ready at once, and cost no turn of the event loop.
      return typeof output === "string"
        ? succeed({ output }, { inputs })
        : output.then((text) => succeed({ output: text }, { inputs }), failed);
    } catch (error) {
      return failed(error);
    }
  },
});
