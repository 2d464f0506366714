import { setTimeout as sleep } from "node:timers/promises";
import { openEmbedded } from "@diwan/storage/embedded";
import { Random } from "../properties/random.ts";
import { checkInstallation } from "./checks.ts";
import { type FaultEmbedded, startEmbedded, unmount } from "./embedded.ts";
import { FaultDriver } from "./fault-driver.ts";
import type { PublishedFaultApp } from "./installation.ts";
import { startOutside } from "./outside.ts";
import type { Takeover } from "./ownership.ts";
import { effectsOf, type Outcome, type Plan, pauseMs, publishApps } from "./scenario.ts";
import { Workload } from "./workload.ts";

const TAKEOVER_MS = 30_000;
const DRAIN_MS = 100_000;

/** Takes away the one process, and its disk, while runs are under way. */
export async function embeddedScenario(plan: Plan, folder: string): Promise<Outcome> {
  const random = new Random(plan.seed + 1);
  await using outside = await startOutside(plan.isLong ? 90 : 60);
  const embedded = await startEmbedded(folder, outside.modelUrl);
  try {
    const apps = await publishApps(embedded, plan, outside.effectUrl);
    const workload = new Workload(embedded, apps, random);
    const undisturbed = await workload.undisturbed();
    plan.say(`embedded: ${apps.length} apps ran undisturbed`);

    const driver = new FaultDriver(random, (line) => plan.say(`embedded: ${line}`));
    const faults = new EmbeddedFaults(embedded, workload, driver, random);
    workload.start(plan.lanes.embedded);
    await (plan.isLong ? faults.atRandom(plan.kills, plan.minutes * 60_000) : faults.eachOnce());
    await driver.end(embedded.processes);
    plan.say("embedded: no more faults");
    await workload.drain(DRAIN_MS);
    await settled(embedded, apps);
    const code = await embedded.standalone.terminate();
    if (code !== 0) driver.deaths.push(`standalone ended with ${code} after SIGTERM`);

    const { readers } = workload;
    const database = await openEmbedded(embedded.folder);
    const { pool } = database;
    const checks = await checkInstallation({ pool, undisturbed, readers, arrivals: outside.arrivals });
    await database.close();
    const late = faults.takeovers.filter(({ ms, disturbed }) => !disturbed && ms > TAKEOVER_MS);
    checks.push(
      {
        name: "runs of a process that was killed go on within 30 s",
        problems: late.map(({ runId, ms }) => `${runId} waited ${(ms / 1000).toFixed(1)} s`),
      },
      { name: "no process ended by itself, a full disk left out", problems: driver.deaths },
    );
    return {
      installation: "embedded",
      checks,
      skipped: embedded.fillDisk === undefined ? ["embedded: a full disk (needs a tmpfs that may be mounted)"] : [],
      counts: driver.counts,
      kills: driver.kills,
      runs: readers.length,
      reconnects: readers.reduce((sum, { reconnects }) => sum + reconnects, 0),
      ...effectsOf(outside.arrivals),
      takeovers: faults.takeovers,
      longestWithoutOwnerMs: 0,
    };
  } finally {
    await embedded.stop();
    unmount(folder);
  }
}

/** Runs that nobody reads are waited for too. */
async function settled({ console }: FaultEmbedded, apps: readonly PublishedFaultApp[]): Promise<void> {
  for (const deadline = Date.now() + DRAIN_MS; Date.now() < deadline; await sleep(500)) {
    const pages = await Promise.all(
      apps.map(({ appId }) => console.call<{ data: { status: string }[] }>("GET", `/apps/${appId}/runs`)),
    );
    const statuses = pages.flatMap(({ data }) => data.map(({ status }) => status));
    if (!statuses.includes("queued") && !statuses.includes("running")) return;
  }
}

class EmbeddedFaults {
  readonly takeovers: Takeover[] = [];
  readonly #embedded: FaultEmbedded;
  readonly #workload: Workload;
  readonly #driver: FaultDriver;
  readonly #random: Random;

  constructor(embedded: FaultEmbedded, workload: Workload, driver: FaultDriver, random: Random) {
    this.#embedded = embedded;
    this.#workload = workload;
    this.#driver = driver;
    this.#random = random;
  }

  async eachOnce(): Promise<void> {
    const { standalone } = this.#embedded;
    await sleep(2_000);
    await this.#kill();
    await sleep(3_000);
    this.#driver.count("sockets cut", this.#workload.cutAll(0.6));
    await this.#fillDisk(2_500);
    await sleep(3_000);
    await this.#kill();
    await sleep(2_500);
    await this.#driver.terminate(standalone);
  }

  async atRandom(kills: number, totalMs: number): Promise<void> {
    const endsAt = Date.now() + totalMs;
    while (this.#driver.kills < kills) {
      const left = Math.max(1_000, endsAt - Date.now());
      const waitMs = pauseMs(this.#random, left, kills - this.#driver.kills);
      await sleep(waitMs / 2);
      await this.#softFault();
      await sleep(waitMs / 2);
      await this.#driver.revive(this.#embedded.processes);
      if (this.#driver.idle(this.#embedded.processes).length > 0) await this.#kill();
      else await sleep(500);
    }
  }

  async #softFault(): Promise<void> {
    const { standalone } = this.#embedded;
    if (this.#driver.idle([standalone]).length === 0) return;
    switch (this.#random.weighted({ cut: 30, freeze: 8, terminate: 20, disk: 20, nothing: 20 })) {
      case "cut":
        return this.#driver.count("sockets cut", this.#workload.cutAll(0.6));
      case "freeze":
        return this.#driver.freeze(standalone);
      case "terminate":
        return this.#driver.terminate(standalone);
      case "disk":
        return this.#fillDisk(this.#random.between(1_000, 6_000));
    }
  }

  /** Readers tell when a run goes on: the database cannot be asked. */
  async #kill(): Promise<void> {
    const readers = [...this.#workload.active].filter(({ runId }) => runId !== undefined);
    const done = this.#driver.done + 1;
    const at = Date.now();
    await this.#driver.kill(this.#embedded.standalone);
    for (const reader of readers) {
      void reader.nextFrame(at).then((framed) => {
        this.takeovers.push({
          cause: "crash",
          runId: reader.runId!,
          ms: framed - at,
          disturbed: this.#driver.done > done,
        });
      });
    }
  }

  /** The process may go on or end; once there is room again it must work. */
  async #fillDisk(ms: number): Promise<void> {
    const { fillDisk, freeDisk, standalone } = this.#embedded;
    if (fillDisk === undefined) return;
    fillDisk();
    this.#driver.count("disk full");
    await sleep(ms);
    freeDisk();
    await sleep(200);
    if (standalone.state === "down") this.#driver.count("ended by itself on a full disk");
    await this.#driver.revive([standalone], true);
  }
}
