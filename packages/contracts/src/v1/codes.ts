/**
 * The frozen error codes of the service API with their HTTP status.
 *
 * @source the service API contract, error envelope
 */
export const v1Codes = {
  unauthorized: 401,
  forbidden: 403,
  not_found: 404,
  method_not_allowed: 405,
  conflict: 409,
  unsupported_media_type: 415,
  invalid_param: 400,
  bad_request: 400,
  app_unavailable: 400,
  not_chat_app: 400,
  not_workflow_app: 400,
  not_completion_app: 400,
  conversation_completed: 400,
  provider_not_initialize: 400,
  provider_quota_exceeded: 400,
  model_currently_not_support: 400,
  completion_request_error: 400,
  too_many_requests: 429,
  rate_limit_error: 429,
  file_too_large: 413,
  no_file_uploaded: 400,
  too_many_files: 400,
  filename_not_exists_error: 400,
  unsupported_file_type: 415,
  human_input_form_submitted: 412,
  human_input_form_expired: 412,
  invalid_form_data: 400,
  unknown: 500,
  internal_server_error: 500,
} as const;

export type V1Code = keyof typeof v1Codes;

export type V1Error = { code: V1Code; message: string; status: number };

/**
 * Our error codes on `/v1`. What is not listed falls back by kind: `caller` → `invalid_param`, `author` and
 * `dependency` → `completion_request_error`, `defect` → `internal_server_error`.
 */
export const v1CodeOf: Readonly<Record<string, V1Code>> = {
  "app.api-off": "forbidden",
  "app.not-found": "forbidden",
  "app.not-published": "app_unavailable",
  "app.not-runnable": "app_unavailable",
  "key.unknown": "unauthorized",
  "model.not-configured": "provider_not_initialize",
  "model.not-supported": "model_currently_not_support",
  "model.quota-used-up": "provider_quota_exceeded",
  "request.not-found": "not_found",
  "request.server-stopping": "internal_server_error",
  "request.too-large": "file_too_large",
  "request.unsupported-media-type": "unsupported_media_type",
  "run.app-busy": "too_many_requests",
  "run.conversation-not-found": "not_found",
  "run.form-expired": "human_input_form_expired",
  "run.form-invalid": "invalid_form_data",
  "run.form-not-found": "not_found",
  "run.form-submitted": "human_input_form_submitted",
  "run.not-found": "not_found",
  "run.queue-full": "too_many_requests",
  "upload.name-missing": "filename_not_exists_error",
  "upload.no-file": "no_file_uploaded",
  "upload.no-media-type": "unsupported_file_type",
  "upload.too-large": "file_too_large",
  "upload.too-many-files": "too_many_files",
  "v1.method-not-allowed": "method_not_allowed",
  "v1.no-such-route": "not_found",
  "v1.not-chat-app": "not_chat_app",
  "v1.not-workflow-app": "not_workflow_app",
  "v1.version-malformed": "bad_request",
  "v1.version-unknown": "not_found",
  "storage.busy": "internal_server_error",
  "storage.full": "internal_server_error",
  "storage.unavailable": "internal_server_error",
};
