import type { ContentPart } from "@diwan/models";
import { type FileValue, isFile, type Value } from "@diwan/workflow";
import type { NodePorts } from "../ports.ts";

const MEBIBYTE = 1024 * 1024;

/**
 * What models can be shown, and the largest of each kind.
 *
 * @source the app file contract, files: upload limits
 */
const mostBytes: Record<string, number> = {
  image: 10 * MEBIBYTE,
  document: 15 * MEBIBYTE,
  audio: 50 * MEBIBYTE,
  video: 100 * MEBIBYTE,
};

/** What it takes to show files to a model. */
export type FileReading = { files: NodePorts["files"]; signal: AbortSignal };

/**
 * A file as a model receives it: its bytes, since no provider reaches addresses of ours, or its name where no model could
 * read it.
 *
 * @throws file.not-found, file.too-large, egress.blocked (author), egress.failed (dependency)
 * @source docs/decisions/0019-models-receive-the-bytes-of-files.md
 */
async function filePart(file: Value, detail: "low" | "high", { files, signal }: FileReading): Promise<ContentPart> {
  if (!isFile(file)) return { type: "text", text: "" };
  const kind = String(file.type);
  if (!Object.hasOwn(mostBytes, kind)) {
    return { type: "text", text: `[Unsupported file type: ${file.filename ?? ""} (${kind})]` };
  }
  const bytes = await files.read(file, { maxBytes: mostBytes[kind]!, signal });
  const data = Buffer.from(bytes);
  return { type: "file", mediaType: mediaTypeOf(file, kind, data), data: data.toString("base64"), detail };
}

const signatures: [mediaType: string, signature: RegExp][] = [
  ["image/png", /^\x89PNG/],
  ["image/jpeg", /^\xff\xd8\xff/],
  ["image/gif", /^GIF8/],
  ["image/webp", /^RIFF[\s\S]{4}WEBP/],
];

/** Addresses without an extension do not tell what kind of picture they lead to; its first bytes do. */
function mediaTypeOf({ mime_type: said }: FileValue, kind: string, bytes: Buffer): string {
  const isKnown = typeof said === "string" && said !== "" && said !== "application/octet-stream";
  if (isKnown || kind === "document") return said || "application/octet-stream";
  const head = bytes.toString("latin1", 0, 12);
  return (
    signatures.find(([mediaType, signature]) => mediaType.startsWith(kind) && signature.test(head))?.[0] ?? `${kind}/*`
  );
}

/** One after the other: each may be large. */
export async function fileParts(
  files: readonly Value[],
  detail: "low" | "high",
  reading: FileReading,
): Promise<ContentPart[]> {
  const parts: ContentPart[] = [];
  for (const file of files) parts.push(await filePart(file, detail, reading));
  return parts;
}
