import { createHash } from "node:crypto";
import type { FramePath } from "@diwan/contracts";

/**
 * The id of a step: the same for whoever drives the run, so that a worker which takes it over goes on with the same
 * steps.
 */
export function stepIdOf(runId: string, frame: FramePath, nodeId: string): string {
  return uuidOf(runId, frame.length === 0 ? nodeId : `${JSON.stringify(frame)}${nodeId}`);
}

/** What an attempt tells the systems it calls, so that they can know a repetition of it. */
export function attemptIdOf(stepId: string, attempt: number): string {
  return uuidOf(stepId, String(attempt));
}

/** @source RFC 9562 §5.5, UUIDv5 */
function uuidOf(namespace: string, name: string): string {
  const hash = createHash("sha1")
    .update(Buffer.from(namespace.replaceAll("-", ""), "hex"))
    .update(name)
    .digest("hex");
  const variant = ((Number.parseInt(hash[16]!, 16) & 0x3) | 0x8).toString(16);
  return `${hash.slice(0, 8)}-${hash.slice(8, 12)}-5${hash.slice(13, 16)}-${variant}${hash.slice(17, 20)}-${hash.slice(20, 32)}`;
}

/**
 * Random numbers of one attempt: the same seed gives the same numbers.
 *
 * @returns Numbers from 0 to below 1, 32 bits each.
 */
export function randomOf(seed: string, attemptId: string): () => number {
  let counter = 0;
  return () => {
    counter += 1;
    return createHash("sha256").update(`${seed}/${attemptId}/${counter}`).digest().readUInt32BE(0) / 2 ** 32;
  };
}
