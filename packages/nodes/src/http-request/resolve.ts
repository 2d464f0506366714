import { type FileValue, isFile, type TemplateSegment, type VariablePool } from "@diwan/workflow";
import type { BodyItem, HttpRequestSettings } from "./settings.ts";

/** A step's settings with everything filled in, nothing of it checked yet. */
export type Resolved = {
  method: HttpRequestSettings["method"];
  url: string;
  params: [key: string, value: string][];
  /** `name:value` lines. */
  headers: string;
  authorization: { type: "basic" | "bearer" | "custom"; apiKey: string; header: string } | undefined;
  body: { type: NonNullable<HttpRequestSettings["body"]>["type"]; items: ResolvedItem[] };
};

export type ResolvedItem =
  | { type: "text"; key: string; value: string }
  /** `single` where the variable is one file rather than a list. */
  | { type: "file"; key: string; files: FileValue[]; single: boolean };

/** @param fill  Fills a template in, for sending or for the log. */
export function resolve(
  settings: HttpRequestSettings,
  variables: VariablePool,
  fill: (template: TemplateSegment[]) => string,
): Resolved {
  const { method, url, params, headers, authorization, body } = settings;
  const { config } = authorization ?? {};
  return {
    method,
    url: fill(url).trim(),
    params: params.map(([key, value]) => [fill(key), fill(value)]),
    headers: fill(headers),
    authorization:
      authorization?.type !== "api-key"
        ? undefined
        : {
            type: config?.type ?? "bearer",
            apiKey: fill(config?.api_key ?? []).trim(),
            header: config?.header.trim() || "Authorization",
          },
    body: { type: body?.type ?? "none", items: (body?.data ?? []).map((item) => resolveItem(item, variables, fill)) },
  };
}

function resolveItem(
  { key, type, value, file }: BodyItem,
  variables: VariablePool,
  fill: (template: TemplateSegment[]) => string,
): ResolvedItem {
  // A file that stands for a whole body has no type in some files, only its selector.
  if (type !== "file" && (file ?? []).length === 0) return { type: "text", key: fill(key), value: fill(value) };
  const found = variables.get(file ?? []);
  const single = found !== undefined && isFile(found);
  const files = Array.isArray(found) ? found.filter((one) => isFile(one)) : single ? [found] : [];
  return { type: "file", key: fill(key), files, single };
}
