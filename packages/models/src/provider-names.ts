export const DEMO_PROVIDER = "builtin/demo/demo";

/** Historical short names whose plugin form does not follow the rule. */
const exceptions: Record<string, string> = {
  azure_openai: "langgenius/azure_openai/azure_openai",
  google: "langgenius/gemini/google",
};

/**
 * The one name of a provider: files write `openai` or `langgenius/openai/openai`, older and newer.
 *
 * @source the app file contract, dependencies
 */
export function canonicalProvider(name: string): string {
  const short = name.trim();
  if (short.includes("/")) return short;
  if (short === "demo") return DEMO_PROVIDER;
  return exceptions[short] ?? `langgenius/${short}/${short}`;
}

/** What people call it: the last part. */
export function providerLabel(name: string): string {
  return canonicalProvider(name).split("/").at(-1)!;
}

export function isDemoProvider(name: string): boolean {
  return canonicalProvider(name) === DEMO_PROVIDER;
}
