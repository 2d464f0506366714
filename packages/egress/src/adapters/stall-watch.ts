import { LinkedAbort } from "@diwan/kernel";
import { EgressErrors } from "../errors.ts";
import type { HttpTimeouts } from "../http-client.ts";

type Stage = "connect" | "write" | "read";

const words: Record<Stage, string> = {
  connect: "could not be connected to",
  write: "did not take the request",
  read: "did not answer",
};

/** Ends an exchange that stands still for longer than its stage may, or takes too long as a whole. */
export class StallWatch {
  readonly #host: string;
  readonly #timeouts: HttpTimeouts;
  readonly #abort: LinkedAbort;
  readonly #deadline: NodeJS.Timeout | undefined;
  #timer: NodeJS.Timeout | undefined;
  #stage: Stage | undefined;

  /**
   * @param leftMs  What is left of `totalMs`.
   * @param signal  Of the request.
   */
  constructor(host: string, timeouts: HttpTimeouts, leftMs: number, signal: AbortSignal) {
    this.#abort = new LinkedAbort(signal);
    this.#host = host;
    this.#timeouts = timeouts;
    if (timeouts.totalMs > 0) {
      const seconds = timeouts.totalMs / 1000;
      this.#deadline = setTimeout(() => this.#end("did not come to an end", seconds), Math.max(0, leftMs));
    }
  }

  /** Aborted with egress.timed-out, or as the request is. */
  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /** Begins to wait, or to wait anew. */
  wait(stage: Stage): void {
    if (this.#stage === stage && this.#timer !== undefined) {
      this.#timer.refresh();
      return;
    }
    this.rest();
    const limitMs = this.#timeouts[`${stage}Ms`];
    this.#stage = stage;
    if (limitMs > 0) this.#timer = setTimeout(() => this.#end(words[stage], limitMs / 1000), limitMs);
  }

  /** Nothing is waited for: it is the reader's turn. */
  rest(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  done(): void {
    this.rest();
    clearTimeout(this.#deadline);
    this.#abort[Symbol.dispose]();
  }

  #end(what: string, seconds: number): void {
    this.#abort.abort(EgressErrors["timed-out"]({ host: this.#host, what, seconds }));
  }
}
