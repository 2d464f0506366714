import { isObject, type ObjectValue, type Value } from "../../values/index.ts";
import { withPluginNames } from "./plugin-provider.ts";

/** What each type of node needs before today's engine understands it. */
export function migrateNodeData(data: ObjectValue): ObjectValue {
  const migrate = typeof data["type"] === "string" ? byType[data["type"]] : undefined;
  return migrate === undefined ? data : migrate(data);
}

const byType: Record<string, (data: ObjectValue) => ObjectValue> = {
  "if-else": withCases,
  iteration: (data) => ({ is_parallel: false, parallel_nums: 10, error_handle_mode: "terminated", ...data }),
  "http-request": (data) =>
    data["retry_config"] === undefined
      ? { ...data, retry_config: { retry_enabled: true, max_retries: 3, retry_interval: 100 } }
      : data,
  end: withLowerCaseTypes,
  llm: withPluginModel,
  "question-classifier": withPluginModel,
  "parameter-extractor": withPluginModel,
  "knowledge-retrieval": (data) => withPluginNames(data, retrievalProviders),
  tool: withToolVersion,
};

/** The first files had one case, at the top level. */
function withCases(data: ObjectValue): ObjectValue {
  if (data["cases"] !== undefined || data["conditions"] === undefined) return data;
  const { logical_operator, conditions, ...rest } = data;
  return { ...rest, cases: [{ case_id: "true", logical_operator: logical_operator ?? "and", conditions }] };
}

/** Some files spell types `Array[String]`. */
function withLowerCaseTypes(data: ObjectValue): ObjectValue {
  if (!Array.isArray(data["outputs"])) return data;
  const outputs = data["outputs"].map((output) =>
    isObject(output) && typeof output["value_type"] === "string"
      ? { ...output, value_type: output["value_type"].toLowerCase() }
      : output,
  );
  return { ...data, outputs };
}

function withPluginModel(data: ObjectValue): ObjectValue {
  return withPluginNames(data, [["model", "provider"]]);
}

const retrievalProviders = [
  ["single_retrieval_config", "model", "provider"],
  ["multiple_retrieval_config", "reranking_model", "provider"],
  ["multiple_retrieval_config", "weights", "vector_setting", "embedding_provider_name"],
  ["metadata_model_config", "provider"],
];

function withToolVersion(data: ObjectValue): ObjectValue {
  const configurations = data["tool_configurations"];
  const isOld = data["tool_node_version"] === undefined && data["version"] === undefined;
  const migrated: ObjectValue = isOld ? { ...data, tool_node_version: "2" } : { ...data };
  if (isObject(configurations)) migrated["tool_configurations"] = migrateConfigurations(configurations, isOld);
  return migrated;
}

/** Null entries are refused today, and bare values of old files became `{type, value}`. */
function migrateConfigurations(configurations: ObjectValue, wrap: boolean): ObjectValue {
  const migrated: ObjectValue = {};
  for (const [name, value] of Object.entries(configurations)) {
    if (value === null) continue;
    migrated[name] = wrap && !isObject(value) ? ({ type: "constant", value } as Value) : value;
  }
  return migrated;
}
