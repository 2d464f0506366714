import { setTimeout as sleep } from "node:timers/promises";
import type { Random } from "../properties/random.ts";
import type { FaultInstallation, PublishedFaultApp } from "./installation.ts";
import { RunReader } from "./run-reader.ts";

const TURNS = 4;

/** Runs of several apps, several at a time, one after the other for as long as it is told to. */
export class Workload {
  /** Everybody whose run was accepted. */
  readonly readers: RunReader[] = [];
  readonly active = new Set<RunReader>();
  refused = 0;
  readonly #installation: FaultInstallation;
  readonly #apps: readonly PublishedFaultApp[];
  readonly #random: Random;
  #stopped = false;
  #deadline = Number.POSITIVE_INFINITY;
  #lanes: Promise<void>[] = [];

  constructor(installation: FaultInstallation, apps: readonly PublishedFaultApp[], random: Random) {
    this.#installation = installation;
    this.#apps = apps;
    this.#random = random;
  }

  /** Each app once, with nothing going wrong. */
  async undisturbed(): Promise<Map<string, RunReader>> {
    const readers = await Promise.all(this.#apps.map((app) => this.#follow(app)));
    return new Map(readers.map((reader) => [reader.app.appId, reader]));
  }

  start(lanes: number): void {
    this.#lanes = Array.from({ length: lanes }, (_, lane) => this.#lane(lane));
  }

  /** No new runs; resolves when those at work have ended, or their time is over. */
  async drain(withinMs: number): Promise<void> {
    this.#stopped = true;
    this.#deadline = Date.now() + withinMs;
    const timer = setTimeout(() => this.cutAll(1), withinMs);
    await Promise.all(this.#lanes);
    clearTimeout(timer);
  }

  cutAll(share: number): number {
    const cut = [...this.active].filter(() => this.#random.chance(share));
    for (const reader of cut) reader.cut();
    return cut.length;
  }

  async #lane(lane: number): Promise<void> {
    for (let number = lane; !this.#stopped; number += this.#lanes.length) {
      const app = this.#apps[number % this.#apps.length]!;
      if (app.mode === "workflow") await this.#follow(app);
      else await this.#converse(app);
    }
  }

  /** Some turns do not wait for the one before. */
  async #converse(app: PublishedFaultApp): Promise<void> {
    const first = await this.#follow(app);
    const turns: Promise<unknown>[] = [];
    for (let turn = 1; turn < TURNS && !this.#stopped && first.conversationId !== undefined; turn += 1) {
      turns.push(this.#follow(app, first.conversationId));
      if (this.#random.chance(0.7)) await Promise.all(turns);
      else await sleep(200);
    }
    await Promise.all(turns);
  }

  async #follow(app: PublishedFaultApp, conversation?: string): Promise<RunReader> {
    const reader = new RunReader(app, this.#installation, (items) => this.#random.pick(items), conversation);
    this.active.add(reader);
    const accepted = await reader.run(() => this.#deadline);
    this.active.delete(reader);
    if (accepted) {
      this.readers.push(reader);
    } else {
      this.refused += 1;
      await sleep(300);
    }
    return reader;
  }
}
