import type { ConsoleEndpointName, ConsoleEndpoints } from "@diwan/contracts";
import { ApiError, readError } from "./api-error.ts";
import { csrfToken } from "./csrf.ts";

type Schema = { _zod: { input: unknown; output: unknown } };
type Part<Endpoint, Key extends string> =
  Endpoint extends Record<Key, infer Declared extends Schema> ? Record<Key, Declared["_zod"]["input"]> : unknown;
export type Request<Name extends ConsoleEndpointName> = Part<ConsoleEndpoints[Name], "params"> &
  Part<ConsoleEndpoints[Name], "query"> &
  Part<ConsoleEndpoints[Name], "body"> & { signal?: AbortSignal };
export type Reply<Name extends ConsoleEndpointName> = ConsoleEndpoints[Name] extends {
  reply: infer Declared extends Schema;
}
  ? Declared["_zod"]["output"]
  : undefined;

type Loose = { params?: Record<string, string>; query?: Record<string, unknown>; body?: unknown; signal?: AbortSignal };

/** The address of an endpoint, for links and streams. */
export function apiPath(name: ConsoleEndpointName, params: Record<string, string> = {}): string {
  const path = name.slice(name.indexOf(" ") + 1);
  return path.replace(/\{(\w+)\}/g, (_, key: string) => encodeURIComponent(params[key] ?? ""));
}

/**
 * Calls the console API; types come from the contract.
 *
 * @throws ApiError for every answer that is not good, and where no answer came.
 */
export async function api<const Name extends ConsoleEndpointName>(
  name: Name,
  request: Request<Name>,
): Promise<Reply<Name>> {
  const { params, query, body, signal } = request as Loose;
  const method = name.slice(0, name.indexOf(" "));
  const given = Object.entries(query ?? {}).filter(([, value]) => value !== undefined && value !== "");
  const search = new URLSearchParams(given.map(([key, value]) => [key, String(value)])).toString();
  const headers: Record<string, string> = { accept: "application/json" };
  if (method !== "GET") headers["x-csrf-token"] = csrfToken();
  if (body !== undefined) headers["content-type"] = "application/json";
  const response = await fetch(apiPath(name, params) + (search === "" ? "" : `?${search}`), {
    method,
    headers,
    credentials: "same-origin",
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    ...(signal === undefined ? {} : { signal }),
  }).catch((cause: unknown) => {
    if (signal?.aborted) throw cause;
    throw new ApiError({ code: "network", message: "", status: 0, request_id: "" });
  });
  if (!response.ok) throw await readError(response);
  const text = response.status === 204 ? "" : await response.text();
  return (text === "" ? undefined : JSON.parse(text)) as Reply<Name>;
}
