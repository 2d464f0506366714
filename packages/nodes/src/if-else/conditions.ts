import { isFile, type Value, type VariablePool } from "@diwan/workflow";
import { z } from "zod";
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

export const Logic = z
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

/** Conditions as if-else steps and loops hold them. */
export const Conditions = listOf(Condition);

/**
 * Stops at the first condition that decides; later ones may then name variables that are not there.
 *
 * @param inputs  Receives the values that were looked at, by selector.
 * @throws ConditionError for one that cannot be judged.
 */
export function meetsAll(
  conditions: readonly Condition[],
  logic: z.output<typeof Logic>,
  variables: VariablePool,
  inputs: Record<string, Value> = {},
): boolean {
  const holds = (condition: Condition) => isMet(condition, variables, inputs);
  return logic === "and" ? conditions.every(holds) : conditions.some(holds);
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
