import type { HttpClient } from "@diwan/egress";
import { LinkedAbort } from "@diwan/kernel";
import type { FileValue } from "@diwan/workflow";
import { FileErrors } from "./errors.ts";

const TIMEOUTS = { connectMs: 10_000, readMs: 60_000, writeMs: 10_000, totalMs: 300_000 };
const MAX_REDIRECTS = 5;

/**
 * Fetches a file that lies elsewhere.
 *
 * @throws file.not-found, file.too-large (author), egress.*
 */
export async function readRemoteFile(
  http: HttpClient,
  file: FileValue,
  { maxBytes, signal }: { maxBytes: number; signal: AbortSignal },
): Promise<Uint8Array> {
  const url = file.remote_url ?? file.url ?? "";
  const name = file.filename ?? url;
  using done = new LinkedAbort(signal);
  const response = await http.send({
    method: "GET",
    url,
    headers: [],
    body: undefined,
    timeouts: TIMEOUTS,
    maxRedirects: MAX_REDIRECTS,
    verifyTls: true,
    signal: done.signal,
  });
  try {
    if (response.status < 200 || response.status > 299) throw FileErrors["not-found"]({ name });
    const chunks: Uint8Array[] = [];
    let size = 0;
    for await (const chunk of response.body) {
      size += chunk.byteLength;
      if (size > maxBytes) throw FileErrors["too-large"]({ name, maxBytes });
      chunks.push(chunk);
    }
    return Buffer.concat(chunks);
  } finally {
    done.abort();
  }
}
