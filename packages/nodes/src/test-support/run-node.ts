import { type NodeDefinition, type Outcome, type Value, VariablePool } from "@diwan/workflow";
import type { NodePorts } from "../ports.ts";

export type NodeRun = {
  /** As the app file holds it. */
  data: Record<string, Value>;
  variables?: VariablePool | Record<string, Record<string, Value>>;
  ports?: Partial<NodePorts>;
  nodeId?: string;
  signal?: AbortSignal;
};

/** Reads a step's data as the graph compiler does, and runs the step once. */
export async function runNode(definition: NodeDefinition<NodePorts>, run: NodeRun): Promise<Outcome> {
  return definition.run(
    {
      nodeId: run.nodeId ?? "step",
      title: "Step",
      settings: definition.settings.parse(run.data),
      variables: run.variables instanceof VariablePool ? run.variables : poolOf(run.variables ?? {}),
      signal: run.signal ?? new AbortController().signal,
      emit: () => {},
      stepId: "step-1",
      attempt: 1,
      attemptId: "step-1-1",
      answer: undefined,
      now: () => 0,
      random: () => 0,
    },
    (run.ports ?? {}) as NodePorts,
  );
}

export function poolOf(values: Record<string, Record<string, Value>>): VariablePool {
  const pool = new VariablePool();
  for (const [nodeId, outputs] of Object.entries(values)) pool.setAll(nodeId, outputs);
  return pool;
}
