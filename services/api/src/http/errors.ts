import { asDiwanError, type DiwanError, defineErrors, RequestErrors } from "@diwan/kernel";

export const PermissionErrors = defineErrors("permission", {
  missing: {
    kind: "caller",
    message: ({ role }: { role: string }) => `This needs the role ${role} in the workspace. Ask its owner for it.`,
  },
});

export const HttpErrors = defineErrors("request", {
  "too-large": {
    kind: "caller",
    message: ({ maxBytes }: { maxBytes: number }) =>
      `The request is larger than ${maxBytes} bytes, the limit DIWAN_REQUEST_MAX_BYTES.`,
  },
  "server-stopping": {
    kind: "dependency",
    message: "This server is stopping. The run goes on: ask for its result by its id.",
  },
  "unsupported-media-type": { kind: "caller", message: "Send JSON with Content-Type: application/json." },
});

type FrameworkError = { statusCode?: number; code?: string; message?: string; validation?: unknown };

/**
 * What the web framework throws becomes ours; everything else as it is, or a defect.
 *
 * @param maxBytes  Of the request, at the address that it came to.
 */
export function fromFramework(error: unknown, maxBytes: number): DiwanError {
  const { statusCode, code, message = "" } = (error ?? {}) as FrameworkError;
  if (code === "FST_ERR_CTP_BODY_TOO_LARGE") return HttpErrors["too-large"]({ maxBytes });
  if (code === "FST_ERR_CTP_INVALID_MEDIA_TYPE" || code === "FST_ERR_CTP_EMPTY_TYPE") {
    return HttpErrors["unsupported-media-type"]({});
  }
  if (code === "FST_ERR_CTP_EMPTY_JSON_BODY" || code === "FST_ERR_CTP_INVALID_JSON_BODY") {
    return RequestErrors.invalid({ what: "The body is not valid JSON." });
  }
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500)
    return RequestErrors.invalid({ what: message });
  return asDiwanError(error);
}
