import { setTimeout as sleep } from "node:timers/promises";
import { queueNames } from "@diwan/contracts";
import type { RunId, WorkspaceId } from "@diwan/kernel";
import { RedisWaitingRuns } from "@diwan/storage/queue";
import { openRedis } from "@diwan/storage/redis";
import pg from "pg";
import { Random } from "../properties/random.ts";
import { checkInstallation } from "./checks.ts";
import { type FaultCluster, startCluster } from "./cluster.ts";
import { FaultDriver } from "./fault-driver.ts";
import { startOutside } from "./outside.ts";
import { OwnershipWatch } from "./ownership.ts";
import { effectsOf, type Outcome, type Plan, pauseMs, publishApps } from "./scenario.ts";
import { Workload } from "./workload.ts";

/** A lease, a look of the reaper, and a bit. */
const TAKEOVER_MS = 30_000;
const HANDOVER_MS = 2_000;
const WITHOUT_OWNER_MS = 60_000;
const DRAIN_MS = 100_000;

/** Takes away processes of a cluster while runs are under way. */
export async function clusterScenario(plan: Plan, folder: string): Promise<Outcome> {
  const random = new Random(plan.seed);
  await using outside = await startOutside(plan.isLong ? 90 : 60);
  const cluster = await startCluster(folder, outside.modelUrl);
  try {
    const apps = await publishApps(cluster, plan, outside.effectUrl);
    const workload = new Workload(cluster, apps, random);
    const undisturbed = await workload.undisturbed();
    plan.say(`cluster: ${apps.length} apps ran undisturbed`);

    const watch = new OwnershipWatch(cluster.databaseUrl);
    const driver = new FaultDriver(random, (line) => plan.say(`cluster: ${line}`));
    const pool = new pg.Pool({ connectionString: cluster.databaseUrl, max: 2 });
    pool.on("error", () => {});
    const faults = new ClusterFaults(cluster, workload, watch, driver, random, pool);
    workload.start(plan.lanes.cluster);
    await (plan.isLong ? faults.atRandom(plan.kills, plan.minutes * 60_000) : faults.eachOnce());
    await driver.end(cluster.processes);
    plan.say("cluster: no more faults");
    await workload.drain(DRAIN_MS);
    await settled(pool);
    await watch[Symbol.asyncDispose]();

    const { readers } = workload;
    const checks = await checkInstallation({ pool, undisturbed, readers, arrivals: outside.arrivals });
    await pool.end();
    const late = (cause: string, limitMs: number) =>
      watch.takeovers
        .filter((takeover) => takeover.cause === cause && !takeover.disturbed && takeover.ms > limitMs)
        .map(({ runId, ms }) => `${runId} waited ${(ms / 1000).toFixed(1)} s`);
    const orphaned = watch.longestWithoutOwner;
    checks.push(
      {
        name: "no run was without an owner for longer than 60 s",
        problems: orphaned > WITHOUT_OWNER_MS ? [`one was for ${(orphaned / 1000).toFixed(1)} s`] : [],
      },
      { name: "runs of a worker that was killed go on within 30 s", problems: late("crash", TAKEOVER_MS) },
      { name: "runs of a worker that is told to stop go on within 2 s", problems: late("handover", HANDOVER_MS) },
      { name: "no process ended by itself", problems: driver.deaths },
    );
    return {
      installation: "cluster",
      checks,
      skipped: [],
      counts: driver.counts,
      kills: driver.kills,
      runs: readers.length,
      reconnects: readers.reduce((sum, { reconnects }) => sum + reconnects, 0),
      ...effectsOf(outside.arrivals),
      takeovers: watch.takeovers,
      longestWithoutOwnerMs: orphaned,
    };
  } finally {
    await cluster.stop();
  }
}

/** Runs that nobody reads are waited for too. */
async function settled(pool: pg.Pool): Promise<void> {
  for (const deadline = Date.now() + DRAIN_MS; Date.now() < deadline; await sleep(500)) {
    const { rows } = await pool.query("select from run where status in ('queued', 'running') limit 1");
    if (rows.length === 0) return;
  }
}

class ClusterFaults {
  readonly #cluster: FaultCluster;
  readonly #workload: Workload;
  readonly #watch: OwnershipWatch;
  readonly #driver: FaultDriver;
  readonly #random: Random;
  readonly #pool: pg.Pool;

  constructor(
    cluster: FaultCluster,
    workload: Workload,
    watch: OwnershipWatch,
    driver: FaultDriver,
    random: Random,
    pool: pg.Pool,
  ) {
    this.#cluster = cluster;
    this.#workload = workload;
    this.#watch = watch;
    this.#driver = driver;
    this.#random = random;
    this.#pool = pool;
  }

