import { join } from "node:path";
import { startChild } from "../processes/child.ts";
import { startCluster } from "../processes/cluster.ts";
import { endNode, sketchGraph, startNode, templateNode } from "../sketched-graph.ts";
import type { Figure } from "../table.ts";

/** Until both are as fast as they get: the runs' code is much more to compile than the route's. */
const WARM_UP_SECONDS = { runs: 50, rows: 5 };

/** Odd, for the one in the middle. Runs and rows take turns, so that both meet the same machine. */
const ROUNDS = 5;
const ROUND_SECONDS = 6;

/** Whole runs of five steps over HTTP, stored, against a route that stores one row: on one machine, by turns. */
export async function storedBench(): Promise<Figure[]> {
  const cluster = await startCluster({ DIWAN_WORKER_CONCURRENCY: "64" });
  if (cluster === undefined) return [];
  const bare = startChild(join(import.meta.dirname, "../processes/bare-row.ts"), [], {
    DATABASE_URL: cluster.services.urls.databaseUrl,
  });
  try {
    const { match } = await bare.until(/http\S+/);
    const key = await cluster.keyFor(fiveSteps());
    const run = () => post(`${cluster.url}/v1/workflows/run`, { user: "bench", inputs: { name: "Ada" } }, key);
    const row = () => post(`${match[0]}/rows`, { user: "bench", inputs: { name: "Ada" } });
    await load(run, 8, WARM_UP_SECONDS.runs);
    await load(row, 8, WARM_UP_SECONDS.rows);
    const figures: Figure[] = [];
    for (const atOnce of [8, 32]) {
      const { ours, reference } = await byTurns(run, row, atOnce);
      figures.push(
        {
          name: `stored runs of 5 steps, ${atOnce} at once`,
          ours: ours.perSecond,
          reference: reference.perSecond,
          unit: "/s",
          target: { of: "ratio", atLeast: 0.12 },
        },
        {
          name: `their 95th percentile, ${atOnce} at once`,
          ours: ours.p95Ms,
          reference: reference.p95Ms,
          unit: "ms",
          target: { of: "ratio", atMost: 12 },
        },
      );
    }
    return figures;
  } finally {
    await bare.stop();
    await cluster.stop();
  }
}

async function post(url: string, body: object, key = ""): Promise<void> {
  const response = await fetch(url, {
    method: "POST",
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  const text = await response.text();
  if (!response.ok || text.includes('"failed"')) throw new Error(`${url} answered ${response.status}: ${text}`);
}

type Load = { perSecond: number; p95Ms: number };

/** The round in the middle, by how many runs were made for each row. */
async function byTurns(run: () => Promise<void>, row: () => Promise<void>, atOnce: number) {
  const rounds: { ours: Load; reference: Load; ratio: number }[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const reference = await load(row, atOnce, ROUND_SECONDS);
    const ours = await load(run, atOnce, ROUND_SECONDS);
    rounds.push({ ours, reference, ratio: ours.perSecond / reference.perSecond });
  }
  return rounds.sort((a, b) => a.ratio - b.ratio)[(ROUNDS - 1) / 2]!;
}

async function load(call: () => Promise<void>, atOnce: number, seconds: number): Promise<Load> {
  const times: number[] = [];
  const startedAt = performance.now();
  const worker = async () => {
    while (performance.now() - startedAt < seconds * 1000) {
      const begun = performance.now();
      await call();
      times.push(performance.now() - begun);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  const sorted = times.sort((a, b) => a - b);
  return {
    perSecond: times.length / ((performance.now() - startedAt) / 1000),
    p95Ms: sorted[Math.floor(sorted.length * 0.95)]!,
  };
}

function fiveSteps(): string {
  const nodes = [
    startNode("name", "text-input"),
    templateNode("a", "Dear {{ n }}", ["n", ["start", "name"]]),
    templateNode("b", "{{ n }}!", ["n", ["a", "output"]]),
    templateNode("c", "{{ n|upper }}", ["n", ["b", "output"]]),
    endNode([["c", "output"]]),
  ];
  const graph = sketchGraph(nodes, ["start>a", "a>b", "b>c", "c>end"]);
  return JSON.stringify({
    version: "0.6.0",
    kind: "app",
    app: { mode: "workflow", name: "Bench" },
    workflow: { graph },
  });
}
