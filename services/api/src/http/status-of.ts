import type { DiwanError, ErrorKind } from "@diwan/kernel";

/** Codes whose status does not follow from their kind. */
const byCode: Record<string, number> = {
  "app.import-expired": 404,
  "app.mode-wrong": 409,
  "app.not-found": 404,
  "app.not-published": 409,
  "app.sample-unknown": 404,
  "auth.credentials-wrong": 401,
  "auth.csrf": 403,
  "auth.session-expired": 401,
  "auth.too-many-attempts": 429,
  "key.limit-reached": 409,
  "key.not-found": 404,
  "key.unknown": 401,
  "model.provider-read-only": 409,
  "permission.missing": 403,
  "request.not-found": 404,
  "request.too-large": 413,
  "request.unsupported-media-type": 415,
  "run.app-busy": 429,
  "run.conversation-not-found": 404,
  "run.form-expired": 412,
  "run.form-not-found": 404,
  "run.form-submitted": 412,
  "run.not-ended": 409,
  "run.not-found": 404,
  "run.not-replayable": 409,
  "run.retry-point-unknown": 422,
  "setup.done": 404,
  "setup.required": 503,
  "setup.secret-wrong": 401,
  "upload.no-media-type": 415,
  "upload.too-large": 413,
  "workspace.not-found": 404,
};

/** The HTTP status of an error: by its code, else by its kind. */
export function statusOf(error: DiwanError): number {
  return byCode[error.code] ?? statusOfKind(error.kind);
}

function statusOfKind(kind: ErrorKind): number {
  switch (kind) {
    case "caller":
      return 400;
    case "author":
      return 422;
    case "dependency":
      return 503;
    case "defect":
      return 500;
  }
}
