import { isObject, type ObjectValue } from "../../values/index.ts";

/** Model providers whose plugin does not carry their short name. */
const exceptions: Record<string, string> = { google: "langgenius/gemini/google" };

/**
 * The plugin form of a model provider's name: files up to 0.1.5 write `openai`, later ones `langgenius/openai/openai`.
 */
export function pluginProvider(name: string): string {
  if (name === "" || name.includes("/")) return name;
  return exceptions[name] ?? `langgenius/${name}/${name}`;
}

/**
 * A copy in which the providers at these places have their plugin form; places that the value does not have are passed
 * over.
 */
export function withPluginNames(value: ObjectValue, places: readonly (readonly string[])[]): ObjectValue {
  return places.reduce((changed, place) => rename(changed, place), value);
}

function rename(value: ObjectValue, [key, ...rest]: readonly string[]): ObjectValue {
  const inner = value[key!];
  if (rest.length === 0) return typeof inner === "string" ? { ...value, [key!]: pluginProvider(inner) } : value;
  return isObject(inner) ? { ...value, [key!]: rename(inner, rest) } : value;
}
