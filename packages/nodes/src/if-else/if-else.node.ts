import { defineNode, fail, isFile, succeed, type Value, type VariablePool } from "@diwan/workflow";
import { z } from "zod";
import type { NodePorts } from "../ports.ts";
import { AnyValue, listOf, SelectorField } from "../settings.ts";
import { ConditionError, expectedValue, meets, type Operator } from "./condition.ts";
import { filesMeet } from "./file-condition.ts";

const operators = [
  "contains",
  "not contains",
  "start with",
  "end with",
  "is",
  "is not",
  "empty",
  "not empty",
  "in",
  "not in",
  "all of",
  "=",
  "≠",
  ">",
  "<",
  "≥",
  "≤",
  "null",
  "not null",
  "exists",
  "not exists",
] as const satisfies Operator[];

const Logic = z
  .enum(["and", "or"])
  .nullish()
  .transform((logic) => logic ?? "and");
const Condition = z.object({
  variable_selector: SelectorField,
  comparison_operator: z.enum(operators),
  value: AnyValue.nullish().transform((value) => value ?? null),
  sub_variable_condition: z
    .object({
      logical_operator: Logic,
      conditions: listOf(
        z.object({
          key: z.string(),
          comparison_operator: z.enum(operators),
          value: AnyValue.nullish().transform((value) => value ?? null),
        }),
      ),
    })
    .nullish(),
});
type Condition = z.output<typeof Condition>;

const Case = z
  .object({
    case_id: z.string().nullish(),
    id: z.string().nullish(),
    logical_operator: Logic,
    conditions: listOf(Condition),
  })
  .transform(({ case_id, id, ...rest }) => ({ ...rest, id: case_id ?? id ?? "true" }));

// Old files hold one case at the top level.
const Settings = z
  .object({ cases: z.array(Case).nullish(), logical_operator: Logic, conditions: listOf(Condition) })
  .transform(({ cases, logical_operator, conditions }) => ({
    cases: cases ?? [{ id: "true", logical_operator, conditions }],
  }));
type Settings = z.output<typeof Settings>;

const ELSE = "false";

/** Takes the handle of the first case that is true, else `false`. */
export const ifElseNode = defineNode<NodePorts, Settings>({
  type: "if-else",
  version: 1,
  kind: "branch",
  settings: Settings,
  needs: [],
  run({ settings, variables }) {
    const inputs: Record<string, Value> = {};
    try {
      const chosen = settings.cases.find((one) => isTrue(one, variables, inputs));
      const caseId = chosen?.id ?? ELSE;
      return succeed(
        { result: chosen !== undefined, selected_case_id: caseId },
        { inputs, branch: caseId, processData: { selected_case_id: caseId } },
      );
    } catch (error) {
      if (!(error instanceof ConditionError)) throw error;
      return fail(
        { type: "ValueError", code: "node.if-else.condition-invalid", message: `${error.message}.` },
        { inputs },
      );
    }
  },
});

/** Stops at the first condition that decides; later ones may then name variables that are not there. */
function isTrue(one: Settings["cases"][number], variables: VariablePool, inputs: Record<string, Value>): boolean {
  const holds = (condition: Condition) => isMet(condition, variables, inputs);
  return one.logical_operator === "and" ? one.conditions.every(holds) : one.conditions.some(holds);
}

function isMet(condition: Condition, variables: VariablePool, inputs: Record<string, Value>): boolean {
  const { variable_selector: selector, comparison_operator: operator, sub_variable_condition: sub } = condition;
  const actual = variables.get(selector);
  if (actual === undefined) throw new ConditionError(`Variable ${JSON.stringify(selector)} not found`);
  inputs[selector.join(".")] = actual;
  if (isFileList(actual) && ["contains", "not contains", "all of"].includes(operator)) {
    if (sub === null || sub === undefined)
      throw new ConditionError(`"${operator}" on files needs conditions on their attributes`);
    const conditions = sub.conditions.map((part) => ({ ...part, operator: part.comparison_operator }));
    return filesMeet(actual, sub.logical_operator, conditions);
  }
  return meets(actual, operator, expectedValue(condition.value, variables));
}

function isFileList(value: Value): boolean {
  return Array.isArray(value) && value.length > 0 && value.every((item) => isFile(item));
}
