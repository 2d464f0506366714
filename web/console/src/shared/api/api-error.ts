import type { ConsoleError } from "@diwan/contracts";

/** What went wrong with a call: `code` decides the sentence, `requestId` finds it in the server's log. */
export class ApiError extends Error {
  readonly code: string;
  /** 0 where no answer came. */
  readonly status: number;
  readonly details: { path: string; message: string }[];
  readonly requestId: string | undefined;

  constructor(error: ConsoleError) {
    super(error.message);
    this.code = error.code;
    this.status = error.status;
    this.details = error.details ?? [];
    this.requestId = error.request_id === "" ? undefined : error.request_id;
  }
}

/** An error answer may come from a proxy in between and hold no JSON of ours. */
export async function readError(response: Response): Promise<ApiError> {
  const requestId = response.headers.get("x-request-id") ?? "";
  const fallback = { code: `http.${response.status}`, message: "", status: response.status, request_id: requestId };
  try {
    const body: unknown = await response.json();
    if (typeof body !== "object" || body === null || !("code" in body)) return new ApiError(fallback);
    return new ApiError({ ...fallback, ...(body as Partial<ConsoleError>) });
  } catch {
    return new ApiError(fallback);
  }
}
