import { compileTemplate, defineNode, fail, succeed, type Value } from "@diwan/workflow";
import { z } from "zod";
import type { NodePorts } from "../ports.ts";
import { listOf, SelectorField } from "../settings.ts";
import { stepErrorOf } from "../step-error.ts";

/** @source the app file contract, template-transform: TEMPLATE_TRANSFORM_MAX_LENGTH */
const MAX_OUTPUT_CHARACTERS = 400_000;

const Settings = z.object({
  variables: listOf(z.object({ variable: z.string(), value_selector: SelectorField })),
  // Compiled on first use: a template that does not parse fails the step, not the whole file.
  template: z.string().transform((source) => {
    let compiled: ReturnType<typeof compileTemplate> | undefined;
    return () => {
      compiled ??= compileTemplate(source);
      return compiled;
    };
  }),
});
type Settings = z.output<typeof Settings>;

/** Renders a Jinja2 template; inputs without a value are None. */
export const templateTransformNode = defineNode<NodePorts, Settings>({
  type: "template-transform",
  version: 1,
  kind: "executable",
  settings: Settings,
  needs: [],
  run({ settings, variables }) {
    const inputs: Record<string, Value> = {};
    for (const { variable, value_selector } of settings.variables)
      inputs[variable] = variables.get(value_selector) ?? null;
    try {
      const output = settings.template().render(inputs, { maxOutputCharacters: MAX_OUTPUT_CHARACTERS });
      return succeed({ output }, { inputs });
    } catch (error) {
      return fail(stepErrorOf(error, "TemplateRenderError"), { inputs });
    }
  },
});
