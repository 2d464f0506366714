import type { NodeDefinition, NodeRegistry } from "@diwan/workflow";
import { answerNode } from "./answer/answer.node.ts";
import { endNode } from "./end/end.node.ts";
import { ifElseNode } from "./if-else/if-else.node.ts";
import { llmNode } from "./llm/llm.node.ts";
import type { NodePorts } from "./ports.ts";
import { startNode } from "./start/start.node.ts";
import { templateTransformNode } from "./template-transform/template-transform.node.ts";
import { variableAggregatorNode } from "./variable-aggregator/variable-aggregator.node.ts";

const builtIn: NodeDefinition<NodePorts>[] = [
  startNode,
  endNode,
  answerNode,
  llmNode,
  ifElseNode,
  templateTransformNode,
  variableAggregatorNode,
  // The aggregator's first name; `assigner` is another node.
  { ...variableAggregatorNode, type: "variable-assigner" },
];

/** The node types that run today. */
export const nodeRegistry: NodeRegistry = createRegistry(builtIn);

export function createRegistry(definitions: readonly NodeDefinition<NodePorts>[]): NodeRegistry {
  const byType = new Map<string, NodeDefinition<NodePorts>[]>();
  for (const definition of definitions)
    byType.set(definition.type, [...(byType.get(definition.type) ?? []), definition]);
  return {
    find(type, version) {
      const versions = byType.get(type);
      return versions?.find((one) => String(one.version) === version) ?? versions?.at(-1);
    },
  };
}
