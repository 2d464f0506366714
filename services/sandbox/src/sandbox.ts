import { composeAnswer, type DetailedRunData } from "./core/compose-answer.ts";
import type { Language } from "./core/languages.ts";
import { Scheduler } from "./core/scheduler.ts";
import { HostPool, type HostPoolOptions } from "./hosts/host-pool.ts";
import type { HostEnding, RunLimits } from "./hosts/host-process.ts";

export type SandboxOptions = {
  pools: Readonly<Record<Language, Omit<HostPoolOptions, "onBirth">>>;
  limits: RunLimits;
  maxRunning: number;
  maxRequests: number;
  maxWaitMs: number;
  observe: SandboxObserver;
};

export type SandboxObserver = {
  ended(language: Language, ending: HostEnding, failure: string, seconds: number): void;
};

export type Program = {
  language: Language;
  code: string;
  /** Programs of one partition never share a process with those of another, where hosts are kept apart. */
  partition: string;
  /** Lowers the limit of the service. */
  timeoutMs: number | undefined;
};

/** Births in a row that may fail within the time before no more are tried for a while. */
const MOST_FAILURES = 3;
const FAILURE_WINDOW_MS = 10_000;

/** Runs programs, each in a process that can reach nothing. */
export class Sandbox {
  readonly #options: SandboxOptions;
  readonly #pools: Readonly<Record<Language, HostPool>>;
  readonly #scheduler: Scheduler<Language>;
  #failures: number[] = [];

  constructor(options: SandboxOptions) {
    this.#options = options;
    const pool = (language: Language) =>
      new HostPool({ ...options.pools[language], onBirth: (outcome) => this.#note(outcome) });
    this.#pools = { python3: pool("python3"), nodejs: pool("nodejs") };
    this.#scheduler = new Scheduler({
      maxRunning: options.maxRunning,
      capacity: { python3: options.pools.python3.size, nodejs: options.pools.nodejs.size },
      maxRequests: options.maxRequests,
      maxWaitMs: options.maxWaitMs,
    });
  }

  /** There is a process for each language. */
  get isWarm(): boolean {
    return Object.values(this.#pools).every(({ readyHosts }) => readyHosts > 0);
  }

  /** Hosts die at birth: trying again would only make it worse. */
  get isBroken(): boolean {
    const since = performance.now() - FAILURE_WINDOW_MS;
    this.#failures = this.#failures.filter((at) => at > since);
    return this.#failures.length >= MOST_FAILURES;
  }

  /** @throws Busy where too many requests are under way already. */
  admit(): Disposable {
    return this.#scheduler.admit();
  }

  /**
   * Runs an admitted program.
   *
   * @throws Busy once it has waited too long; Error where no process can be started; the signal's reason when the caller left.
   */
  async run({ language, code, partition, timeoutMs }: Program, signal: AbortSignal): Promise<DetailedRunData> {
    using _place = await this.#scheduler.place(language, partition, signal);
    const host = await this.#pools[language].take(partition);
    const begunAt = performance.now();
    const limits = { ...this.#options.limits };
    if (timeoutMs !== undefined) limits.timeoutMs = Math.min(limits.timeoutMs, timeoutMs);
    const result = await host.process.run({ code }, limits, signal).finally(host.giveBack);
    const seconds = (performance.now() - begunAt) / 1000;
    this.#options.observe.ended(language, result.ending, result.outcome.failure, seconds);
    signal.throwIfAborted();
    return composeAnswer(result);
  }

  async close(): Promise<void> {
    await Promise.all(Object.values(this.#pools).map((pool) => pool.close()));
  }

  #note(outcome: "ready" | "failed"): void {
    if (outcome === "ready") this.#failures = [];
    else this.#failures.push(performance.now());
  }
}
