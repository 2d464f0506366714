import { type RunError, type V1Code, type V1Error, v1CodeOf, v1Codes } from "@diwan/contracts";
import type { DiwanError, ErrorKind } from "@diwan/kernel";

/** An error of ours under the frozen codes of the service API. */
export function v1Error(error: DiwanError): V1Error {
  const code = v1CodeOf[error.code] ?? v1CodeOfKind(error.kind);
  const message = error.kind === "defect" ? "Something went wrong on our side." : error.message;
  return { code, message, status: v1Codes[code] };
}

/** What closes the stream of a chat whose run failed: a value error, whatever the cause. */
export function v1ErrorOfRun(error: RunError | null): V1Error {
  return { code: "invalid_param", message: error?.message ?? "The run failed.", status: v1Codes.invalid_param };
}

function v1CodeOfKind(kind: ErrorKind): V1Code {
  switch (kind) {
    case "caller":
      return "invalid_param";
    case "author":
    case "dependency":
      return "completion_request_error";
    case "defect":
      return "internal_server_error";
  }
}
