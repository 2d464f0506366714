import { LinkedAbort } from "@diwan/kernel";

export type Deadlines = {
  /** From the request to its first part. Reasoning models think before they speak. */
  firstPartMs: number;
  /** Between two parts. */
  silenceMs: number;
};

/** @source the model gateway contract, settings: DIWAN_MODEL_FIRST_TOKEN_SECONDS, DIWAN_MODEL_SILENCE_SECONDS */
export const defaultDeadlines: Deadlines = { firstPartMs: 300_000, silenceMs: 300_000 };

type Guarded = {
  signal: AbortSignal;
  /** Call for every part. */
  heard(): void;
  /** Says what was waited for in vain, once that was so. */
  silent(): string | undefined;
  done(): void;
};

/** A signal that also aborts when the other side stays silent for too long. */
export function withDeadlines(outer: AbortSignal, { firstPartMs, silenceMs }: Deadlines): Guarded {
  const silence = new LinkedAbort(outer);
  let reason: string | undefined;
  let lastHeardAt = performance.now();
  let limitMs = firstPartMs;
  let timer: NodeJS.Timeout | undefined;
  // One timer that looks back costs nothing per token; restarting one at every part would.
  const watch = () => {
    const leftMs = lastHeardAt + limitMs - performance.now();
    if (leftMs > 0) {
      timer = setTimeout(watch, leftMs);
      return;
    }
    reason = `it was silent for ${limitMs / 1000} seconds`;
    silence.abort();
  };
  timer = setTimeout(watch, firstPartMs);
  return {
    signal: silence.signal,
    heard() {
      lastHeardAt = performance.now();
      if (limitMs === silenceMs) return;
      limitMs = silenceMs;
      clearTimeout(timer);
      timer = setTimeout(watch, silenceMs);
    },
    silent: () => reason,
    done: () => {
      clearTimeout(timer);
      silence[Symbol.dispose]();
    },
  };
}
