import type { DeclaredVariable, EdgeDocument, NodeDocument, WorkflowDocument } from "../graph/workflow-document.ts";
import { NOTE_TYPE } from "../graph/workflow-document.ts";
import type { ProblemAt } from "../problem.ts";
import { isObject, type ObjectValue, type Value } from "../values/index.ts";
import type { AppFileFace } from "./app-file.ts";

/** The app's name and picture; what is missing has the defaults that exporters use. */
export function faceOf(document: ObjectValue): AppFileFace {
  const app = isObject(document["app"]) ? document["app"] : {};
  const iconType = app["icon_type"];
  return {
    name: text(app["name"]) || "Untitled",
    description: text(app["description"]),
    iconType: iconType === "image" || iconType === "link" ? iconType : "emoji",
    icon: text(app["icon"]),
    iconBackground: text(app["icon_background"]) || "#FFFFFF",
  };
}

/** The graph and variables as the engine reads them. What cannot be read is told and left out. */
export function workflowOf(document: ObjectValue, found: ProblemAt[]): WorkflowDocument {
  const workflow = isObject(document["workflow"]) ? document["workflow"] : {};
  const graph = isObject(workflow["graph"]) ? workflow["graph"] : {};
  const ours = isObject(document["diwan"]) ? document["diwan"] : {};
  const nodes = nodesOf(list(graph["nodes"]), found);
  if (nodes.length === 0 && !found.some(({ severity }) => severity === "error")) {
    tell(
      found,
      "app.graph-empty",
      "workflow.graph.nodes",
      "The workflow has no steps. Add a start step, or export the app again.",
    );
  }
  return {
    graph: { nodes, edges: edgesOf(list(graph["edges"])) },
    environmentVariables: variablesOf(workflow, "environment_variables", found),
    conversationVariables: variablesOf(workflow, "conversation_variables", found),
    limits: ours["limits"] ?? null,
  };
}

function nodesOf(nodes: readonly Value[], found: ProblemAt[]): NodeDocument[] {
  return nodes.map((node, place) => {
    const path = `workflow.graph.nodes[${place}]`;
    const id = isObject(node) ? node["id"] : undefined;
    if (!isObject(node) || (typeof id !== "string" && typeof id !== "number")) {
      tell(found, "app.step-without-id", path, `Step ${place + 1} has no id. Give it one, as text.`);
      return { id: `#${place}`, type: NOTE_TYPE, data: {} };
    }
    const type = typeof node["type"] === "string" ? node["type"] : undefined;
    if (!isObject(node["data"]) && type !== NOTE_TYPE) {
      tell(found, "app.step-without-data", path, `Step "${id}" has no data. Remove it, or export the app again.`);
    }
    const data = isObject(node["data"]) ? node["data"] : {};
    const parentId = typeof node["parentId"] === "string" ? { parentId: node["parentId"] } : {};
    return { id: String(id), data, ...(type === undefined ? {} : { type }), ...parentId };
  });
}

/** An edge whose ends are no texts is dropped, as every engine of these files does. */
function edgesOf(edges: readonly Value[]): EdgeDocument[] {
  return edges.flatMap((edge) => {
    if (!isObject(edge)) return [];
    const source = endOf(edge["source"]);
    const target = endOf(edge["target"]);
    const handle = edge["sourceHandle"] ?? "source";
    if (source === undefined || target === undefined || typeof handle !== "string") return [];
    return [{ source, target, sourceHandle: handle === "" ? "source" : handle }];
  });
}

function endOf(end: Value | undefined): string | undefined {
  return typeof end === "string" || typeof end === "number" ? String(end) : undefined;
}

function variablesOf(workflow: ObjectValue, key: string, found: ProblemAt[]): DeclaredVariable[] {
  return list(workflow[key]).flatMap((entry, place) => {
    const path = `workflow.${key}[${place}]`;
    if (!isObject(entry)) return [];
    const name = entry["name"];
    const valueType = entry["value_type"];
    const value = entry["value"];
    const called = typeof name === "string" && name !== "" ? `"${name}"` : `${place + 1}`;
    if (typeof name !== "string" || name === "")
      tell(found, "app.variable-invalid", path, `Variable ${called} has no name. Give it one.`);
    else if (typeof valueType !== "string")
      tell(found, "app.variable-invalid", path, `Variable ${called} has no value_type. Add one, such as string.`);
    else if (value === undefined || value === null)
      tell(found, "app.variable-invalid", path, `Variable ${called} has no value. Add one; "" is fine.`);
    else return [{ id: text(entry["id"]) || name, name, valueType, value }];
    return [];
  });
}

function tell(found: ProblemAt[], code: string, path: string, message: string): void {
  found.push({ severity: "error", code, path, nodeId: null, message });
}

function list(value: Value | undefined): Value[] {
  return Array.isArray(value) ? value : [];
}

function text(value: Value | undefined): string {
  return typeof value === "string" ? value : "";
}
