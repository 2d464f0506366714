import type { RunEvent } from "@diwan/contracts";
import { aborted, type WorkspaceScope } from "@diwan/kernel";
import { giveUpQueued, type Run } from "@diwan/runs";
import type { FastifyReply, FastifyRequest } from "fastify";
import { HttpErrors } from "../../http/errors.ts";
import type { OpenAnswers } from "../../http/open-answers.ts";
import { sendStream } from "../../http/sse.ts";
import { whenGone } from "../../http/when-gone.ts";
import type { ApiNeeds } from "../../needs.ts";
import { frameText, PING, v1Frames } from "../../presenters/v1-events.ts";
import { readRunEvents } from "../../run-events.ts";

const HEARTBEAT = { frame: PING, everyMs: 10_000 };

export type RunStream = {
  scope: WorkspaceScope;
  run: Run;
  /** The last frame that the reader has; 0 for all. */
  after: number;
  withIds: boolean;
  /** Goes on while the run waits for people, instead of ending there. */
  throughPauses: boolean;
};

/** Streams a run's frames, from the first one that the reader lacks. */
export function streamRun(
  needs: ApiNeeds,
  open: OpenAnswers,
  request: FastifyRequest,
  reply: FastifyReply,
  { scope, run, after, withIds, throughPauses }: RunStream,
): Promise<void> {
  return sendStream(
    needs,
    open,
    request,
    reply,
    { heartbeat: HEARTBEAT, isResumable: withIds },
    async function* (signal) {
      // A chat's last event is two frames: a reader that has the first of them still lacks the second.
      for await (const event of readRunEvents(needs, scope, run, Math.max(0, after - 1), signal, after)) {
        const frames = v1Frames(run, event);
        const lacking = frames.filter(({ frame }) => frame > after);
        // Whoever asks beyond the end is told the end again.
        const isEnd = event.event.type === "run.finished";
        for (const frame of isEnd && lacking.length === 0 ? frames.slice(-1) : lacking) yield frameText(frame, withIds);
        // A pause that is over by now is a thing of the past.
        const mayPause = event.event.type === "run.paused" && !throughPauses;
        if (mayPause && (await needs.runs.find(scope, run.id))?.status === "paused") return;
      }
    },
  );
}

/** Gives the run up where no worker takes it in time, also when its caller has left. The timer keeps no process alive. */
function giveUpInTime(needs: ApiNeeds, scope: WorkspaceScope, run: Run): () => void {
  const { blockingQueueDeadlineMs } = needs.settings;
  let timer: NodeJS.Timeout | undefined;
  const lookIn = (ms: number) => {
    timer = setTimeout(async () => {
      try {
        const again = await giveUpQueued(needs, scope, run.id, blockingQueueDeadlineMs);
        if (again !== undefined) lookIn(again);
      } catch (error) {
        // The reaper has a deadline too, a longer one.
        needs.logger.warn({ err: error, run_id: run.id }, "A run that nobody takes could not be given up.");
      }
    }, ms).unref();
  };
  lookIn(blockingQueueDeadlineMs);
  return () => clearTimeout(timer);
}

/**
 * Waits for a run's end, or until it waits for people. The run goes on when the caller leaves.
 *
 * @throws request.server-stopping (dependency) when this process cannot wait for it any longer.
 */
export async function awaitRun(
  needs: ApiNeeds,
  scope: WorkspaceScope,
  run: Run,
  { raw: response }: FastifyReply,
  open: OpenAnswers,
): Promise<Extract<RunEvent, { type: "run.finished" | "run.paused" }> | undefined> {
  const { abort, forget } = open.add(false);
  const forgetDeadline = giveUpInTime(needs, scope, run);
  let hasLeft = false;
  whenGone(response, () => {
    hasLeft = true;
    abort.abort(aborted);
  });
  try {
    for await (const { event } of readRunEvents(needs, scope, run, 0, abort.signal)) {
      forgetDeadline();
      if (event.type === "run.finished" || event.type === "run.paused") return event;
    }
    if (abort.signal.aborted && !hasLeft) throw HttpErrors["server-stopping"]({}, { retryAfterMs: 1_000 });
    return undefined;
  } finally {
    forget();
  }
}

/** `X-Stream-Ids: 1`, or any `Last-Event-ID`, asks for `id:` lines. */
export function wantsIds(request: FastifyRequest): boolean {
  return request.headers["x-stream-ids"] === "1" || request.headers["last-event-id"] !== undefined;
}
