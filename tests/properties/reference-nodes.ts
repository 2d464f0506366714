import { defaultCodeLimits, type NodePorts, nodeRegistry } from "@diwan/nodes";
import {
  isObject,
  type NodeDefinition,
  type NodeDocument,
  type Outcome,
  type TemplateSegment,
  type Value,
} from "@diwan/workflow";
import type { Variables } from "./reference-variables.ts";

type Data = Record<string, Value>;

export async function runLeaf(node: NodeDocument, variables: Variables): Promise<Outcome> {
  const definition = definitionOf(node);
  const context = {
    nodeId: node.id,
    title: String(node.data["title"] ?? ""),
    settings: definition.settings.parse(node.data),
    variables: variables.pool(),
    signal: new AbortController().signal,
    emit() {},
    stepId: "",
    attempt: 1,
    attemptId: "",
    answer: undefined,
    now: () => 0,
    random: () => 0,
  };
  return definition.run(context, { codeLimits: defaultCodeLimits } as never);
}

function definitionOf(node: NodeDocument): NodeDefinition<NodePorts> {
  const definition = nodeRegistry.find(String(node.data["type"]), String(node.data["version"] ?? "1"));
  return definition as unknown as NodeDefinition<NodePorts>;
}

export function templateOf(node: NodeDocument): TemplateSegment[] {
  const definition = definitionOf(node);
  return definition.template?.(definition.settings.parse(node.data)) ?? [];
}

export function containerOf(node: NodeDocument): string | null {
  const id = node.data["iteration_id"] ?? node.data["loop_id"];
  // A marker belongs to the container that names it, and is no step of any graph.
  if (isMarker(node)) return "";
  return typeof id === "string" ? id : null;
}

export function isMarker(node: NodeDocument): boolean {
  return node.data["type"] === "iteration-start" || node.data["type"] === "loop-start";
}

export function isResponse(node: NodeDocument): boolean {
  return node.data["type"] === "answer" || node.data["type"] === "end";
}

export function hasFailBranch(node: NodeDocument): boolean {
  return node.data["error_strategy"] === "fail-branch";
}

export function ours(node: NodeDocument): Data {
  const data = node.data["diwan"];
  return isObject(data) ? data : {};
}

export function defaultsOf(node: NodeDocument): Record<string, Value> {
  // Of type string only: how others are parsed is not what is tested here.
  return Object.fromEntries(
    listOfObjects(node.data["default_value"]).map(({ key, value }) => [key as string, value ?? null]),
  );
}

export function listOfObjects(value: Value | undefined): Data[] {
  return Array.isArray(value) ? value.filter((item) => isObject(item)) : [];
}
