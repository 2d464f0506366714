import { isObject, type ObjectValue, type Value } from "../../values/index.ts";
import { addDependencies } from "./add-dependencies.ts";
import { addStartMarkers } from "./add-start-markers.ts";
import { migrateNodeData } from "./migrate-node-data.ts";
import { withPluginNames } from "./plugin-provider.ts";

/**
 * Brings the document of an old file up to date, as its first editor would on opening it. Adds and renames, never drops
 * what it does not know; the document given is not changed.
 *
 * @source the app file contract, legacy migration an importer must do
 */
export function migrateDocument(document: ObjectValue): ObjectValue {
  const { workflow, model_config: config } = document;
  if (isObject(config) && !isObject(workflow))
    return addDependencies({ ...document, model_config: withPluginNames(config, configProviders) });
  if (!isObject(workflow) || !isObject(workflow["graph"])) return addDependencies(document);
  const graph = workflow["graph"];
  const nodes = Array.isArray(graph["nodes"]) ? graph["nodes"] : [];
  const edges = Array.isArray(graph["edges"]) ? graph["edges"] : [];
  const marked = addStartMarkers(nodes.map(migrateNode), edges.map(migrateEdge));
  return addDependencies({ ...document, workflow: { ...workflow, graph: { ...graph, ...marked } } });
}

const configProviders = [
  ["model", "provider"],
  ["dataset_configs", "reranking_model", "reranking_provider_name"],
];

function migrateNode(node: Value): Value {
  if (!isObject(node) || !isObject(node["data"])) return node;
  return { ...node, ...withTextIds(node, ["id"]), data: migrateNodeData(node["data"]) };
}

/** Other engines drop an edge whose ends or handles are no texts, without a word. */
function migrateEdge(edge: Value): Value {
  if (!isObject(edge)) return edge;
  const migrated = { ...edge, ...withTextIds(edge, ["source", "target"]) };
  if (edge["sourceHandle"] === null || edge["sourceHandle"] === "") migrated["sourceHandle"] = "source";
  if (edge["targetHandle"] === null || edge["targetHandle"] === "") migrated["targetHandle"] = "target";
  return migrated;
}

/** Ids written without quotes are read as numbers. */
function withTextIds(value: ObjectValue, keys: readonly string[]): ObjectValue {
  const numbers = keys.filter((key) => typeof value[key] === "number");
  return Object.fromEntries(numbers.map((key) => [key, String(value[key])]));
}
