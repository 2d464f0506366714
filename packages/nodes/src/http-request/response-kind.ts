import type { ContentType } from "./content-type.ts";

/** Bytes of a body by which it is told whether it is text. */
export const SAMPLE_BYTES = 1024;

const textual = /json|xml|javascript|x-www-form-urlencoded|yaml|graphql/;
const tables = /^text\/.*(csv|comma-separated-values)/;
const signsOfText = ["{", "[", "<", "function", "var ", "const ", "let "];

/**
 * Whether an answer is text or a file by its head, or only a look at its body tells.
 *
 * @source the app file contract, http-request: when a response is a file
 */
export function kindByHead(disposition: string | undefined, { main }: ContentType): "text" | "file" | "look" {
  if (disposition !== undefined && /^\s*attachment\b|\bfilename\*?\s*=/i.test(disposition)) return "file";
  if (tables.test(main)) return "file";
  if (main.startsWith("text/")) return "text";
  if (main.startsWith("application/")) return textual.test(main) ? "text" : "look";
  return /^(image|audio|video)\//.test(main) ? "file" : "text";
}

/** @param sample  The first `SAMPLE_BYTES` of the body, or all of a shorter one. */
export function kindBySample(sample: Uint8Array): "text" | "file" {
  try {
    // The sample may end inside a character.
    const text = new TextDecoder("utf-8", { fatal: true }).decode(sample.subarray(0, SAMPLE_BYTES), { stream: true });
    return signsOfText.some((sign) => text.includes(sign)) ? "text" : "file";
  } catch {
    return "file";
  }
}
