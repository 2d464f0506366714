import { setTimeout as sleep } from "node:timers/promises";
import { residentMegabytes, startChild } from "../processes/child.ts";
import { startCluster } from "../processes/cluster.ts";
import { keyForApp, newDataFolder, startInstallation } from "../processes/installation.ts";
import { endNode, sketchGraph, startNode, templateNode } from "../sketched-graph.ts";
import type { Figure } from "../table.ts";

const FEW = 1_000;
const MANY = 10_000;
const AT_ONCE = 16;
const STREAMS = 1_000;
const STREAMED_RUNS = 20;
/** Long enough for garbage to be collected. */
const REST_MS = 5_000;

/** What a worker holds after many runs, and what open streams cost. */
export async function growthBench(): Promise<Figure[]> {
  return [...(await workerGrowth()), ...(await openStreams())];
}

async function workerGrowth(): Promise<Figure[]> {
  const cluster = await startCluster();
  if (cluster === undefined) return [];
  try {
    const key = await cluster.keyFor(app());
    const run = async (count: number) => {
      let left = count;
      const caller = async () => {
        while (left-- > 0) await call(cluster.url, key, "blocking").then((response) => response.text());
      };
      await Promise.all(Array.from({ length: AT_ONCE }, caller));
      await sleep(REST_MS);
      return residentMegabytes(cluster.worker.pid);
    };
    const few = await run(FEW);
    process.stderr.write(`  ${FEW} runs: ${few.toFixed(0)} MB\n`);
    const many = await run(MANY - FEW);
    return [
      {
        name: `worker after ${MANY} runs, against after ${FEW}`,
        ours: many,
        reference: few,
        unit: "MB",
        target: { of: "ratio", atMost: 1.1 },
      },
    ];
  } finally {
    await cluster.stop();
  }
}

/** Readers of runs that say nothing for the moment. */
async function openStreams(): Promise<Figure[]> {
  const model = startChild(new URL("../processes/scripted-model.ts", import.meta.url).pathname, [], {
    TOKENS: "1000",
    PIECE_MS: "60000",
  });
  const { match } = await model.until(/http\S+/);
  const { folder, remove } = newDataFolder();
  const settings = { OPENAI_API_BASE: match[0], DIWAN_WORKER_CONCURRENCY: "50", LOG_LEVEL: "warn" };
  const started = await startInstallation(folder, settings);
  try {
    const key = await keyForApp(started, waitingApp());
    const runs = await Promise.all(Array.from({ length: STREAMED_RUNS }, () => firstFrame(started.url, key)));
    await sleep(REST_MS * 2);
    const before = residentMegabytes(started.child.pid);
    const streams: Response[] = [];
    for (let place = 0; place < STREAMS; place += 1) {
      const id = runs[place % runs.length]!.id;
      const path = `/v1/workflow/${id}/events?user=bench`;
      streams.push(await fetch(`${started.url}${path}`, { headers: { authorization: `Bearer ${key}` } }));
    }
    await sleep(REST_MS);
    const after = residentMegabytes(started.child.pid);
    for (const stream of [...streams, ...runs.map(({ response }) => response)]) await stream.body?.cancel();
    return [
      {
        name: `${STREAMS} open streams, above what there was`,
        ours: after - before,
        unit: "MB",
        target: { of: "ours", atMost: 60 },
      },
    ];
  } finally {
    await started.child.stop();
    await model.stop();
    remove();
  }
}

async function firstFrame(url: string, key: string): Promise<{ id: string; response: Response }> {
  const response = await call(url, key, "streaming");
  const reader = response.body!.getReader();
  const text = new TextDecoder().decode((await reader.read()).value);
  reader.releaseLock();
  return { id: /"workflow_run_id":"([^"]+)"/.exec(text)![1]!, response };
}

function call(url: string, key: string, mode: string): Promise<Response> {
  return fetch(`${url}/v1/workflows/run`, {
    method: "POST",
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
    body: JSON.stringify({ inputs: { name: "Ada" }, user: "bench", response_mode: mode }),
  });
}

function app(): string {
  const nodes = [
    startNode("name", "text-input"),
    templateNode("a", "Dear {{ n }}", ["n", ["start", "name"]]),
    endNode([["a", "output"]]),
  ];
  return file(sketchGraph(nodes, ["start>a", "a>end"]));
}

function waitingApp(): string {
  const ask = {
    id: "ask",
    data: {
      type: "llm",
      title: "Ask",
      model: { provider: "openai", name: "m", mode: "chat", completion_params: {} },
      prompt_template: [{ role: "user", text: "go" }],
      context: { enabled: false },
      vision: { enabled: false },
    },
  };
  const nodes = [startNode("name", "text-input"), ask, endNode([["ask", "text"]])];
  return file(sketchGraph(nodes, ["start>ask", "ask>end"]));
}

function file(graph: object): string {
  return JSON.stringify({
    version: "0.6.0",
    kind: "app",
    app: { mode: "workflow", name: "Bench" },
    workflow: { graph },
  });
}
