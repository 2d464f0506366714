import { isObject, type ObjectValue } from "../../values/index.ts";
import { addDependencies } from "./add-dependencies.ts";
import { addStartMarkers } from "./add-start-markers.ts";
import { migrateNodeData } from "./migrate-node-data.ts";

/**
 * Brings the document of an old file up to date, as its first editor would on opening it. Adds and renames, never drops
 * what it does not know; the document given is not changed.
 *
 * @source the app file contract, legacy migration an importer must do
 */
export function migrateDocument(document: ObjectValue): ObjectValue {
  const workflow = document["workflow"];
  if (!isObject(workflow) || !isObject(workflow["graph"])) return addDependencies(document);
  const graph = workflow["graph"];
  const nodes = Array.isArray(graph["nodes"]) ? graph["nodes"] : [];
  const edges = Array.isArray(graph["edges"]) ? graph["edges"] : [];
  const migrated = nodes.map((node) =>
    isObject(node) && isObject(node["data"])
      ? {
          ...node,
          ...(typeof node["id"] === "number" ? { id: String(node["id"]) } : {}),
          data: migrateNodeData(node["data"]),
        }
      : node,
  );
  const marked = addStartMarkers(migrated, edges);
  return addDependencies({ ...document, workflow: { ...workflow, graph: { ...graph, ...marked } } });
}
