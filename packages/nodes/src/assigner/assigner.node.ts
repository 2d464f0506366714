import { defineNode, fail, type Outcome, type Selector, succeed, type Value, type VariablePool } from "@diwan/workflow";
import { z } from "zod";
import type { NodePorts } from "../ports.ts";
import { AnyValue, listOf as listField, SelectorField } from "../settings.ts";
import { AssignerError } from "./assigner-error.ts";
import { checkFits } from "./fits-target.ts";
import { checkOperation, cleared, listOf, needsInput, operate, operations } from "./operations.ts";
import { VariableView } from "./variable-view.ts";

const FirstSettings = z.object({
  assigned_variable_selector: SelectorField,
  write_mode: z
    .enum(["over-write", "append", "clear"])
    .nullish()
    .transform((mode) => mode ?? "over-write"),
  input_variable_selector: z.array(z.string()).nullish(),
});
type FirstSettings = z.output<typeof FirstSettings>;

/** Writes one variable, as files of the first generation say it. */
export const firstAssignerNode = defineNode<NodePorts, FirstSettings>({
  type: "assigner",
  version: 1,
  kind: "executable",
  settings: FirstSettings,
  needs: [],
  run({ settings, variables }) {
    return assign(variables, (view, inputs) => {
      const target = view.target(settings.assigned_variable_selector);
      if (settings.write_mode === "clear") return view.write(target, cleared(target));
      const input = read(view, settings.input_variable_selector ?? [], inputs);
      if (input === null) return;
      // What is appended may be of any type.
      if (settings.write_mode === "append") return view.write(target, listOf(target).concat([input]));
      checkFits(input, target);
      view.write(target, input);
    });
  },
});

const Item = z.object({
  variable_selector: SelectorField,
  input_type: z
    .enum(["variable", "constant", ""])
    .nullish()
    .transform((type) => type || "variable"),
  operation: z.enum(operations),
  value: AnyValue.nullish().transform((value) => value ?? null),
});
const Settings = z.object({ items: listField(Item) });
type Settings = z.output<typeof Settings>;

/** Writes variables one after the other, each on top of the ones before; where one cannot be written, none is. */
export const assignerNode = defineNode<NodePorts, Settings>({
  type: "assigner",
  version: 2,
  kind: "executable",
  settings: Settings,
  needs: [],
  run({ settings, variables }) {
    return assign(variables, (view, inputs) => {
      for (const { variable_selector, input_type, operation, value } of settings.items) {
        const target = view.target(variable_selector);
        checkOperation(operation, target, input_type);
        const input =
          !needsInput(operation) || input_type === "constant"
            ? value
            : read(view, selectorIn(value, operation), inputs);
        // A source that holds nothing leaves the variable as it is.
        if (needsInput(operation) && input_type === "variable" && input === null) continue;
        view.write(target, operate(operation, target, input));
      }
    });
  },
});

function assign(variables: VariablePool, change: (view: VariableView, inputs: Record<string, Value>) => void): Outcome {
  const view = new VariableView(variables);
  const inputs: Record<string, Value> = {};
  try {
    change(view, inputs);
    return succeed({}, { inputs, processData: view.processData(), writes: view.writes() });
  } catch (error) {
    if (!(error instanceof AssignerError)) throw error;
    const message = `${error.message}.`;
    return fail({ type: "AssignerError", code: "node.assigner.not-possible", message }, { inputs });
  }
}

function read(view: VariableView, selector: Selector, inputs: Record<string, Value>): Value {
  if (selector.length === 0) throw new AssignerError("The step names no variable as its input");
  const value = view.get(selector);
  if (value === undefined) throw new AssignerError(`Variable ${selector.join(".")} not found`);
  inputs[selector.join(".")] = value;
  return value;
}

function selectorIn(value: Value, operation: string): Selector {
  if (Array.isArray(value) && value.every((part) => typeof part === "string")) return value;
  throw new AssignerError(`"${operation}" names no variable as its input`);
}