  /** The short form: everything once, in a row. */
  async eachOnce(): Promise<void> {
    const { postgres, redis, apis, workers } = this.#cluster;
    await sleep(1_000);
    await this.#terminateWorker(workers[1]!);
    await sleep(500);
    await this.#killWorker(workers[0]!);
    await this.#freezeWorker(workers[1]!);
    await this.#deliverAgain();
    await sleep(1_500);
    await this.#killServer(postgres);
    await sleep(2_000);
    await this.#killServer(redis);
    await sleep(2_000);
    this.#cut();
    await this.#driver.kill(apis[0]!);
    await sleep(1_000);
    await this.#deliverAgain();
    await this.#driver.terminate(apis[1]!);
    this.#cut();
  }

  /** The long form. */
  async atRandom(kills: number, totalMs: number): Promise<void> {
    const { postgres, redis, apis, workers, processes } = this.#cluster;
    const endsAt = Date.now() + totalMs;
    while (this.#driver.kills < kills) {
      const left = Math.max(1_000, endsAt - Date.now());
      const waitMs = pauseMs(this.#random, left, kills - this.#driver.kills);
      await sleep(waitMs / 2);
      await this.#softFault();
      await sleep(waitMs / 2);
      await this.#driver.revive(processes);
      const kind = this.#random.weighted({ worker: 40, api: 16, postgres: 22, redis: 22 });
      const candidates = { worker: workers, api: apis, postgres: [postgres], redis: [redis] }[kind];
      const [target] = this.#random.shuffled(this.#driver.idle(candidates));
      if (target === undefined) continue;
      if (kind === "worker") await this.#killWorker(target);
      else if (kind === "api") await this.#driver.kill(target);
      else await this.#killServer(target);
    }
  }

  async #softFault(): Promise<void> {
    const { workers, apis, postgres, redis } = this.#cluster;
    switch (this.#random.weighted({ cut: 30, duplicates: 30, freeze: 14, terminate: 20, nothing: 20 })) {
      case "cut":
        return this.#cut();
      case "duplicates":
        return this.#deliverAgain();
      case "terminate": {
        const [target] = this.#random.shuffled(this.#driver.idle([...workers, workers[0]!, ...apis]));
        if (target === undefined) return;
        await (workers.includes(target) ? this.#terminateWorker(target) : this.#driver.terminate(target));
        return;
      }
      case "freeze": {
        const [target] = this.#random.shuffled(this.#driver.idle([...workers, ...workers, ...apis, postgres, redis]));
        if (target === undefined) return;
        if (workers.includes(target)) await this.#freezeWorker(target);
        else {
          this.#watch.disturb();
          this.#driver.freeze(target);
        }
      }
    }
  }

  async #killWorker(worker: FaultCluster["workers"][number]): Promise<void> {
    this.#disturbIfLast();
    await this.#watch.lose("crash", this.#cluster.ownerOf.get(worker));
    await this.#driver.kill(worker);
  }

  async #terminateWorker(worker: FaultCluster["workers"][number]): Promise<void> {
    this.#disturbIfLast();
    await this.#watch.lose("handover", this.#cluster.ownerOf.get(worker));
    if (this.#driver.idle(this.#cluster.workers).length < 2) this.#watch.disturb();
    await this.#driver.terminate(worker);
  }

  async #freezeWorker(worker: FaultCluster["workers"][number]): Promise<void> {
    this.#disturbIfLast();
    await this.#watch.lose("freeze", this.#cluster.ownerOf.get(worker));
    this.#driver.freeze(worker);
  }

  async #killServer(server: FaultCluster["postgres"]): Promise<void> {
    this.#watch.disturb();
    await this.#driver.kill(server);
  }

  /** Nobody is left to take over. */
  #disturbIfLast(): void {
    if (this.#driver.idle(this.#cluster.workers).length < 2) this.#watch.disturb();
  }

  #cut(): void {
    this.#driver.count("sockets cut", this.#workload.cutAll(0.6));
  }

  /** The runs at work once more, twice each and in any order. */
  async #deliverAgain(): Promise<void> {
    const redis = openRedis(this.#cluster.redisUrl);
    const waiting = new RedisWaitingRuns(redis);
    try {
      const { rows } = await this.#pool.query<{ runId: RunId; workspaceId: WorkspaceId }>(
        `select id as "runId", workspace_id as "workspaceId" from run where status in ('queued', 'running')`,
      );
      const twice = this.#random.shuffled([...rows, ...rows]);
      for (const [place, { workspaceId, runId }] of twice.entries()) {
        await waiting.add(queueNames.runsInteractive, { scope: { workspaceId }, runId }, place);
      }
      this.#driver.count("runs delivered again", twice.length);
    } catch {
      // Postgres or Redis is away just now.
    } finally {
      redis.disconnect();
    }
  }
}
