import type { RunEvent, SequencedRunEvent } from "@diwan/contracts";
import type { RunId } from "@diwan/kernel";
import { type LiveEvents, type LiveEventWriter, RunErrors } from "@diwan/runs";
import { defaultLiveEventLimits, type LiveEventLimits } from "../live-event-limits.ts";

type Stream = {
  events: SequencedRunEvent[];
  lastSeq: number;
  finished: boolean;
  /** Told whenever something changed. */
  waiting: Set<() => void>;
  /** Counts openings: only the newest writer may write. */
  opened: number;
  expiry: NodeJS.Timeout | undefined;
};

/** Live events within one process. After a restart readers get what the next worker publishes, under higher numbers. */
export class MemoryLiveEvents implements LiveEvents {
  readonly #streams = new Map<RunId, Stream>();
  readonly #limits: LiveEventLimits;

  constructor(limits: Partial<LiveEventLimits> = {}) {
    this.#limits = { ...defaultLiveEventLimits, ...limits };
  }

  begin(runId: RunId): LiveEventWriter {
    return this.#open(runId, 0);
  }

  async open(runId: RunId, above = 0): Promise<LiveEventWriter> {
    return this.#open(runId, above);
  }

  #open(runId: RunId, above: number): LiveEventWriter {
    const stream = this.#streamOf(runId);
    clearTimeout(stream.expiry);
    stream.lastSeq = Math.max(stream.lastSeq, above);
    stream.opened += 1;
    wake(stream);
    return this.#writer(runId, stream, stream.opened);
  }

  async read(
    runId: RunId,
    afterSeq: number,
    signal: AbortSignal,
    waitMs = this.#limits.waitForStartMs,
  ): Promise<AsyncIterable<SequencedRunEvent> | undefined> {
    const known = this.#streams.get(runId)?.opened ?? 0;
    const stream = this.#streamOf(runId);
    if (known === 0) await changed(stream, signal, waitMs);
    if (stream.opened > 0) return follow(stream, afterSeq, signal);
    if (stream.waiting.size === 0) this.#streams.delete(runId);
    return undefined;
  }

  #writer(runId: RunId, stream: Stream, opening: number): LiveEventWriter {
    return {
      lastSeq: stream.lastSeq,
      append: async (events) => {
        if (stream.opened !== opening) throw RunErrors["lease-lost"]({});
        this.#append(stream, events);
        return "written";
      },
      close: async () => {
        if (stream.opened === opening) this.#expire(runId, stream);
      },
    };
  }

  #append(stream: Stream, events: readonly RunEvent[]): void {
    for (const event of events) {
      stream.lastSeq += 1;
      stream.events.push({ seq: stream.lastSeq, event });
      stream.finished ||= event.type === "run.finished";
    }
    const surplus = stream.events.length - this.#limits.maxEvents;
    if (surplus > 0) stream.events.splice(0, surplus);
    wake(stream);
  }

  #expire(runId: RunId, stream: Stream): void {
    clearTimeout(stream.expiry);
    stream.expiry = setTimeout(() => {
      this.#streams.delete(runId);
      // Whoever still follows it, as through a long pause, looks for what comes after it elsewhere.
      stream.finished = true;
      wake(stream);
    }, this.#limits.retentionMs);
    stream.expiry.unref();
  }

  #streamOf(runId: RunId): Stream {
    let stream = this.#streams.get(runId);
    if (stream === undefined) {
      stream = { events: [], lastSeq: 0, finished: false, waiting: new Set(), opened: 0, expiry: undefined };
      this.#streams.set(runId, stream);
    }
    return stream;
  }
}

async function* follow(stream: Stream, afterSeq: number, signal: AbortSignal): AsyncGenerator<SequencedRunEvent> {
  let seq = afterSeq;
  let goOn = () => {};
  // One listener for the whole reading: adding one for every event would cost more than the event.
  const onAbort = () => goOn();
  signal.addEventListener("abort", onAbort);
  try {
    while (!signal.aborted) {
      const from = seq;
      // Whoever keeps up finds the place at once.
      const next = stream.events.findLastIndex((event) => event.seq <= from) + 1;
      for (let place = next; place < stream.events.length; place += 1) {
        const event = stream.events[place]!;
        seq = event.seq;
        yield event;
        if (event.event.type === "run.finished" || signal.aborted) return;
        // Older events may have been dropped while the reader was away.
        if (stream.events[place] !== event) break;
      }
      if (seq < (stream.events.at(-1)?.seq ?? 0)) continue;
      if (stream.finished) return;
      await new Promise<void>((resolve) => {
        goOn = resolve;
        stream.waiting.add(goOn);
      });
    }
  } finally {
    stream.waiting.delete(goOn);
    signal.removeEventListener("abort", onAbort);
  }
}

function wake(stream: Stream): void {
  const waiting = [...stream.waiting];
  stream.waiting.clear();
  for (const tell of waiting) tell();
}

/** Resolves at the next change, when the signal is aborted, or after `limitMs`. */
function changed(stream: Stream, signal: AbortSignal, limitMs?: number): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      stream.waiting.delete(done);
      signal.removeEventListener("abort", done);
      resolve();
    };
    const timer = limitMs === undefined ? undefined : setTimeout(done, limitMs);
    stream.waiting.add(done);
    signal.addEventListener("abort", done);
  });
}
