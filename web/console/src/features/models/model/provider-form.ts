/** Provider names as app files call them, with the address each is usually reached at. */
export const commonProviders = [
  { id: "langgenius/openai/openai", name: "OpenAI", address: "https://api.openai.com/v1" },
  { id: "langgenius/openai_api_compatible/openai_api_compatible", name: "OpenAI-compatible", address: "" },
  { id: "langgenius/ollama/ollama", name: "Ollama", address: "http://localhost:11434/v1" },
  { id: "langgenius/deepseek/deepseek", name: "DeepSeek", address: "https://api.deepseek.com/v1" },
] as const;

export type ProviderForm = { provider: string; baseUrl: string; apiKey: string };
export type ProviderProblem = "required" | "address";

/** @param hasKey  There is a stored key already, which an empty field keeps. */
export function checkProviderForm(
  form: ProviderForm,
  hasKey: boolean,
): Partial<Record<keyof ProviderForm, ProviderProblem>> {
  const problems: Partial<Record<keyof ProviderForm, ProviderProblem>> = {};
  if (form.provider.trim() === "") problems.provider = "required";
  if (!isWebAddress(form.baseUrl)) problems.baseUrl = form.baseUrl.trim() === "" ? "required" : "address";
  // Local servers such as Ollama take any key; the clients still have to send one.
  if (form.apiKey.trim() === "" && !hasKey && !isLocal(form.baseUrl)) problems.apiKey = "required";
  return problems;
}

function isWebAddress(text: string): boolean {
  return URL.canParse(text.trim()) && /^https?:$/.test(new URL(text.trim()).protocol);
}

function isLocal(text: string): boolean {
  if (!isWebAddress(text)) return false;
  const { hostname } = new URL(text.trim());
  return ["localhost", "127.0.0.1", "[::1]", "host.docker.internal"].includes(hostname) || !hostname.includes(".");
}
