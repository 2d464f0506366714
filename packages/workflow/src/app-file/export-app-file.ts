import { isObject, type ObjectValue, type Value } from "../values/index.ts";
import { compareVersions, EXPORT_DSL_VERSION, parseVersion } from "./version.ts";
import { writeYaml } from "./write-yaml.ts";

/**
 * Writes an app file in the order and with the omissions that every reader of these files expects.
 *
 * @param document  As `readAppFile` gave it; it is not changed.
 * @source the app file contract, what export strips or rewrites
 */
export function exportAppFile(document: ObjectValue, options: { includeSecrets: boolean }): string {
  const { version, kind: _, app, workflow, model_config, dependencies, ...rest } = document;
  const exported: ObjectValue = { version: exportVersion(version), kind: "app", app: app ?? {} };
  if (isObject(workflow)) {
    exported["workflow"] = exportWorkflow(workflow, options.includeSecrets);
    exported["dependencies"] = dependencies ?? [];
  } else {
    if (model_config !== undefined) exported["model_config"] = exportModelConfig(model_config);
    if (dependencies !== undefined) exported["dependencies"] = dependencies;
  }
  return writeYaml({ ...exported, ...rest });
}

function exportVersion(version: Value | undefined): string {
  const own = typeof version === "string" ? parseVersion(version) : undefined;
  const isHigher = own !== undefined && compareVersions(own, parseVersion(EXPORT_DSL_VERSION)!) > 0;
  return isHigher ? (version as string) : EXPORT_DSL_VERSION;
}

function exportWorkflow(workflow: ObjectValue, includeSecrets: boolean): Value {
  const graph = workflow["graph"];
  const exported = { ...workflow };
  if (!includeSecrets && Array.isArray(workflow["environment_variables"])) {
    exported["environment_variables"] = workflow["environment_variables"].map((variable) =>
      isObject(variable) && variable["value_type"] === "secret" ? { ...variable, value: "" } : variable,
    );
  }
  if (isObject(graph) && Array.isArray(graph["nodes"]))
    exported["graph"] = { ...graph, nodes: graph["nodes"].map(exportNode) };
  return exported;
}

function exportNode(node: Value): Value {
  if (!isObject(node) || !isObject(node["data"])) return node;
  const strip = typeof node["data"]["type"] === "string" ? stripByType[node["data"]["type"]] : undefined;
  return strip === undefined ? node : { ...node, data: strip(node["data"]) };
}

const stripByType: Record<string, (data: ObjectValue) => ObjectValue> = {
  tool: ({ credential_id: _, ...data }) => data,
  agent: (data) => withoutCredentials(data) as ObjectValue,
  "trigger-webhook": (data) => ({ ...data, webhook_url: "", webhook_debug_url: "" }),
  "trigger-plugin": (data) => ({ ...data, subscription_id: "" }),
  start: withoutFileDefaults,
};

function withoutCredentials(value: Value): Value {
  if (Array.isArray(value)) return value.map(withoutCredentials);
  if (!isObject(value)) return value;
  const { credential_id: _, ...rest } = value;
  return Object.fromEntries(Object.entries(rest).map(([key, inner]) => [key, withoutCredentials(inner)]));
}

/** A default that points to an uploaded file means nothing elsewhere. */
function withoutFileDefaults(data: ObjectValue): ObjectValue {
  if (!Array.isArray(data["variables"])) return data;
  const variables = data["variables"].map((variable) => {
    if (!isObject(variable) || (variable["type"] !== "file" && variable["type"] !== "file-list")) return variable;
    const { default: _, ...rest } = variable;
    return rest;
  });
  return { ...data, variables };
}

function exportModelConfig(config: Value): Value {
  if (!isObject(config) || !isObject(config["agent_mode"])) return config;
  return { ...config, agent_mode: withoutCredentials(config["agent_mode"]) };
}
