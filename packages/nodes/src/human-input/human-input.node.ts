import type { PauseReason } from "@diwan/contracts";
import {
  defineNode,
  fillTemplate,
  type NodeContext,
  renderMarkdown,
  renderText,
  succeed,
  type Value,
  type VariablePool,
} from "@diwan/workflow";
import type { NodePorts } from "../ports.ts";
import { fillSlots } from "./fill-slots.ts";
import { type FormField, HumanInputSettings } from "./settings.ts";

type Settings = HumanInputSettings;

const UNIT_MS = { hour: 3_600_000, day: 86_400_000 };
const DEFAULT_TIMEOUT = 36;
const TIMEOUT_HANDLE = "__timeout";

/** Asks a person to fill a form in. The run pauses until somebody does, or the time is over. */
export const humanInputNode = defineNode<NodePorts, Settings>({
  type: "human-input",
  version: 1,
  kind: "branch",
  settings: HumanInputSettings,
  needs: ["forms"],
  run(context, ports) {
    const { settings, answer } = context;
    if (answer === undefined) return { status: "paused", reason: reasonFor(context, ports.forms.newToken()) };
    if (answer.type === "timed-out") {
      return succeed({ __action_id: "", __action_value: "", __rendered_content: "" }, { branch: TIMEOUT_HANDLE });
    }
    const inputs = answer.inputs as Record<string, Value>;
    const title = settings.user_actions.find(({ id }) => id === answer.action)?.title ?? "";
    const content = fillSlots(contentOf(context), inputs);
    return succeed(
      { ...filled(settings, inputs), __action_id: answer.action, __action_value: title, __rendered_content: content },
      { branch: answer.action, inputs },
    );
  },
});

/** The form as it is shown; what its variables hold is what they hold now. */
function reasonFor(context: NodeContext<Settings>, token: string): PauseReason {
  const { settings, variables, title, attemptId } = context;
  const byCaller = settings.delivery_methods.filter(({ enabled }) => enabled !== false).map(({ type }) => type);
  const isForCaller = byCaller.length === 0 || byCaller.includes("webapp");
  const inputs = settings.inputs.map((field) => shownField(field, variables));
  return {
    type: "human-input",
    formId: attemptId,
    token: isForCaller ? token : null,
    nodeTitle: title,
    content: contentOf(context),
    inputs,
    actions: settings.user_actions,
    resolvedDefaults: Object.fromEntries(
      settings.inputs.flatMap((field) => {
        const source = defaultOf(field);
        return source === undefined ? [] : [[field.output_variable_name, textOf(source, variables)]];
      }),
    ),
    expiresAt: context.now() + (settings.timeout ?? DEFAULT_TIMEOUT) * UNIT_MS[settings.timeout_unit ?? "hour"],
  };
}

function contentOf({ settings, variables }: NodeContext<Settings>): string {
  return fillTemplate(settings.form_content, variables, renderMarkdown);
}

function defaultOf(field: FormField) {
  return field.default ?? field.placeholder ?? undefined;
}

function textOf({ type, selector, value }: NonNullable<FormField["default"]>, variables: VariablePool): string {
  return renderText(type === "variable" ? (variables.get(selector) ?? "") : value);
}

/** Options that come from a variable are listed as they are now. */
function shownField(field: FormField, variables: VariablePool): PauseReason["inputs"][number] {
  const { placeholder: _, ...shown } = field;
  const given = defaultOf(field);
  const options = field.option_source;
  return {
    ...shown,
    ...(given === undefined ? {} : { default: given }),
    ...(options == null ? {} : { option_source: { ...options, value: listed(options, variables) } }),
  };
}

function listed({ type, selector, value }: NonNullable<FormField["option_source"]>, variables: VariablePool): string[] {
  const found = type === "variable" ? (variables.get(selector) ?? []) : value;
  return Array.isArray(found) ? found.map((option) => renderText(option)) : [];
}

/** Each field of the form; null for one that was not sent. */
function filled(settings: Settings, inputs: Record<string, Value>): Record<string, Value> {
  return Object.fromEntries(settings.inputs.map(({ output_variable_name: name }) => [name, inputs[name] ?? null]));
}
