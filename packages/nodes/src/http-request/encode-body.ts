import { createHash } from "node:crypto";
import { DiwanError } from "@diwan/kernel";
import type { FileValue } from "@diwan/workflow";
import type { RunFiles } from "../ports.ts";
import { withHeader } from "./header-lines.ts";
import type { Outgoing } from "./outgoing.ts";
import { StepProblem } from "./step-problem.ts";

/** @source the operations contract, egress policy: limits.request_mib */
const MAX_REQUEST_BYTES = 26 * 1024 * 1024;

export type Encoded = { headers: [string, string][]; body: Uint8Array | undefined };

/**
 * The bytes of a request's body, its files read.
 *
 * @throws StepProblem FileFetchError, RequestBodyError; egress.blocked (author) for a file that lies elsewhere.
 */
export async function encodeBody(request: Outgoing, files: RunFiles, signal: AbortSignal): Promise<Encoded> {
  const { headers, body } = request;
  const reader = new FileReader(files, signal);
  switch (body.kind) {
    case "none":
      return { headers, body: undefined };
    case "text":
      return { headers, body: reader.count(Buffer.from(body.text, "utf8")) };
    case "file":
      return { headers, body: await reader.read(body.item.files[0]!) };
    case "form": {
      const parts: Part[] = body.fields.map(({ key, value }) => ({
        name: key,
        bytes: reader.count(Buffer.from(value)),
      }));
      for (const { key, files: values } of body.files) {
        for (const file of values) parts.push({ name: key, file, bytes: await reader.read(file) });
      }
      // With fields alone some libraries would send another format than the one that was chosen.
      if (!parts.some(({ file }) => file !== undefined)) parts.push(placeholder);
      const boundary = boundaryOf(parts);
      // An author's own content type cannot know the boundary.
      const type = `multipart/form-data; boundary=${boundary}`;
      return { headers: withHeader(headers, "Content-Type", type), body: multipart(parts, boundary) };
    }
  }
}

type Part = { name: string; file?: Pick<FileValue, "filename" | "mime_type">; bytes: Uint8Array };

/** @source the app file contract, http-request: form-data without files */
const placeholder: Part = {
  name: "__multipart_placeholder__",
  file: { filename: "", mime_type: null },
  bytes: Buffer.alloc(0),
};

/** Keeps count of how large the request gets. */
class FileReader {
  readonly #files: RunFiles;
  readonly #signal: AbortSignal;
  #left = MAX_REQUEST_BYTES;

  constructor(files: RunFiles, signal: AbortSignal) {
    this.#files = files;
    this.#signal = signal;
  }

  count(bytes: Uint8Array): Uint8Array {
    this.#left -= bytes.length;
    if (this.#left < 0) {
      const most = MAX_REQUEST_BYTES / 1024 / 1024;
      throw new StepProblem("RequestBodyError", `The body is larger than ${most} MiB, the most that is sent.`);
    }
    return bytes;
  }

  async read(file: FileValue): Promise<Uint8Array> {
    try {
      return this.count(await this.#files.read(file, { maxBytes: this.#left, signal: this.#signal }));
    } catch (error) {
      if (!(error instanceof DiwanError) || error.kind === "defect" || error.code.startsWith("egress.")) throw error;
      throw new StepProblem("FileFetchError", error.message);
    }
  }
}

/**
 * A line that stands in none of the parts. It comes from what they hold, so that the same form is the same bytes whenever it
 * is sent, and a recorded answer to it is found again: an attempt's id would be another one in a run that was retried. Nobody
 * can put a text into a part that holds its own digest; the check costs one pass and needs no trust in that.
 */
function boundaryOf(parts: readonly Part[]): string {
  const hash = createHash("sha256");
  // Lengths keep two lists of parts apart that have the same bytes in a row.
  for (const { name, bytes } of parts) hash.update(`${name.length} ${bytes.byteLength} ${name}`).update(bytes);
  for (let tried = hash.digest("hex"); ; tried = createHash("sha256").update(tried).digest("hex")) {
    const boundary = `diwan-${tried.slice(0, 32)}`;
    if (!parts.some(({ bytes }) => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).includes(boundary)))
      return boundary;
  }
}

/** @source RFC 7578, with names escaped as browsers do */
function multipart(parts: readonly Part[], boundary: string): Uint8Array {
  const chunks: Uint8Array[] = [];
  for (const { name, file, bytes } of parts) {
    const filename = file === undefined ? "" : `; filename="${escapeName(file.filename ?? "file")}"`;
    const type = file === undefined ? "" : `Content-Type: ${mimeTypeOf(file)}\r\n`;
    const head = `--${boundary}\r\nContent-Disposition: form-data; name="${escapeName(name)}"${filename}\r\n${type}\r\n`;
    chunks.push(Buffer.from(head, "utf8"), bytes, Buffer.from("\r\n"));
  }
  chunks.push(Buffer.from(`--${boundary}--\r\n`));
  return Buffer.concat(chunks);
}

function escapeName(name: string): string {
  return name.replaceAll("\r", "%0D").replaceAll("\n", "%0A").replaceAll('"', "%22");
}

function mimeTypeOf({ mime_type }: Pick<FileValue, "mime_type">): string {
  const known = typeof mime_type === "string" && /^[\w!#$&^.+-]+\/[\w!#$&^.+-]+(; ?[\x20-\x7e]+)?$/.test(mime_type);
  return known ? mime_type : "application/octet-stream";
}
