import type { StepError } from "@diwan/contracts";
import { DiwanError } from "@diwan/kernel";
import { dumpsJson, type FileValue, parseJson } from "@diwan/workflow";
import type { NodePorts } from "../ports.ts";
import { decodeText } from "./decode-text.ts";
import { extensionOf, type FileFormat, formatOf } from "./file-format.ts";
import { markdownTable } from "./markdown-table.ts";
import { propertiesText } from "./properties-text.ts";

/** @source the app file contract, files: upload limits */
export const MAX_DOCUMENT_BYTES = 15 * 1024 * 1024;

/** A file whose text cannot be had. */
export class ExtractionError extends Error {
  readonly reason: StepError;
  constructor(reason: StepError & { type: FailureType }, cause?: unknown) {
    super(reason.message, { cause });
    this.reason = reason;
  }
}

/** Class names that clients know. */
type FailureType = "FileDownloadError" | "TextExtractionError" | "UnsupportedFileTypeError";

type Ports = Pick<NodePorts, "files" | "documents">;

/** @throws ExtractionError */
export async function extractText(file: FileValue, { files, documents }: Ports, signal: AbortSignal): Promise<string> {
  const bytes = await oursAs("FileDownloadError", () => files.read(file, { maxBytes: MAX_DOCUMENT_BYTES, signal }));
  const format = formatOf(file);
  if (format.kind !== "document") return rewrite(decodeText(bytes), format, file, signal);
  const text = await oursAs("TextExtractionError", () => documents.read(bytes, format.extension, signal));
  if (text !== undefined) return text;
  const fileType = extensionOf(file) || file.mime_type || "unknown";
  const example = file.filename ? `, such as "${file.filename}"` : "";
  const message = `Files of type "${fileType}" are not supported${example}. Send the text in another format.`;
  throw new ExtractionError({
    type: "UnsupportedFileTypeError",
    code: "node.document-extractor.type-unsupported",
    message,
  });
}

async function rewrite(text: string, { kind }: FileFormat, file: FileValue, signal: AbortSignal): Promise<string> {
  try {
    switch (kind) {
      case "json":
        return dumpsJson(parseJson(text), { indent: 2 });
      case "table":
        return await markdownTable(text, signal);
      case "properties":
        return propertiesText(text);
      default:
        return text;
    }
  } catch (error) {
    signal.throwIfAborted();
    const reason = error instanceof Error ? error.message : String(error);
    const message = `${nameOf(file)} cannot be read. ${reason}${/[.!?]$/.test(reason) ? "" : "."}`;
    throw new ExtractionError(
      { type: "TextExtractionError", code: "node.document-extractor.text-unreadable", message },
      error,
    );
  }
}

async function oursAs<Result>(type: FailureType, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof DiwanError)
      throw new ExtractionError({ type, code: error.code, message: error.message }, error);
    throw error;
  }
}

function nameOf({ filename }: FileValue): string {
  return filename ? `"${filename}"` : "The file";
}
