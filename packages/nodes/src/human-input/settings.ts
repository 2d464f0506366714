import { parseTextTemplate, type Value } from "@diwan/workflow";
import { z } from "zod";
import { AnyValue, listOf, textOrEmpty } from "../settings.ts";

const selector = listOf(z.string());

/** A default or a list of options: written down, or taken from a variable. */
const Source = z
  .object({
    type: z.enum(["constant", "variable"]).nullish(),
    selector,
    value: AnyValue.nullish(),
  })
  .transform(({ type, selector: from, value }) => ({
    type: type ?? "constant",
    selector: from,
    value: (value ?? null) as Value,
  }));

// Files from before the release say `text-input` and `placeholder`.
const FormField = z.looseObject({
  type: z
    .enum(["paragraph", "select", "file", "file-list", "text-input"])
    .transform((type) => (type === "text-input" ? "paragraph" : type)),
  output_variable_name: z.string().min(1),
  default: Source.nullish(),
  placeholder: Source.nullish(),
  option_source: Source.nullish(),
});
export type FormField = z.output<typeof FormField>;

const Action = z.object({
  id: z.string().regex(/^[A-Za-z_][A-Za-z0-9_]{0,19}$/, "an action's id is 1 to 20 letters, digits or underscores"),
  title: z.string().max(100),
  button_style: z
    .string()
    .nullish()
    .transform((style) => style ?? "default"),
});

export const HumanInputSettings = z
  .object({
    delivery_methods: listOf(z.looseObject({ type: z.string(), enabled: z.boolean().nullish() })),
    form_content: textOrEmpty.transform(parseTextTemplate),
    inputs: listOf(FormField),
    user_actions: listOf(Action),
    timeout: z.number().positive().nullish(),
    timeout_unit: z.enum(["hour", "day"]).nullish(),
  })
  .superRefine(({ inputs, user_actions }, context) => {
    refuseTwice(user_actions, ({ id }) => id, "user_actions", context);
    refuseTwice(inputs, ({ output_variable_name: name }) => name, "inputs", context);
  });
export type HumanInputSettings = z.output<typeof HumanInputSettings>;

function refuseTwice<Item>(
  items: readonly Item[],
  nameOf: (item: Item) => string,
  field: string,
  context: z.RefinementCtx,
): void {
  const names = items.map(nameOf);
  const twice = names.find((name, place) => names.indexOf(name) < place);
  if (twice !== undefined) context.addIssue({ code: "custom", path: [field], message: `"${twice}" is there twice` });
}
