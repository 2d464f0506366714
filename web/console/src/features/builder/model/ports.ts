import { type JsonRecord, recordsAt, stringAt } from "./json.ts";

/** The ways out of a step, in the order they are drawn: handles as edges name them. */
export function portsOf(step: { type: string; view: string; data: JsonRecord }): string[] {
  if (step.view === "note") return [];
  const { data } = step;
  const failure = stringAt(data, "error_strategy") === "fail-branch" ? ["fail-branch"] : [];
  switch (step.type) {
    case "end":
    case "loop-end":
      return [];
    case "if-else":
      return [...caseIds(data), "false", ...failure];
    case "question-classifier":
      return [...recordsAt(data, "classes").map((item) => stringAt(item, "id")), ...failure];
    case "human-input":
      return [...recordsAt(data, "user_actions").map((item) => stringAt(item, "id")), "__timeout"];
    default:
      return ["source", ...failure];
  }
}

/** Cases of an if / else; the old form of one unnamed case is called `true`. */
export function caseIds(data: JsonRecord): string[] {
  const cases = recordsAt(data, "cases");
  return cases.length === 0
    ? ["true"]
    : cases.map((item) => stringAt(item, "case_id") || stringAt(item, "id") || "true");
}

/** The handle a settled step went out by, read from its outputs; null where every way out was taken. */
export function chosenPort(type: string, status: string, outputs: JsonRecord): string | null {
  if (status === "exception") return "fail-branch";
  if (type === "if-else") return stringAt(outputs, "selected_case_id") || null;
  if (type === "question-classifier") return stringAt(outputs, "class_id") || null;
  // Nobody answered in time: such a step names no action.
  if (type === "human-input") return stringAt(outputs, "__action_id") || "__timeout";
  return null;
}
