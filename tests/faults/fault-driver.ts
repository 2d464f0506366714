import { setTimeout as sleep } from "node:timers/promises";
import type { Random } from "../properties/random.ts";
import type { ManagedProcess } from "./managed-process.ts";

const FREEZE_MS = 25_000;
const UP_WITHIN_MS = 90_000;

/** Does things to processes, brings them back, and counts what it did. */
export class FaultDriver {
  readonly counts = new Map<string, number>();
  /** Processes that ended without being told to. */
  readonly deaths: string[] = [];
  kills = 0;
  /** Faults so far, of any kind. */
  done = 0;
  readonly #random: Random;
  readonly #say: (line: string) => void;
  readonly #pending = new Set<Promise<void>>();
  readonly #busy = new Set<ManagedProcess>();

  constructor(random: Random, say: (line: string) => void) {
    this.#random = random;
    this.#say = say;
  }

  count(what: string, by = 1): void {
    this.done += 1;
    this.counts.set(what, (this.counts.get(what) ?? 0) + by);
    this.#say(what);
  }

  /** Processes that are up, and that nothing is being done to. */
  idle(processes: readonly ManagedProcess[]): ManagedProcess[] {
    return processes.filter((one) => one.state === "up" && !this.#busy.has(one));
  }

  /** kill -9, a random moment without it, and a start. */
  async kill(target: ManagedProcess): Promise<void> {
    this.kills += 1;
    this.count(`kill -9 ${kindOf(target)}`);
    await this.#during(target, async () => {
      await target.kill();
      await sleep(this.#random.between(100, 3_000));
      await this.#bringUp(target);
    });
  }

  async terminate(target: ManagedProcess): Promise<void> {
    this.count(`SIGTERM ${kindOf(target)}`);
    await this.#during(target, async () => {
      const code = await target.terminate();
      if (code !== 0) this.deaths.push(`${target.name} ended with ${code} after SIGTERM`);
      await sleep(this.#random.between(100, 1_500));
      await this.#bringUp(target);
    });
  }

  /** Goes on in the background. */
  freeze(target: ManagedProcess, ms = FREEZE_MS): void {
    this.count(`freeze ${kindOf(target)} for ${ms / 1000} s`);
    const frozen = this.#during(target, async () => {
      target.freeze();
      await sleep(ms);
      target.thaw();
      this.#say(`thaw ${target.name}`);
    });
    this.#pending.add(frozen);
    void frozen.finally(() => this.#pending.delete(frozen));
  }

  /** What an orchestrator does with a process that ended by itself. */
  async revive(processes: readonly ManagedProcess[], isExpected = false): Promise<void> {
    for (const one of processes) {
      if (one.state !== "down" || this.#busy.has(one)) continue;
      if (!isExpected) this.deaths.push(`${one.name} ended by itself:\n${one.lines.slice(-12).join("\n")}`);
      await this.#during(one, () => this.#bringUp(one));
    }
  }

  /** Everything thawed and up again. */
  async end(processes: readonly ManagedProcess[]): Promise<void> {
    await Promise.all(this.#pending);
    await this.revive(processes);
  }

  async #during(target: ManagedProcess, work: () => Promise<void>): Promise<void> {
    this.#busy.add(target);
    try {
      await work();
    } finally {
      this.#busy.delete(target);
    }
  }

  /** Again and again, where what it needs is down as well. */
  async #bringUp(target: ManagedProcess): Promise<void> {
    for (const deadline = Date.now() + UP_WITHIN_MS; ; await sleep(500)) {
      try {
        await target.start();
        return;
      } catch (error) {
        await target.kill();
        if (Date.now() > deadline) throw error;
      }
    }
  }
}

export function kindOf({ name }: ManagedProcess): string {
  return name.split(" ")[0]!;
}
