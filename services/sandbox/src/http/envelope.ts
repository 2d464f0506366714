/** What every answer in JSON looks like. @source sandbox, 1.2 */
export type Answer = { status: number; type: string; body: string; headers?: Readonly<Record<string, string>> };

const JSON_TYPE = "application/json; charset=utf-8";

export function succeed(data: unknown, headers: Readonly<Record<string, string>> = {}): Answer {
  return { status: 200, type: JSON_TYPE, body: JSON.stringify({ code: 0, message: "success", data }), headers };
}

/** @param code  Negative: the service could not do what it was asked for. */
export function fail(status: number, code: number, message: string, type = JSON_TYPE): Answer {
  return { status, type, body: JSON.stringify({ code, message, data: null }) };
}

export const unauthorized: Answer = { status: 401, type: "", body: "" };
export const notFound: Answer = { status: 404, type: "text/plain", body: "404 page not found" };
