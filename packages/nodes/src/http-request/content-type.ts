export type ContentType = { main: string; charset: string | undefined };

/** The type in lower case, "" where there is none, and the charset that it names. */
export function parseContentType(header: string | undefined): ContentType {
  const [main = "", ...parameters] = (header ?? "").split(";");
  const charset = parameters
    .map((parameter) => /^\s*charset\s*=\s*"?([^"\s]+)"?\s*$/i.exec(parameter)?.[1])
    .find((found) => found !== undefined);
  return { main: main.trim().toLowerCase(), charset };
}

/** Text in its charset; what cannot be read is replaced, a charset that nobody knows is taken for UTF-8. */
export function decodeText(bytes: Uint8Array, charset: string | undefined): string {
  return new TextDecoder(isKnown(charset) ? charset : "utf-8").decode(bytes);
}

function isKnown(charset: string | undefined): charset is string {
  try {
    new TextDecoder(charset);
    return charset !== undefined;
  } catch {
    return false;
  }
}
