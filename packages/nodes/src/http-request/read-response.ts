import { type HttpResponse, headerOf } from "@diwan/egress";
import { type ContentType, decodeText, parseContentType } from "./content-type.ts";
import { fileNameOf } from "./file-name.ts";
import type { HttpLimits } from "./limits.ts";
import { kindByHead, kindBySample, SAMPLE_BYTES } from "./response-kind.ts";
import { StepProblem } from "./step-problem.ts";

export type Received =
  | { kind: "text"; text: string }
  | { kind: "file"; name: string; mimeType: string; bytes: Uint8Array };

type Kind = "text" | "file" | "look";

/**
 * Reads an answer as text or as a file, and never more of it than a step may take.
 *
 * @throws StepProblem ResponseSizeError, before anything is read where the answer says how long it is.
 */
export async function readResponse(response: HttpResponse, method: string, limits: HttpLimits): Promise<Received> {
  // An answer to HEAD describes a body that does not come.
  if (method === "HEAD" || response.status === 204 || response.status === 304) {
    for await (const _ of response.body);
    return { kind: "text", text: "" };
  }
  const disposition = headerOf(response, "content-disposition");
  const type = parseContentType(headerOf(response, "content-type"));
  const { kind, bytes } = await readBytes(response, kindByHead(disposition, type), limits);
  if (kind === "text") return { kind, text: decodeText(bytes, type.charset) };
  const mimeType = mimeTypeOf(type);
  return { kind, name: fileNameOf(disposition, response.url, mimeType), mimeType, bytes };
}

async function readBytes(
  response: HttpResponse,
  byHead: Kind,
  limits: HttpLimits,
): Promise<{ kind: "text" | "file"; bytes: Uint8Array }> {
  let kind = byHead;
  const chunks: Uint8Array[] = [];
  let size = 0;
  // Leaving the loop closes the connection: what is too long is not read to its end.
  for await (const chunk of response.body) {
    if (size === 0) checkSize(declaredBytes(response), kind, limits);
    chunks.push(chunk);
    size += chunk.length;
    if (kind === "look" && size >= SAMPLE_BYTES) kind = kindBySample(Buffer.concat(chunks));
    checkSize(size, kind, limits);
  }
  const bytes = Buffer.concat(chunks);
  const settled = kind === "look" ? kindBySample(bytes) : kind;
  checkSize(size, settled, limits);
  return { kind: settled, bytes };
}

/** 0 where the answer does not say, or says it of an encoded body. */
function declaredBytes(response: HttpResponse): number {
  if (headerOf(response, "content-encoding") !== undefined) return 0;
  return Number(headerOf(response, "content-length") ?? 0) || 0;
}

function checkSize(bytes: number, kind: Kind, { maxTextBytes, maxFileBytes }: HttpLimits): void {
  const most = kind === "text" ? maxTextBytes : kind === "file" ? maxFileBytes : Math.max(maxTextBytes, maxFileBytes);
  if (bytes <= most) return;
  const what = kind === "text" ? "text" : "file";
  throw new StepProblem(
    "ResponseSizeError",
    `The answer is larger than ${inWords(most)}, the largest ${what} a step takes.`,
  );
}

function inWords(bytes: number): string {
  const mebibytes = bytes / 1024 / 1024;
  return Number.isInteger(mebibytes) ? `${mebibytes} MiB` : `${bytes} bytes`;
}

function mimeTypeOf({ main }: ContentType): string {
  return /^[\w!#$&^.+-]+\/[\w!#$&^.+-]+$/.test(main) ? main : "application/octet-stream";
}
