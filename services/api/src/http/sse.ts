import { once } from "node:events";
import type { ServerResponse } from "node:http";
import { aborted } from "@diwan/kernel";
import type { FastifyReply, FastifyRequest } from "fastify";
import type { ApiNeeds } from "../needs.ts";
import type { OpenAnswers } from "./open-answers.ts";
import { requestLabels } from "./request-labels.ts";
import { whenGone } from "./when-gone.ts";

export type SseOptions = {
  /** Written every so often, so that proxies keep the connection. */
  heartbeat: { frame: string; everyMs: number };
  /** Its reader can go on with it at another api. */
  isResumable: boolean;
};

const HEAD_ALONE_MS = 25;

/**
 * Answers with a stream of server-sent frames. The reader going away aborts `signal`; the run it watches goes on.
 *
 * @param frames  Texts ready for the wire, each with its blank line.
 */
export async function sendStream(
  { metrics }: Pick<ApiNeeds, "metrics">,
  open: OpenAnswers,
  request: FastifyRequest,
  reply: FastifyReply,
  { heartbeat, isResumable }: SseOptions,
  frames: (signal: AbortSignal) => AsyncIterable<string>,
): Promise<void> {
  request.isStream = true;
  const response = reply.raw;
  const { abort, forget } = open.add(isResumable);
  reply.hijack();
  response.writeHead(200, {
    ...(reply.getHeaders() as Record<string, string>),
    "content-type": "text/event-stream; charset=utf-8",
    "cache-control": "no-cache",
    "x-accel-buffering": "no",
    connection: "keep-alive",
  });
  response.socket?.setNoDelay(true);
  // The head goes out with the first frame, or alone where that takes a moment: one write less for most streams.
  const head = setTimeout(() => response.flushHeaders(), HEAD_ALONE_MS);
  const timer = setInterval(() => response.write(heartbeat.frame), heartbeat.everyMs);
  whenGone(response, () => abort.abort(aborted));
  metrics.sseStreams.inc({ component: "api" });
  let isFirst = true;
  try {
    for await (const frame of frames(abort.signal)) {
      if (isFirst) {
        metrics.httpDuration.observe({ ...requestLabels(request, reply), stream: "yes" }, reply.elapsedTime / 1000);
        isFirst = false;
      }
      if (!response.write(frame)) await drained(response, abort.signal);
      if (abort.signal.aborted) break;
    }
  } catch (error) {
    if (!abort.signal.aborted) request.log.error({ err: error }, "A stream broke.");
  } finally {
    clearInterval(timer);
    clearTimeout(head);
    metrics.sseStreams.dec({ component: "api" });
    response.end();
    forget();
  }
}

async function drained(response: ServerResponse, signal: AbortSignal): Promise<void> {
  await once(response, "drain", { signal }).catch(() => {});
}
