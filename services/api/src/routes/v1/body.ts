import { RequestErrors } from "@diwan/kernel";
import { isObject, type ObjectValue, type Value } from "@diwan/workflow";
import type { FastifyRequest } from "fastify";
import { HttpErrors } from "../../http/errors.ts";

/** A request's JSON body. Fields that nobody knows are ignored: client libraries send extras. */
export type V1Body = ObjectValue;

/** @throws request.unsupported-media-type, request.invalid (caller) */
export function bodyOf(request: FastifyRequest): V1Body {
  if (!(request.headers["content-type"] ?? "").includes("application/json"))
    throw HttpErrors["unsupported-media-type"]({});
  const body = request.body as Value | undefined;
  if (!isObject(body)) throw RequestErrors.invalid({ what: "The body must be a JSON object." });
  return body;
}

/** Who the caller acts for: any text; numbers are taken as text. */
export function userOf(body: V1Body): string {
  const { user } = body;
  const text =
    typeof user === "string" ? user : typeof user === "number" || typeof user === "bigint" ? String(user) : "";
  if (text === "") throw invalid("user", "user is required");
  return text.replaceAll("\u0000", "");
}

export function inputsOf(body: V1Body): Record<string, Value> {
  const { inputs } = body;
  if (!isObject(inputs)) throw invalid("inputs", "inputs is required and must be an object");
  return inputs;
}

/** Only the exact word streams. */
export function isStreaming(body: V1Body): boolean {
  const mode = body["response_mode"] ?? null;
  if (mode === null || mode === "blocking") return false;
  if (mode === "streaming") return true;
  throw invalid("response_mode", "response_mode must be streaming or blocking");
}

export function textOf(body: V1Body, name: string): string | null {
  const value = body[name] ?? null;
  if (value === null || typeof value === "string") return value;
  throw invalid(name, `${name} must be a string`);
}

/** Files as the caller describes them. */
export function filesOf(body: V1Body): Value[] {
  const files = body["files"] ?? null;
  if (files === null) return [];
  if (!Array.isArray(files)) throw invalid("files", "files must be a list");
  return files;
}

export function invalid(path: string, message: string) {
  return RequestErrors.invalid({ what: message }, { details: [{ path, message }] });
}
