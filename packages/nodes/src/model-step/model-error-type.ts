const types: Record<string, string> = {
  "model.not-configured": "ProviderTokenNotInitError",
  "model.credentials-refused": "InvokeAuthorizationError",
  "model.rate-limited": "InvokeRateLimitError",
  "model.quota-used-up": "QuotaExceededError",
  "model.not-supported": "InvokeBadRequestError",
  "model.request-refused": "InvokeBadRequestError",
  "model.context-too-long": "InvokeBadRequestError",
  "model.content-filtered": "InvokeBadRequestError",
  "model.not-recorded": "InvokeBadRequestError",
  "model.unavailable": "InvokeServerUnavailableError",
  "model.unreachable": "InvokeConnectionError",
  "egress.blocked": "EgressBlockedError",
};

/**
 * The class name by which app files and clients know a failed model call.
 *
 * @source the model gateway contract, errors
 */
export function modelErrorType(code: string): string {
  return types[code] ?? "WorkflowNodeError";
}
