const problems: Record<string, string> = {
  ECONNREFUSED: "nothing listens at its address",
  ECONNRESET: "the connection was cut",
  ENOTFOUND: "its host name is not known",
  ENODATA: "its host name is not known",
  EAI_AGAIN: "its host name could not be looked up",
  ETIMEDOUT: "it did not answer in time",
  EHOSTUNREACH: "its host cannot be reached",
  ENETUNREACH: "its host cannot be reached",
  EPIPE: "the connection was cut",
  UND_ERR_CONNECT_TIMEOUT: "it did not answer in time",
  UND_ERR_HEADERS_TIMEOUT: "it did not answer in time",
  UND_ERR_BODY_TIMEOUT: "it fell silent",
  UND_ERR_SOCKET: "the connection was cut",
  UND_ERR_HEADERS_OVERFLOW: "the head of its answer is too large",
  CERT_HAS_EXPIRED: "its certificate has expired",
  CERT_NOT_YET_VALID: "its certificate is not valid yet",
  ERR_TLS_CERT_ALTNAME_INVALID: "its certificate is for another name",
  DEPTH_ZERO_SELF_SIGNED_CERT: "its certificate is not trusted",
  SELF_SIGNED_CERT_IN_CHAIN: "its certificate is not trusted",
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: "its certificate is not trusted",
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: "its certificate is not trusted",
};

/** What broke on the way to the other side and back, in words; undefined where nothing of the kind did. */
export function connectionProblem(error: unknown): string | undefined {
  for (let inner: unknown = error; inner instanceof Error; inner = inner.cause) {
    const code = (inner as NodeJS.ErrnoException).code;
    if (typeof code === "string" && code in problems) return problems[code];
    if (/^(terminated|aborted|other side closed)$|Invalid EOF state/.test(inner.message))
      return "the connection was cut";
    if (inner.name === "HTTPParserError") return "its answer is no proper HTTP";
    if (typeof code === "string" && /^(Z_|ERR_BROTLI_|ERR__ERROR_FORMAT|ZSTD_)/.test(code))
      return "its answer cannot be decoded";
  }
  return undefined;
}
