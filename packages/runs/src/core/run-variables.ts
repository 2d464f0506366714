import { type DeclaredVariable, isObject, type Value, type ValueType, VariablePool } from "@diwan/workflow";
import type { Run } from "../run.ts";

/**
 * The variables a run starts with: system, environment, then the inputs under the root's id. Those of the conversation
 * have their types and defaults; their values come with the journal's first entry.
 */
export function runVariables(
  run: Run,
  rootId: string,
  environment: readonly DeclaredVariable[],
  conversation: readonly DeclaredVariable[],
): VariablePool {
  const pool = new VariablePool();
  pool.setAll("sys", systemVariables(run));
  for (const { name, value, valueType } of environment) {
    if (valueType === "secret") pool.setSecret("env", name, value);
    else pool.set("env", name, value);
  }
  for (const { name, value, valueType } of conversation) {
    pool.declare("conversation", name, valueType as ValueType);
    pool.set("conversation", name, value);
  }
  pool.setAll(rootId, run.inputs);
  return pool;
}

/** @source the app file contract, system variables */
export function systemVariables(run: Run): Record<string, Value> {
  const common = {
    files: run.files,
    user_id: run.caller.type === "account" ? run.caller.id : run.caller.user,
    app_id: run.appId,
    workflow_id: run.versionId,
    workflow_run_id: run.id,
  };
  if (run.mode === "workflow") return { ...common, timestamp: Math.floor(run.createdAt / 1000) };
  return {
    query: run.query ?? "",
    ...common,
    ...(run.conversationId === null ? {} : { conversation_id: run.conversationId }),
    dialogue_count: run.dialogueCount,
  };
}

/** The inputs that a run's first event tells: the caller's and the system's, without the conversation's id. */
export function shownInputs(run: Run): Record<string, Value> {
  const shown: Record<string, Value> = { ...run.inputs };
  for (const [name, value] of Object.entries(systemVariables(run))) {
    if (name !== "conversation_id") shown[`sys.${name}`] = value;
  }
  return shown;
}

/** Values of declared conversation variables: what is stored by their id, else their default. */
export function conversationValues(
  declared: readonly DeclaredVariable[],
  stored: Readonly<Record<string, Value>>,
): Record<string, Value> {
  const values: Record<string, Value> = {};
  for (const { id, name, value } of declared) values[name] = Object.hasOwn(stored, id) ? stored[id]! : value;
  return values;
}

/** The file values that a run's outputs hold, at any depth. */
export function filesIn(value: Value | undefined): Value[] {
  if (Array.isArray(value)) return value.flatMap(filesIn);
  if (typeof value !== "object" || value === null) return [];
  if ((value as Record<string, Value>)["dify_model_identity"] === "__dify__file__") return [value];
  return isObject(value) ? Object.values(value).flatMap(filesIn) : [];
}
