/** How far an HTTP step may go, as the operator set it. */
export type HttpLimits = {
  /** Longest waits; what a step sets itself is never longer. */
  connectMs: number;
  readMs: number;
  writeMs: number;
  maxFileBytes: number;
  maxTextBytes: number;
  /** For steps that do not say. */
  verifyTls: boolean;
};

/** @source the app file contract, http-request: HTTP_REQUEST_MAX_*_TIMEOUT, HTTP_REQUEST_NODE_MAX_*_SIZE, …_SSL_VERIFY */
export const defaultHttpLimits: HttpLimits = {
  connectMs: 10_000,
  readMs: 600_000,
  writeMs: 600_000,
  maxFileBytes: 10 * 1024 * 1024,
  maxTextBytes: 1024 * 1024,
  verifyTls: true,
};
