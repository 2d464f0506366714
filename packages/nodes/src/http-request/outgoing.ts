import { hasHeader, headersIn, withHeader } from "./header-lines.ts";
import { repairJson } from "./repair-json.ts";
import type { Resolved, ResolvedItem } from "./resolve.ts";
import { StepProblem } from "./step-problem.ts";

type TextItem = Extract<ResolvedItem, { type: "text" }>;
type FileItem = Extract<ResolvedItem, { type: "file" }>;

/** What goes out, files still to be read. */
export type Outgoing = {
  /** In upper case. */
  method: string;
  url: string;
  headers: [name: string, value: string][];
  /** The header that holds the step's key. */
  credentialHeaders: string[];
  body: OutgoingBody;
};

export type OutgoingBody =
  | { kind: "none" }
  | { kind: "text"; text: string }
  | { kind: "file"; item: FileItem }
  | { kind: "form"; fields: TextItem[]; files: FileItem[] };

/** @throws StepProblem */
export function outgoing(resolved: Resolved): Outgoing {
  const method = resolved.method.toUpperCase();
  if (method === "OPTIONS") throw new StepProblem("InvalidHttpMethodError", "The method OPTIONS cannot be sent.");
  const url = urlOf(resolved);
  const authorized = authorize(headersIn(resolved.headers), resolved);
  const body = bodyOf(resolved.body);
  const headers = withContentType(authorized, resolved.body.type);
  checkHeaders(headers);
  const credentialHeaders = resolved.authorization === undefined ? [] : [resolved.authorization.header];
  return { method, url, headers, credentialHeaders, body };
}

function urlOf({ url, params }: Resolved): string {
  if (url === "") throw new StepProblem("InvalidURLError", "The address is empty.");
  if (!/^https?:\/\//i.test(url)) {
    throw new StepProblem("InvalidURLError", "The address must begin with http:// or https://.");
  }
  if (!URL.canParse(url)) throw new StepProblem("InvalidURLError", "The address is no URL.");
  return withParams(new URL(url), params).href;
}

/** Behind what the address asks for already, whose spelling stays as it is. */
export function withParams(url: URL, params: readonly [string, string][]): URL {
  const added = params.map((pair) => pair.map(encodeURIComponent).join("="));
  const whole = new URL(url);
  whole.search = [whole.search.replace(/^\?/, ""), ...added].filter((part) => part !== "").join("&");
  return whole;
}

function authorize(headers: [string, string][], { authorization }: Resolved): [string, string][] {
  if (authorization === undefined) return headers;
  const { type, apiKey, header } = authorization;
  if (apiKey === "") throw new StepProblem("AuthorizationConfigError", "The authorization has no API key.");
  return withHeader(headers, header, credential(type, apiKey));
}

function credential(type: "basic" | "bearer" | "custom", apiKey: string): string {
  switch (type) {
    case "bearer":
      return `Bearer ${apiKey}`;
    case "basic":
      // A key without a colon is taken for one that is encoded already.
      return `Basic ${apiKey.includes(":") ? Buffer.from(apiKey, "utf8").toString("base64") : apiKey}`;
    case "custom":
      return apiKey;
  }
}

function bodyOf({ type, items }: Resolved["body"]): OutgoingBody {
  switch (type) {
    case "none":
      return { kind: "none" };
    case "raw-text":
      return { kind: "text", text: textOf(onlyItem(type, items)) };
    case "json":
      return { kind: "text", text: json(textOf(onlyItem(type, items))) };
    case "binary": {
      const item = onlyItem(type, items);
      if (item.type === "file" && item.single) return { kind: "file", item };
      throw new StepProblem("FileFetchError", "The body is to be a file, and its variable holds none.");
    }
    case "x-www-form-urlencoded": {
      const fields = items.flatMap((item): [string, string][] =>
        item.type === "text" ? [[item.key, item.value]] : [],
      );
      return { kind: "text", text: new URLSearchParams([...new Map(fields)]).toString() };
    }
    case "form-data": {
      const fields = items.filter((item) => item.type === "text");
      return { kind: "form", fields, files: items.filter((item) => item.type === "file") };
    }
  }
}

function onlyItem(type: string, items: readonly ResolvedItem[]): ResolvedItem {
  if (items.length === 1) return items[0]!;
  throw new StepProblem("RequestBodyError", `A body of type ${type} has exactly one part, not ${items.length}.`);
}

function textOf(item: ResolvedItem): string {
  if (item.type === "text") return item.value;
  throw new StepProblem("RequestBodyError", "The body is to be text, and its part is a file.");
}

function json(text: string): string {
  try {
    return repairJson(text);
  } catch {
    throw new StepProblem("RequestBodyError", "The body is no JSON, and cannot be repaired into any.");
  }
}

const contentTypes: Partial<Record<Resolved["body"]["type"], string>> = {
  json: "application/json",
  "x-www-form-urlencoded": "application/x-www-form-urlencoded",
  "raw-text": "text/plain",
};

function withContentType(headers: [string, string][], type: Resolved["body"]["type"]): [string, string][] {
  const contentType = contentTypes[type];
  if (contentType === undefined || hasHeader(headers, "content-type")) return headers;
  return [...headers, ["Content-Type", contentType]];
}

/** Lines that break out of a header are parted before; what is left here no header can hold. */
function checkHeaders(headers: readonly [string, string][]): void {
  for (const [name, value] of headers) {
    if (!/^[\w!#$%&'*+.^`|~-]+$/.test(name)) {
      throw new StepProblem("HttpRequestNodeError", "The name of a header holds a character that none may hold.");
    }
    if (/[\x00-\x08\x0a-\x1f\x7f]/.test(value)) {
      throw new StepProblem("HttpRequestNodeError", `The header ${name} holds a character that none may hold.`);
    }
  }
}
