import { defineNode, fail, succeed, type Value } from "@diwan/workflow";
import { z } from "zod";
import type { NodePorts } from "../ports.ts";
import { ConditionError } from "./condition.ts";
import { Conditions, Logic, meetsAll } from "./conditions.ts";

const Case = z
  .object({
    case_id: z.string().nullish(),
    id: z.string().nullish(),
    logical_operator: Logic,
    conditions: Conditions,
  })
  .transform(({ case_id, id, ...rest }) => ({ ...rest, id: case_id ?? id ?? "true" }));

// Old files hold one case at the top level.
const Settings = z
  .object({ cases: z.array(Case).nullish(), logical_operator: Logic, conditions: Conditions })
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
      const chosen = settings.cases.find(({ conditions, logical_operator: logic }) =>
        meetsAll(conditions, logic, variables, inputs),
      );
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
