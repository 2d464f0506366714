/** Model providers whose plugin does not carry their short name. */
const exceptions: Record<string, string> = { google: "langgenius/gemini/google" };

/**
 * The plugin form of a model provider's name: files up to 0.1.5 write `openai`, later ones `langgenius/openai/openai`.
 */
export function pluginProvider(name: string): string {
  if (name === "" || name.includes("/")) return name;
  return exceptions[name] ?? `langgenius/${name}/${name}`;
}
