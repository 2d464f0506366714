import { connectionProblem, type HttpResponse, headerOf } from "@diwan/egress";
import { DiwanError } from "@diwan/kernel";
import { ModelErrors } from "../../errors.ts";
import { StreamedError } from "./read-stream.ts";
import { readText } from "./read-text.ts";

type Names = { provider: string; model: string };

/** What a call that broke means. What is an error of models already, or a refusal to call, stays as it is. */
export function translateError(error: unknown, names: Names): DiwanError {
  const ofConnection = error instanceof DiwanError && /^egress\.(failed|timed-out)$/.test(error.code);
  if (error instanceof DiwanError && !ofConnection) return error;
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
export async function refusalOf(response: HttpResponse, names: Names): Promise<DiwanError> {
  const { status } = response;
  const text = await refusalText(response);
  switch (status) {
    case 401:
    case 403:
      return ModelErrors["credentials-refused"](names);
    case 402:
      return ModelErrors["quota-used-up"](names);
    case 404:
      return ModelErrors["not-supported"](names);
    case 429: {
      if (/quota|billing|insufficient/i.test(text)) return ModelErrors["quota-used-up"](names);
      const retryAfterMs = readRetryAfter(headerOf(response, "retry-after"));
      return ModelErrors["rate-limited"](names, retryAfterMs === undefined ? {} : { retryAfterMs });
    }
    default:
  }
  if (status >= 500) return ModelErrors.unavailable({ ...names, reason: `it answered ${status}` });
  if (/context[ _-]?(length|window)|too many tokens|maximum context/i.test(text)) {
    return ModelErrors["context-too-long"](names);
  }
  if (/content[ _-]?(filter|policy)/i.test(text)) return ModelErrors["content-filtered"](names);
  return ModelErrors["request-refused"]({ ...names, reason: text });
}

async function refusalText({ body }: HttpResponse): Promise<string> {
  const text = await readText(body, MAX_REFUSAL_BYTES);
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

function readRetryAfter(header: string | undefined): number | undefined {
  const seconds = Number(header);
  return header === undefined || Number.isNaN(seconds) ? undefined : seconds * 1000;
}
