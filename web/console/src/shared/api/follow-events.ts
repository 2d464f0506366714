import { readError } from "./api-error.ts";
import { createSseReader, type SseFrame } from "./sse.ts";

export type LinkState = "live" | "lost";
type FollowOptions = {
  path: string;
  onFrame: (frame: SseFrame) => void;
  /** "lost" once no connection could be had for five seconds; the way back is tried all the while. */
  onLink: (state: LinkState) => void;
  /** Ends following; the caller aborts when it has seen the last event. */
  signal: AbortSignal;
  fetch?: typeof globalThis.fetch;
  wait?: (ms: number) => Promise<void>;
  now?: () => number;
};

const firstPauseMs = 250;
const longestPauseMs = 8_000;
const lostAfterMs = 5_000;

/**
 * Follows an event stream until it is aborted: goes on after the last event it saw when the line drops, waiting longer after
 * each failure.
 *
 * @throws ApiError when the server refuses the stream for good (4xx).
 */
export async function followEvents(options: FollowOptions): Promise<void> {
  const { path, signal, onLink } = options;
  const fetch = options.fetch ?? globalThis.fetch;
  const wait = options.wait ?? ((ms) => new Promise((resolve) => setTimeout(resolve, ms)));
  const now = options.now ?? Date.now;
  let lastId = "";
  let pause = firstPauseMs;
  let lastSeen = now();
  const onFrame = (frame: SseFrame) => {
    lastId = frame.id;
    options.onFrame(frame);
  };
  while (!signal.aborted) {
    try {
      const headers = { accept: "text/event-stream", ...(lastId === "" ? {} : { "last-event-id": lastId }) };
      const response = await fetch(path, { headers, credentials: "same-origin", signal });
      if (response.status >= 400 && response.status < 500 && response.status !== 429) throw await readError(response);
      if (response.ok && response.body !== null) {
        onLink("live");
        await pump(response.body, onFrame, () => {
          lastSeen = now();
          pause = firstPauseMs;
        });
      }
    } catch (error) {
      if (signal.aborted) return;
      if (error instanceof Error && "status" in error) throw error;
    }
    if (signal.aborted) return;
    if (now() - lastSeen >= lostAfterMs) onLink("lost");
    await wait(pause);
    pause = Math.min(pause * 2, longestPauseMs);
  }
}

async function pump(
  body: ReadableStream<Uint8Array>,
  onFrame: (frame: SseFrame) => void,
  onBytes: () => void,
): Promise<void> {
  const feed = createSseReader(onFrame);
  const decoder = new TextDecoder();
  const reader = body.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    onBytes();
    feed(decoder.decode(value, { stream: true }));
  }
}
