import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type Child, cpuMs, startChild } from "../processes/child.ts";
import { keyForApp, newDataFolder, startInstallation } from "../processes/installation.ts";
import { type Figure, median } from "../table.ts";

const STREAMS = 500;
const TOKENS = 200;
const PIECE_MS = 50;
const FEW_TOKENS = 8;
const WARM_UP = 6;

/** What it costs to have us between a client and a model. */
export async function relayBench(): Promise<Figure[]> {
  const [long, short] = await Promise.all([model(TOKENS), model(FEW_TOKENS)]);
  try {
    const first = await measureFirstToken(short.url);
    const cpu = await measureCpu(long.url);
    return [...first, ...cpu];
  } finally {
    await Promise.all([long.child.stop(), short.child.stop()]);
  }
}

type Server = { child: Child; url: string };

async function model(tokens: number): Promise<Server> {
  return serve("scripted-model.ts", { TOKENS: String(tokens), PIECE_MS: String(PIECE_MS) });
}

async function serve(script: string, environment: Record<string, string>): Promise<Server> {
  const child = startChild(join(import.meta.dirname, "../processes", script), [], environment);
  const { match } = await child.until(/http\S+/);
  return { child, url: match[0] };
}

/** An app of one model step, with a key; every call goes to the scripted model. */
async function installation(upstream: string) {
  const { folder, remove } = newDataFolder();
  const environment = { OPENAI_API_BASE: upstream, DIWAN_WORKER_CONCURRENCY: "500", LOG_LEVEL: "warn" };
  const started = await startInstallation(folder, environment);
  const key = await keyForApp(started, appFile);
  const ask = () =>
    fetch(`${started.url}/v1/workflows/run`, {
      method: "POST",
      headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
      body: JSON.stringify({ inputs: {}, user: "bench", response_mode: "streaming" }),
    });
  return {
    pid: started.child.pid,
    ask,
    async stop() {
      await started.child.stop();
      remove();
    },
  };
}

const askModel = (url: string) => () =>
  fetch(`${url}/chat/completions`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ model: "scripted", stream: true, messages: [{ role: "user", content: "go" }] }),
  });

async function measureFirstToken(upstream: string): Promise<Figure[]> {
  const diwan = await installation(upstream);
  const direct = askModel(upstream);
  const figures: Figure[] = [];
  for (const [streams, rounds, limit] of [
    [1, 60, 5],
    [64, 12, 25],
  ] as const) {
    const ours: number[] = [];
    const theirs: number[] = [];
    for (let round = 0; round < rounds + WARM_UP; round += 1) {
      const [a, b] = [await firstTokens(direct, streams), await firstTokens(diwan.ask, streams)];
      // The first rounds warm connections and code up.
      if (round < WARM_UP) continue;
      theirs.push(...a);
      ours.push(...b);
      await sleep(20);
    }
    const name = streams === 1 ? "at 1 stream" : `at ${streams} streams at once`;
    figures.push(
      { name: `time to first token ${name}`, ours: median(ours), reference: median(theirs), unit: "ms" },
      {
        name: `added by us ${name}`,
        ours: median(ours) - median(theirs),
        unit: "ms",
        target: { of: "ours", atMost: limit },
      },
    );
  }
  await diwan.stop();
  return figures;
}

function firstTokens(ask: () => Promise<Response>, streams: number): Promise<number[]> {
  return Promise.all(Array.from({ length: streams }, () => firstToken(ask)));
}

async function firstToken(ask: () => Promise<Response>): Promise<number> {
  const startedAt = performance.now();
  let ms: number | undefined;
  for await (const text of textOf(await ask())) {
    if (ms === undefined && /word0/.test(text)) ms = performance.now() - startedAt;
  }
  if (ms === undefined) throw new Error("A stream ended without a token.");
  return ms;
}

async function measureCpu(upstream: string): Promise<Figure[]> {
  const relay = await serve("bare-relay.ts", { UPSTREAM: upstream });
  const reference = await cpuPerToken(relay.child.pid, () => fetch(relay.url, { method: "POST" }));
  await relay.child.stop();
  const diwan = await installation(upstream);
  const ours = await cpuPerToken(diwan.pid, diwan.ask);
  await diwan.stop();
  return [
    {
      name: `processor time per token, ${STREAMS} streams`,
      ours,
      reference,
      unit: "µs",
      target: { of: "ratio", atMost: 2 },
    },
  ];
}

/** Microseconds of processor time for each relayed token, all of a run's beginning and end included. */
async function cpuPerToken(pid: number, ask: () => Promise<Response>): Promise<number> {
  await drain(await ask());
  const before = cpuMs(pid);
  const complete = await Promise.all(Array.from({ length: STREAMS }, async () => drain(await ask())));
  if (complete.some((text) => !text)) throw new Error("A stream did not arrive whole.");
  return ((cpuMs(pid) - before) * 1000) / (STREAMS * TOKENS);
}

async function drain(response: Response): Promise<boolean> {
  let whole = false;
  for await (const text of textOf(response)) whole ||= text.includes(`word${TOKENS - 1} `);
  return whole;
}

async function* textOf(response: Response): AsyncGenerator<string> {
  if (!response.ok) throw new Error(`Answered ${response.status}: ${await response.text()}`);
  const decoder = new TextDecoder();
  for await (const chunk of response.body!) yield decoder.decode(chunk, { stream: true });
}

const appFile = JSON.stringify({
  version: "0.6.0",
  app: { mode: "workflow", name: "Relay" },
  workflow: {
    graph: {
      nodes: [
        { id: "start", data: { type: "start", title: "Start", variables: [] } },
        {
          id: "ask",
          data: {
            type: "llm",
            title: "Ask",
            model: { provider: "openai", name: "scripted", mode: "chat", completion_params: {} },
            prompt_template: [{ role: "user", text: "go" }],
            context: { enabled: false },
            vision: { enabled: false },
          },
        },
        {
          id: "end",
          data: { type: "end", title: "End", outputs: [{ variable: "text", value_selector: ["ask", "text"] }] },
        },
      ],
      edges: [
        { source: "start", target: "ask" },
        { source: "ask", target: "end" },
      ],
    },
  },
});
