import type { NodeDefinition, NodeRegistry } from "@diwan/workflow";
import { answerNode } from "./answer/answer.node.ts";
import { assignerNode, firstAssignerNode } from "./assigner/assigner.node.ts";
import { codeNode } from "./code/code.node.ts";
import { documentExtractorNode } from "./document-extractor/document-extractor.node.ts";
import { endNode } from "./end/end.node.ts";
import { httpRequestNode } from "./http-request/http-request.node.ts";
import { humanInputNode } from "./human-input/human-input.node.ts";
import { ifElseNode } from "./if-else/if-else.node.ts";
import { iterationNode } from "./iteration/iteration.node.ts";
import { startMarker } from "./iteration/start-marker.node.ts";
import { listOperatorNode } from "./list-operator/list-operator.node.ts";
import { llmNode } from "./llm/llm.node.ts";
import { loopNode } from "./loop/loop.node.ts";
import { loopEndNode } from "./loop-end/loop-end.node.ts";
import { parameterExtractorNode } from "./parameter-extractor/parameter-extractor.node.ts";
import type { NodePorts } from "./ports.ts";
import { questionClassifierNode } from "./question-classifier/question-classifier.node.ts";
import { startNode } from "./start/start.node.ts";
import { templateTransformNode } from "./template-transform/template-transform.node.ts";
import { triggerPluginNode } from "./trigger-plugin/trigger-plugin.node.ts";
import { triggerScheduleNode } from "./trigger-schedule/trigger-schedule.node.ts";
import { triggerWebhookNode } from "./trigger-webhook/trigger-webhook.node.ts";
import { variableAggregatorNode } from "./variable-aggregator/variable-aggregator.node.ts";

/** Every node type that runs, all versions. */
export const nodeDefinitions: readonly NodeDefinition<NodePorts>[] = [
  startNode,
  triggerWebhookNode,
  triggerScheduleNode,
  triggerPluginNode,
  endNode,
  answerNode,
  llmNode,
  ifElseNode,
  humanInputNode,
  iterationNode,
  startMarker,
  loopNode,
  { ...startMarker, type: "loop-start" },
  loopEndNode,
  httpRequestNode,
  codeNode,
  templateTransformNode,
  variableAggregatorNode,
  // The aggregator's first name; `assigner` is another node.
  { ...variableAggregatorNode, type: "variable-assigner" },
  firstAssignerNode,
  assignerNode,
  listOperatorNode,
  documentExtractorNode,
  questionClassifierNode,
  parameterExtractorNode,
];

/** The node types that run today. */
export const nodeRegistry: NodeRegistry = createRegistry(nodeDefinitions);

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
