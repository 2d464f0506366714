const extensions: Record<string, string> = {
  "application/gzip": ".gz",
  "application/msword": ".doc",
  "application/pdf": ".pdf",
  "application/vnd.openxmlformats-officedocument.presentationml.presentation": ".pptx",
  "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ".xlsx",
  "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
  "application/zip": ".zip",
  "audio/mpeg": ".mp3",
  "audio/wav": ".wav",
  "image/gif": ".gif",
  "image/jpeg": ".jpg",
  "image/png": ".png",
  "image/svg+xml": ".svg",
  "image/webp": ".webp",
  "text/csv": ".csv",
  "video/mp4": ".mp4",
};

const MAX_CHARACTERS = 200;

/** A name for a file that was answered: what the server calls it, else the end of its address, else one by its type. */
export function fileNameOf(disposition: string | undefined, url: string, mimeType: string): string {
  const extension = extensions[mimeType] ?? ".bin";
  const named = plainName(nameIn(disposition));
  if (named !== "") return named;
  const last = plainName(decoded(new URL(url).pathname.split("/").at(-1)!));
  if (last === "") return `response${extension}`;
  return /\.\w{1,10}$/.test(last) ? last : `${last}${extension}`;
}

/** @source RFC 6266: `filename*` goes before `filename` */
function nameIn(disposition = ""): string {
  const [, charset, extended] = /\bfilename\*\s*=\s*([\w-]*)'[^']*'([^;\s]+)/i.exec(disposition) ?? [];
  if (extended !== undefined) return decoded(extended, charset);
  const [, quoted, bare] = /\bfilename\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^;\s]+))/i.exec(disposition) ?? [];
  const name = quoted?.replace(/\\(.)/g, "$1") ?? bare ?? "";
  return utf8In(name);
}

/** Headers are read as Latin-1, yet most servers write UTF-8. */
function utf8In(text: string): string {
  if (!/^[\x00-\xff]*$/.test(text)) return text;
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(Buffer.from(text, "latin1"));
  } catch {
    return text;
  }
}

function decoded(text: string, charset = "utf-8"): string {
  if (!/^utf-?8$/i.test(charset))
    return text.replace(/%([\da-f]{2})/gi, (_, code) => String.fromCharCode(Number(`0x${code}`)));
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Without folders, and without characters that mean something to file systems or to whoever reads a listing. */
function plainName(name: string): string {
  const last = name.split(/[/\\]/).at(-1)!;
  const plain = last.replace(/[\x00-\x1f\x7f<>:"|?*\u200b-\u200f\u202a-\u202e\u2066-\u2069]/g, "").trim();
  return /^\.*$/.test(plain) ? "" : plain.slice(-MAX_CHARACTERS);
}
