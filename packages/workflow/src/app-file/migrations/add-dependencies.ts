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
  const found: string[] = [];
  const add = (provider: Value | undefined) => {
    if (typeof provider === "string" && provider.includes("/")) found.push(provider);
  };
  const workflow = document["workflow"];
  const graph = isObject(workflow) && isObject(workflow["graph"]) ? workflow["graph"] : {};
  for (const node of Array.isArray(graph["nodes"]) ? graph["nodes"] : []) {
    if (!isObject(node) || !isObject(node["data"])) continue;
    const { model, provider_id: provider, type } = node["data"];
    if (isObject(model)) add(model["provider"]);
    if (type === "tool") add(provider);
  }
  return found;
}

/** `author/plugin` of `author/plugin/provider`. */
function pluginOf(provider: string): string[] {
  const [author, plugin] = provider.split("/");
  return author === undefined || plugin === undefined ? [] : [`${author}/${plugin}`];
}
