import { APICallError } from "@ai-sdk/provider";
import type { DiwanError } from "@diwan/kernel";
import { ModelErrors } from "../../errors.ts";

type Names = { provider: string; model: string };

/**
 * What a failed call means. The provider's own error carries the prompt, so it does not become our cause; only its
 * status and a short excerpt of its text are kept.
 */
export function translateError(error: unknown, names: Names): DiwanError {
  // A connection that breaks in mid-answer comes as an error with the status of the answer's beginning.
  const reason = connectionProblem(error);
  if (reason !== undefined) return ModelErrors.unreachable({ ...names, reason });
  if (APICallError.isInstance(error) && error.statusCode !== undefined) return fromStatus(error, names);
  return ModelErrors.unavailable({ ...names, reason: "its answer made no sense" });
}

function fromStatus(error: APICallError, names: Names): DiwanError {
  const text = excerpt(error);
  const retryAfterMs = readRetryAfter(error.responseHeaders?.["retry-after"]);
  switch (error.statusCode) {
    case 401:
    case 403:
      return ModelErrors["credentials-refused"](names);
    case 402:
      return ModelErrors["quota-used-up"](names);
    case 404:
      return ModelErrors["not-supported"](names);
    case 429:
      if (/quota|billing|insufficient/i.test(text)) return ModelErrors["quota-used-up"](names);
      return ModelErrors["rate-limited"](names, retryAfterMs === undefined ? {} : { retryAfterMs });
    default:
  }
  if (error.statusCode! >= 500) return ModelErrors.unavailable({ ...names, reason: `it answered ${error.statusCode}` });
  if (/context[ _-]?(length|window)|too many tokens|maximum context/i.test(text))
    return ModelErrors["context-too-long"](names);
  if (/content[ _-]?(filter|policy)/i.test(text)) return ModelErrors["content-filtered"](names);
  // An answer below 400 that is no stream is no refusal of ours: something else answers at that address.
  if (error.statusCode! < 400) return ModelErrors.unavailable({ ...names, reason: "its answer made no sense" });
  return ModelErrors["request-refused"]({ ...names, reason: text });
}

/** The provider's message, shortened, with anything like a key masked. */
function excerpt(error: APICallError): string {
  const data = error.data as { error?: { message?: unknown } } | undefined;
  const message = typeof data?.error?.message === "string" ? data.error.message : "";
  return message
    .replace(/\b(sk[-_]|Bearer\s+)[\w.-]{6,}/gi, "$1…")
    .slice(0, 500)
    .trim();
}

const networkProblems: Record<string, string> = {
  ECONNREFUSED: "nothing listens at its address",
  ECONNRESET: "the connection was cut",
  ENOTFOUND: "its host name is not known",
  EAI_AGAIN: "its host name could not be looked up",
  ETIMEDOUT: "it did not answer in time",
  EHOSTUNREACH: "its host cannot be reached",
  EPIPE: "the connection was cut",
  UND_ERR_CONNECT_TIMEOUT: "it did not answer in time",
  UND_ERR_HEADERS_TIMEOUT: "it did not answer in time",
  UND_ERR_BODY_TIMEOUT: "it fell silent",
  UND_ERR_SOCKET: "the connection was cut",
  CERT_HAS_EXPIRED: "its certificate has expired",
  DEPTH_ZERO_SELF_SIGNED_CERT: "its certificate is not trusted",
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: "its certificate is not trusted",
};

function connectionProblem(error: unknown): string | undefined {
  for (let inner: unknown = error; inner instanceof Error; inner = inner.cause) {
    const code = (inner as NodeJS.ErrnoException).code;
    if (typeof code === "string" && code in networkProblems) return networkProblems[code];
    if (inner instanceof TypeError && /terminated|fetch failed/.test(inner.message) && inner.cause === undefined) {
      return "the connection was cut";
    }
  }
  return undefined;
}

function readRetryAfter(header: string | undefined): number | undefined {
  const seconds = Number(header);
  return header === undefined || Number.isNaN(seconds) ? undefined : seconds * 1000;
}
