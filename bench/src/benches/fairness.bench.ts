import { createHash, randomBytes, randomUUID } from "node:crypto";
import { join } from "node:path";
import { openEmbedded } from "@diwan/storage/embedded";
import { Pool } from "pg";
import { startChild } from "../processes/child.ts";
import { startCluster } from "../processes/cluster.ts";
import { keyForApp, newDataFolder, startInstallation } from "../processes/installation.ts";
import { type Figure, median } from "../table.ts";

const FLOOD = 1_000;
const TOKENS = 20;
const PIECE_MS = 50;
const ROUNDS = 7;
const SETTINGS = { DIWAN_WORKER_CONCURRENCY: "20", LOG_LEVEL: "warn" };

type Installation = { url: string; flooding: string; other: string; stop(): Promise<void> };

/** How long a workspace's single run waits while another one has a thousand waiting, beside the time that it takes alone. */
export async function fairnessBench(): Promise<Figure[]> {
  const environment = { TOKENS: String(TOKENS), PIECE_MS: String(PIECE_MS) };
  const model = startChild(join(import.meta.dirname, "../processes/scripted-model.ts"), [], environment);
  try {
    const { match } = await model.until(/http\S+/);
    const figures: Figure[] = [];
    for (const [name, open] of [
      ["Redis", clustered],
      ["embedded", embedded],
    ] as const) {
      const installation = await open(match[0]);
      if (installation === undefined) continue;
      try {
        figures.push(...(await measure(name, installation)));
      } finally {
        await installation.stop();
      }
    }
    return figures;
  } finally {
    await model.stop();
  }
}

async function measure(name: string, { url, flooding, other }: Installation): Promise<Figure[]> {
  await timeOf(url, other);
  const solo = await rounds(url, other);
  let waiting = FLOOD;
  const flood = async () => {
    while (waiting > 0) {
      waiting -= 1;
      const response = await ask(url, flooding, "streaming");
      // The run goes on without a reader.
      await response.body?.cancel();
    }
  };
  await Promise.all(Array.from({ length: 20 }, flood));
  const beside = await rounds(url, other);
  const alone = median(solo);
  return [
    // The first is the one that a queue without turns makes wait; after it the flood is over.
    {
      name: `longest delay of ${ROUNDS} runs beside ${FLOOD} of another workspace, ${name}`,
      ours: Math.max(...beside) - alone,
      reference: alone,
      unit: "ms",
      target: { of: "ratio", atMost: 2 },
    },
    { name: `their median time, ${name}`, ours: median(beside), reference: alone, unit: "ms" },
  ];
}

async function rounds(url: string, key: string): Promise<number[]> {
  const times: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) times.push(await timeOf(url, key));
  return times;
}

async function timeOf(url: string, key: string): Promise<number> {
  const startedAt = performance.now();
  const text = await (await ask(url, key, "blocking")).text();
  if (!text.includes('"succeeded"')) throw new Error(`A run did not succeed: ${text}`);
  return performance.now() - startedAt;
}

async function ask(url: string, key: string, mode: "streaming" | "blocking"): Promise<Response> {
  const response = await fetch(`${url}/v1/workflows/run`, {
    method: "POST",
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
    body: JSON.stringify({ inputs: {}, user: "bench", response_mode: mode }),
  });
  if (!response.ok) throw new Error(`Answered ${response.status}: ${await response.text()}`);
  return response;
}

async function clustered(modelUrl: string): Promise<Installation | undefined> {
  const cluster = await startCluster({ ...SETTINGS, OPENAI_API_BASE: modelUrl });
  if (cluster === undefined) return undefined;
  const flooding = await cluster.keyFor(appFile);
  const pool = new Pool({ connectionString: cluster.services.urls.databaseUrl });
  const other = await inAnotherWorkspace(pool);
  await pool.end();
  return { url: cluster.url, flooding, other, stop: () => cluster.stop() };
}

async function embedded(modelUrl: string): Promise<Installation> {
  const { folder, remove } = newDataFolder();
  const environment = { ...SETTINGS, OPENAI_API_BASE: modelUrl };
  const first = await startInstallation(folder, environment);
  const flooding = await keyForApp(first, appFile);
  await first.child.stop();
  const database = await openEmbedded(folder);
  const other = await inAnotherWorkspace(database.pool);
  await database.close();
  const { url, child } = await startInstallation(folder, environment);
  const stop = async () => {
    await child.stop();
    remove();
  };
  return { url, flooding, other, stop };
}

/** Copies the one app there is into a workspace of its own, which no route makes so far. @returns A key for it. */
async function inAnotherWorkspace(pool: Pick<Pool, "query">): Promise<string> {
  const key = `app-${randomBytes(12).toString("hex")}`;
  const [workspaceId, appId, versionId] = [randomUUID(), randomUUID(), randomUUID()];
  const copy = (table: string, change: Record<string, string>) =>
    pool.query(
      `insert into ${table} select copied.* from ${table} original,
        jsonb_populate_record(original, $1::jsonb) copied limit 1`,
      [JSON.stringify({ workspace_id: workspaceId, ...change })],
    );
  await pool.query("insert into workspace (id, name, slug, created_at) values ($1, 'Other', 'other', now())", [
    workspaceId,
  ]);
  await copy("app", { id: appId, published_version_id: versionId });
  await copy("app_version", { id: versionId, app_id: appId });
  const hash = createHash("sha256").update(key).digest("hex");
  await copy("api_key", { id: randomUUID(), app_id: appId, hash });
  return key;
}

const appFile = JSON.stringify({
  version: "0.6.0",
  app: { mode: "workflow", name: "Fairness" },
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
