import { isObject, type ObjectValue, type Value } from "../../values/index.ts";
import { compareVersions, parseVersion } from "../version.ts";

/** The last version whose files list no plugins. */
const LAST_WITHOUT = { major: 0, minor: 1, patch: 5 };

/** Old files say nothing of plugins: those that their models and tools come from are listed for them. */
export function addDependencies(document: ObjectValue): ObjectValue {
  const version = parseVersion(typeof document["version"] === "string" ? document["version"] : "0.1.0");
  const listed = document["dependencies"];
  if (Array.isArray(listed) && listed.length > 0) return document;
  if (version === undefined || compareVersions(version, LAST_WITHOUT) > 0) return document;
  const plugins = new Set(providersIn(document).flatMap(pluginOf));
  const dependencies = [...plugins].map(
    (plugin): Value => ({
      current_identifier: null,
      type: "marketplace",
      value: { marketplace_plugin_unique_identifier: plugin },
    }),
  );
  return dependencies.length === 0 && listed === undefined ? document : { ...document, dependencies };
}

function providersIn(document: ObjectValue): string[] {
  const { workflow, model_config: config } = document;
  const graph = isObject(workflow) && isObject(workflow["graph"]) ? workflow["graph"] : {};
  const steps = objectsIn(graph["nodes"]).map((node) => childOf(node, "data"));
  return [...steps.flatMap(stepProviders), ...(isObject(config) ? configProviders(config) : [])].filter(
    (provider): provider is string => typeof provider === "string" && provider.includes("/"),
  );
}

function stepProviders(data: ObjectValue): (Value | undefined)[] {
  const retrieval = childOf(data, "multiple_retrieval_config");
  return [
    childOf(data, "model")["provider"],
    data["type"] === "tool" ? data["provider_id"] : undefined,
    data["agent_strategy_provider_name"],
    childOf(childOf(data, "single_retrieval_config"), "model")["provider"],
    childOf(retrieval, "reranking_model")["provider"],
    childOf(childOf(retrieval, "weights"), "vector_setting")["embedding_provider_name"],
  ];
}

function configProviders(config: ObjectValue): (Value | undefined)[] {
  return [
    childOf(config, "model")["provider"],
    ...objectsIn(childOf(config, "agent_mode")["tools"]).map((tool) => tool["provider_id"]),
    childOf(childOf(config, "dataset_configs"), "reranking_model")["reranking_provider_name"],
  ];
}

function childOf(value: ObjectValue, key: string): ObjectValue {
  const child = value[key];
  return isObject(child) ? child : {};
}

function objectsIn(value: Value | undefined): ObjectValue[] {
  return Array.isArray(value) ? value.filter((item) => isObject(item)) : [];
}

/** `author/plugin` of `author/plugin/provider`. */
function pluginOf(provider: string): string[] {
  const [author, plugin] = provider.split("/");
  return author === undefined || plugin === undefined ? [] : [`${author}/${plugin}`];
}
