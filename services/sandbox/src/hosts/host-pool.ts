import { type HostCommand, HostProcess } from "./host-process.ts";

/** What a host may do after a program that left it as it was. */
export type Reuse = "clean" | "partition" | "never";

export type HostPoolOptions = {
  command: Promise<HostCommand>;
  /** Hosts at once. */
  size: number;
  /** Hosts that are kept ready while nobody asks; the rest end after `idleMs`. */
  keep: number;
  idleMs: number;
  startWithinMs: number;
  reuse: Reuse;
  maxRuns: number;
  maxAgeMs: number;
  onBirth(outcome: "ready" | "failed"): void;
};

type Host = { process: HostProcess; runs: number; bornAt: number; partition: string | undefined; idleSince: number };

export type HostLease = {
  process: HostProcess;
  /** After the last program; a host that is gone is replaced. */
  giveBack(): void;
};

const LOOK_EVERY_MS = 1_000;

/** Hosts of one language. Whoever asks gets one that is ready, or the next that will be. */
export class HostPool {
  readonly #options: HostPoolOptions;
  readonly #idle: Host[] = [];
  readonly #starting = new Set<Promise<void>>();
  readonly #waiting: { partition: string; give: (host: Host) => void; fail: (error: Error) => void }[] = [];
  readonly #watch: NodeJS.Timeout;
  #busy = 0;
  #isClosed = false;

  constructor(options: HostPoolOptions) {
    this.#options = options;
    this.#watch = setInterval(() => this.#letGo(), LOOK_EVERY_MS).unref();
    this.#fill();
  }

  get readyHosts(): number {
    return this.#idle.length + this.#busy;
  }

  /** @throws Error where no host can be started. */
  async take(partition: string): Promise<HostLease> {
    const host = this.#ready(partition) ?? (await this.#next(partition));
    host.partition = partition;
    this.#busy += 1;
    return { process: host.process, giveBack: () => this.#giveBack(host) };
  }

  /** Resolves when every host has ended. */
  async close(): Promise<void> {
    this.#isClosed = true;
    clearInterval(this.#watch);
    for (const { fail } of this.#waiting.splice(0)) fail(new Error("The sandbox stops."));
    await Promise.all([...this.#starting, ...this.#idle.splice(0).map(({ process }) => process.kill())]);
  }

  #ready(partition: string): Host | undefined {
    const index = this.#idle.findLastIndex((host) => !host.process.isGone && this.#fits(host, partition));
    return index < 0 ? undefined : this.#idle.splice(index, 1)[0];
  }

  #fits({ partition: served }: Host, partition: string): boolean {
    return this.#options.reuse !== "partition" || served === undefined || served === partition;
  }

  #next(partition: string): Promise<Host> {
    return new Promise((give, fail) => {
      this.#waiting.push({ partition, give, fail });
      // Others' hosts make room.
      if (this.#idle.length > 0)
        void this.#idle
          .shift()!
          .process.kill()
          .then(() => this.#fill());
      else this.#fill();
    });
  }

  #giveBack(host: Host): void {
    this.#busy -= 1;
    host.runs += 1;
    host.idleSince = performance.now();
    const isWornOut = host.runs >= this.#options.maxRuns || performance.now() - host.bornAt >= this.#options.maxAgeMs;
    if (!host.process.isGone && !isWornOut && this.#options.reuse !== "never" && !this.#isClosed) this.#offer(host);
    else void host.process.kill().then(() => this.#fill());
  }

  #offer(host: Host): void {
    const index = this.#waiting.findIndex(({ partition }) => this.#fits(host, partition));
    if (index >= 0) this.#waiting.splice(index, 1)[0]!.give(host);
    else if (this.#waiting.length > 0) void host.process.kill().then(() => this.#fill());
    else this.#idle.push(host);
  }

  /** Starts as many as are waited for, and those that are kept. */
  #fill(): void {
    const { size, keep } = this.#options;
    const wanted = Math.max(this.#waiting.length, keep - this.#busy - this.#idle.length);
    const room = size - this.#busy - this.#idle.length;
    while (!this.#isClosed && this.#starting.size < Math.min(wanted, room)) {
      const starting: Promise<void> = this.#start().finally(() => {
        this.#starting.delete(starting);
        this.#fill();
      });
      this.#starting.add(starting);
    }
  }

  async #start(): Promise<void> {
    const { command, startWithinMs, onBirth } = this.#options;
    let process: HostProcess | undefined;
    try {
      process = new HostProcess(await command);
      await process.ready(startWithinMs);
    } catch (error) {
      await process?.kill();
      onBirth("failed");
      this.#waiting.shift()?.fail(error as Error);
      return;
    }
    onBirth("ready");
    const now = performance.now();
    if (this.#isClosed) await process.kill();
    else this.#offer({ process, runs: 0, bornAt: now, partition: undefined, idleSince: now });
  }

  /** Ends those that nobody needed for a while, and forgets those that ended by themselves. */
  #letGo(): void {
    const { keep, idleMs } = this.#options;
    const now = performance.now();
    for (const host of [...this.#idle]) {
      const isSpare = this.#idle.length + this.#busy > keep && now - host.idleSince > idleMs;
      if (!host.process.isGone && !isSpare) continue;
      this.#idle.splice(this.#idle.indexOf(host), 1);
      void host.process.kill().then(() => this.#fill());
    }
  }
}
