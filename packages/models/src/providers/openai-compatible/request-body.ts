import type { ContentPart, ModelMessage, ModelRequest } from "../../ports.ts";

/** Where a request goes below the base address, and what it carries. */
export function requestOf(request: ModelRequest): { path: string; body: Record<string, unknown> } {
  const common = {
    ...request.parameters,
    model: request.model,
    stream: true,
    stream_options: { include_usage: true },
    ...(request.stop.length === 0 ? {} : { stop: request.stop }),
  };
  if (request.mode === "completion") {
    const prompt = request.messages.map(({ content }) => textOf(content)).join("\n");
    return { path: "/completions", body: { ...common, prompt } };
  }
  const messages = request.messages.map(({ role, content }) => ({ role, content: contentOf(content) }));
  return {
    path: "/chat/completions",
    body: { ...common, messages, ...responseFormat(request.responseSchema), ...toolsOf(request) },
  };
}

function toolsOf({ tools = [] }: ModelRequest): object {
  return tools.length === 0 ? {} : { tools: tools.map((tool) => ({ type: "function", function: tool })) };
}

function responseFormat(schema: unknown): object {
  if (schema === undefined) return {};
  return { response_format: { type: "json_schema", json_schema: { name: "response", strict: true, schema } } };
}

function contentOf(content: ModelMessage["content"]): string | object[] {
  return typeof content === "string" ? content : content.map(partOf);
}

function partOf(part: ContentPart): object {
  if (part.type === "text") return part;
  const url = part.data instanceof URL ? part.data.href : `data:${part.mediaType};base64,${part.data}`;
  if (!part.mediaType.startsWith("image/")) return { type: "file", file: { file_data: url } };
  return { type: "image_url", image_url: { url, ...(part.detail === undefined ? {} : { detail: part.detail }) } };
}

export function textOf(content: ModelMessage["content"]): string {
  if (typeof content === "string") return content;
  return content.flatMap((part) => (part.type === "text" ? [part.text] : [])).join("\n");
}
