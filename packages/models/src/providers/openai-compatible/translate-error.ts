import type { DiwanError } from "@diwan/kernel";
import type { Dispatcher } from "undici";
import { ModelErrors } from "../../errors.ts";
import { StreamedError } from "./read-stream.ts";

type Names = { provider: string; model: string };

/** What a call that broke means. */
export function translateError(error: unknown, names: Names): DiwanError {
  const reason = connectionProblem(error);
  if (reason !== undefined) return ModelErrors.unreachable({ ...names, reason });
  if (error instanceof StreamedError) {
    return ModelErrors.unavailable({ ...names, reason: `it broke off: ${excerpt(error.message)}` });
  }
  return ModelErrors.unavailable({ ...names, reason: "its answer made no sense" });
}

/** Longest part of a refusal that is read. */
const MAX_REFUSAL_BYTES = 100_000;

/** What an answer with an error status means. */
export async function refusalOf(
  { statusCode, headers, body }: Dispatcher.ResponseData,
  names: Names,
): Promise<DiwanError> {
  const text = await refusalText(body);
  switch (statusCode) {
    case 401:
    case 403:
      return ModelErrors["credentials-refused"](names);
    case 402:
      return ModelErrors["quota-used-up"](names);
    case 404:
      return ModelErrors["not-supported"](names);
    case 429: {
      if (/quota|billing|insufficient/i.test(text)) return ModelErrors["quota-used-up"](names);
      const retryAfterMs = readRetryAfter(headers["retry-after"]);
      return ModelErrors["rate-limited"](names, retryAfterMs === undefined ? {} : { retryAfterMs });
    }
    default:
  }
  if (statusCode >= 500) return ModelErrors.unavailable({ ...names, reason: `it answered ${statusCode}` });
  if (/context[ _-]?(length|window)|too many tokens|maximum context/i.test(text)) {
    return ModelErrors["context-too-long"](names);
  }
  if (/content[ _-]?(filter|policy)/i.test(text)) return ModelErrors["content-filtered"](names);
  return ModelErrors["request-refused"]({ ...names, reason: text });
}

async function refusalText(body: Dispatcher.ResponseData["body"]): Promise<string> {
  let text = "";
  for await (const chunk of body) {
    text += chunk;
    if (text.length > MAX_REFUSAL_BYTES) break;
  }
  try {
    const { error } = JSON.parse(text) as { error?: { message?: unknown } };
    return typeof error?.message === "string" ? excerpt(error.message) : "";
  } catch {
    return "";
  }
}

/** The provider's message, shortened, with anything like a key masked. */
function excerpt(message: string): string {
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
    if (/^(terminated|aborted|other side closed)$/.test(inner.message)) return "the connection was cut";
  }
  return undefined;
}

function readRetryAfter(header: string | string[] | undefined): number | undefined {
  const seconds = Number(header);
  return header === undefined || Number.isNaN(seconds) ? undefined : seconds * 1000;
}
