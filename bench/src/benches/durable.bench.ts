import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type AppId, createIdSource, Shutdown, silentLogger, systemClock, type WorkspaceScope } from "@diwan/kernel";
import { createRegistry, defaultCodeLimits, type NodePorts, nodeDefinitions } from "@diwan/nodes";
import {
  atTheStart,
  defaultRunLimits,
  type ExecuteRunNeeds,
  executeRun,
  type PreparedVersion,
  type Run,
} from "@diwan/runs";
import { openEmbeddedStack } from "@diwan/storage/embedded";
import { openServerStack, redisAddressOf } from "@diwan/storage/server";
import { compileGraph, defineNode, readAppFile, succeed } from "@diwan/workflow";
import pg from "pg";
import { z } from "zod";
import { freshDatabase } from "../processes/services.ts";
import { endNode, sketchGraph, startNode, templateNode } from "../sketched-graph.ts";
import type { Figure } from "../table.ts";

const AT_ONCE = 20;
const CHAIN = 200;
const EFFECTS = 50;
const RUNS = { pure: 100, effects: 60 };

const ids = createIdSource();

/** Takes no time, and is journalled like a step that other systems see: before it begins and when it has ended. */
const effectNode = defineNode<NodePorts, unknown>({
  type: "tool",
  version: 1,
  kind: "executable",
  settings: z.unknown(),
  needs: [],
  hasOutsideEffects: true,
  run: async () => succeed({ done: true }),
});
const registry = createRegistry([...nodeDefinitions, effectNode]);

/** Steps a second of runs that are stored, each outcome in the journal, and the statements that costs. */
export async function durableBench(): Promise<Figure[]> {
  const figures: Figure[] = [];
  const folder = mkdtempSync(join(tmpdir(), "diwan-bench-"));
  const embedded = await openEmbeddedStack({ folder, version: "bench", streamRetentionMs: 1, ids, clock: systemClock });
  figures.push(...(await measure("embedded", embedded, 400)));
  await embedded.close();
  rmSync(folder, { recursive: true, force: true });

  const services = await freshDatabase();
  if (services === undefined) {
    process.stderr.write(
      "Without DIWAN_TEST_POSTGRES_URL and DIWAN_TEST_REDIS_URL there are no figures of Postgres.\n",
    );
    return figures;
  }
  const options = { version: "bench", streamRetentionMs: 1, filesFolder: folder, ids, clock: systemClock };
  const { databaseUrl, redisUrl } = services.urls;
  const server = await openServerStack({
    ...options,
    postgres: { connectionString: databaseUrl },
    redis: redisAddressOf(redisUrl),
  });
  figures.push(...(await measure("Postgres", server, 1_500)));
  await server.close();
  await services.drop();
  return figures;
}

type Stack = Awaited<ReturnType<typeof openEmbeddedStack>> | Awaited<ReturnType<typeof openServerStack>>;

async function measure(name: string, stack: Stack, atLeast: number): Promise<Figure[]> {
  const pure = await drive(stack, prepared(chain()), RUNS.pure);
  const effects = await drive(stack, prepared(effectChain()), RUNS.effects);
  const target = { of: "ours" as const, atLeast };
  const few = { of: "ours" as const, atMost: 2 };
  return [
    { name: `durable chain of ${CHAIN}, ${name}`, ours: pure.perSecond, unit: "steps/s", target },
    {
      name: `durable chain of ${EFFECTS} steps with effects, ${name}`,
      ours: effects.perSecond,
      unit: "steps/s",
      target,
    },
    { name: `journal statements a step, ${name}`, ours: pure.statements, unit: "", target: few },
    { name: `journal statements a step with effects, ${name}`, ours: effects.statements, unit: "", target: few },
  ];
}

async function drive(stack: Stack, version: PreparedVersion, count: number) {
  const scope: WorkspaceScope = { workspaceId: ids.next() };
  const needs: ExecuteRunNeeds = {
    ...stack,
    ...stack.stores,
    prepare: async () => version,
    portsFor: () => ({ codeLimits: defaultCodeLimits }) as NodePorts,
    clock: systemClock,
    ids,
    logger: silentLogger,
    limits: defaultRunLimits,
    owner: ids.next(),
    leaseMs: 20_000,
    heartbeatMs: 5_000,
  };
  const runs = Array.from({ length: count }, () => aRun(scope));
  for (const run of runs) await stack.stores.runs.insert(scope, run);
  const before = journalStatements();
  const startedAt = performance.now();
  let next = 0;
  const worker = async () => {
    for (let run = runs[next++]; run !== undefined; run = runs[next++]) {
      await executeRun(needs, scope, run.id, new Shutdown());
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  const seconds = (performance.now() - startedAt) / 1000;
  const steps = count * version.graph.nodes.length;
  const last = await stack.stores.runs.find(scope, runs.at(-1)!.id);
  if (last?.status !== "succeeded") throw new Error(`A run ended ${last?.status}: ${last?.error?.message}`);
  return { perSecond: steps / seconds, statements: (journalStatements() - before) / steps };
}

function aRun(scope: WorkspaceScope): Run {
  return {
    ...atTheStart(),
    id: ids.next(),
    workspaceId: scope.workspaceId,
    appId: ids.next() as AppId,
    versionId: ids.next(),
    versionNumber: 1,
    mode: "workflow",
    trigger: "api",
    queue: "runs-interactive",
    caller: { type: "end-user", id: ids.next(), user: "bench" },
    inputs: { name: "Ada" },
    query: null,
    files: [],
    conversationId: null,
    messageId: null,
    dialogueCount: 0,
    createdAt: systemClock.now(),
  };
}

let seen = 0;
const { query } = pg.Client.prototype as unknown as { query: (...args: unknown[]) => unknown };
(pg.Client.prototype as unknown as { query: unknown }).query = function (this: unknown, ...args: unknown[]) {
  const text = typeof args[0] === "string" ? args[0] : (args[0] as { text?: string } | null)?.text;
  if (text?.includes("insert into run_step") === true) seen += 1;
  return query.apply(this, args);
};

function journalStatements(): number {
  return seen;
}

function prepared(graph: ReturnType<typeof sketchGraph>): PreparedVersion {
  const text = JSON.stringify({ version: "0.6.0", app: { mode: "workflow", name: "Bench" }, workflow: { graph } });
  const document = readAppFile(text).file!.workflow!;
  const compiled = compileGraph(document, registry);
  if (compiled.graph === undefined) throw new Error(compiled.problems[0]?.message);
  return { graph: compiled.graph, root: compiled.graph.roots[0]!, document };
}

function chain() {
  const nodes = Array.from({ length: CHAIN }, (_, place) =>
    templateNode(`t${place}`, "{{ n }}", ["n", ["start", "name"]]),
  );
  return linked([startNode("name", "text-input"), ...nodes, endNode([["t0", "output"]])]);
}

function effectChain() {
  const nodes = Array.from({ length: EFFECTS }, (_, place) => ({
    id: `e${place}`,
    data: { type: "tool", title: "E" },
  }));
  return linked([startNode("name", "text-input"), ...nodes, endNode([["e0", "done"]])]);
}

function linked(nodes: Parameters<typeof sketchGraph>[0]) {
  return sketchGraph(
    nodes,
    nodes.slice(1).map(({ id }, place) => `${nodes[place]!.id}>${id}`),
  );
}
