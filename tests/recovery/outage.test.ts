import { createGuardedHttpClient, parsePrivateEntry, publicPolicy } from "@diwan/egress";
import { createIdSource, DiwanError, Shutdown, silentLogger, systemClock, type WorkspaceScope } from "@diwan/kernel";
import type { ModelPart } from "@diwan/models";
import {
  createSandboxCodeRunner,
  defaultCodeLimits,
  defaultHttpLimits,
  type NodePorts,
  nodeRegistry,
} from "@diwan/nodes";
import { defaultRunLimits, type ExecuteRunNeeds, executeRun, type PreparedVersion, type Run } from "@diwan/runs";
import { MemoryLiveEvents, MemoryRunSignals } from "@diwan/storage/memory";
import { createStores } from "@diwan/storage/postgres";
import { type HttpServer, memoryRunFiles, startHttpServer, words } from "@diwan/testkit";
import { aConversation, aScope, aTurn } from "@diwan/testkit/contracts";
import { type TestDatabase, testDatabaseServers } from "@diwan/testkit/services";
import { compileGraph, readAppFile } from "@diwan/workflow";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { appText, llm, type NodeSketch, start } from "../support/app-text.ts";

type Stores = ReturnType<typeof createStores>;

const ids = createIdSource();
const story = words("A lamp went out and came back, and nobody had missed a word.");

let opened: TestDatabase;
let stores: Stores;
let server: HttpServer;
let version: PreparedVersion;

beforeAll(async () => {
  opened = await testDatabaseServers[0]!.open();
  stores = createStores(opened.database, { ids, clock: systemClock });
  server = await startHttpServer({ body: "done", headers: { "content-type": "text/plain" } });
  version = versionOf([
    start(),
    {
      id: "count",
      type: "assigner",
      version: "2",
      items: [{ variable_selector: ["conversation", "count"], input_type: "constant", operation: "+=", value: 1 }],
    },
    llm("tell", "Tell"),
    { id: "first", type: "answer", answer: "{{#tell.text#}} " },
    act("act"),
    { id: "last", type: "answer", answer: "{{#act.body#}} {{#conversation.count#}}" },
  ]);
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await opened.close();
});

describe.each(["before", "after"] as const)(
  "an outage of the database right %s it did what it was asked for",
  (when) => {
    it("leaves every turn as it would have been, whichever call meets it", async () => {
      const calls = (await turn(Number.POSITIVE_INFINITY, when)).calls;
      expect(calls).toBeGreaterThan(6);
      for (let call = 1; call <= calls; call += 1) {
        const { run, text, effects, count, name } = await turn(call, when);
        const expected = { status: "succeeded", answer: `${story.join("")} done 1` };
        expect(run, `call ${call}, ${name}`).toMatchObject(expected);
        expect(count, `call ${call}, ${name}`).toBe(1);
        expect(new Set(effects).size, `call ${call}, ${name}`).toBe(1);
        // Undefined where the answer of the last write was lost: readers find the end in the store then.
        expect([expected.answer, undefined], `call ${call}, ${name}`).toContain(text);
      }
    });
  },
);

describe("a worker that was frozen for longer than its lease", () => {
  it("does nothing more for the run, not even where it is the one that took it again", async () => {
    const scope = aScope();
    const conversation = aConversation();
    const run = { ...aTurn(conversation.appId, conversation), createdAt: Date.now() };
    await stores.conversations.insert(scope, { ...conversation, turnOf: run.id });
    await stores.runs.insert(scope, run);
    const live = new MemoryLiveEvents();
    const before = server.requests.length;
    const execute = (told: Promise<void>, asked: () => void, frozenMs: number) => {
      const frozen = needs(new Outage(Number.POSITIVE_INFINITY, "before"), live);
      const clock = { now: () => Date.now() + frozenMs };
      const portsOf: ExecuteRunNeeds["portsFor"] = (of, started) => {
        const ports = portsFor(of, started, stores.conversations);
        async function* stream() {
          asked();
          await told;
          for (const text of story) yield { type: "text-delta", text } as ModelPart;
        }
        return { ...ports, models: { ...ports.models, stream } };
      };
      return executeRun({ ...frozen, clock, portsFor: portsOf }, scope, run.id, new Shutdown());
    };
    const thaw = Promise.withResolvers<void>();
    const asked = Promise.withResolvers<void>();
    const first = execute(thaw.promise, asked.resolve, 0);
    await asked.promise;
    expect(await execute(Promise.resolve(), () => {}, 30_000)).toBe("settled");
    thaw.resolve();
    expect(await first).toBe("not-mine");
    expect(server.requests.length - before).toBe(1);
    expect(await readText(live, run)).toBe(`${story.join("")} done 1`);
    expect(await stores.conversations.readVariables(scope, conversation.id)).toEqual({ count: 1 });
  });
});

/** A first turn during which one call to the stores fails. */
async function turn(failing: number, when: "before" | "after") {
  const scope = aScope();
  const conversation = aConversation();
  const run = { ...aTurn(conversation.appId, conversation), createdAt: Date.now() };
  await stores.conversations.insert(scope, { ...conversation, turnOf: run.id });
  await stores.runs.insert(scope, run);
  const outage = new Outage(failing, when);
  const live = new MemoryLiveEvents();
  const before = server.requests.length;
  const execution = await executeRun(needs(outage, live), scope, run.id, new Shutdown());
  const effects = server.requests.slice(before).map(({ headers }) => headers["idempotency-key"]);
  const stored = await stores.runs.find(scope, run.id);
  return {
    calls: outage.calls,
    name: outage.name,
    run: stored,
    effects,
    count: (await stores.conversations.readVariables(scope, conversation.id))["count"],
    text: execution === "settled" ? await readText(live, run) : undefined,
  };
}

async function readText(live: MemoryLiveEvents, { id }: Run): Promise<string> {
  let text = "";
  for await (const { event } of (await live.read(id, 0, new AbortController().signal)) ?? []) {
    if (event.type === "text-delta") text += event.text;
    if (event.type === "text-replaced") text = event.text;
  }
  return text;
}

/** Stores of which one call fails: before it reached the database, or when its answer was on the way back. */
class Outage {
  calls = 0;
  name = "";
  readonly #failing: number;
  readonly #when: "before" | "after";

  constructor(failing: number, when: "before" | "after") {
    this.#failing = failing;
    this.#when = when;
  }

  of<Store extends object>(store: Store): Store {
    return new Proxy(store, {
      get: (target, name) => {
        const method = Reflect.get(target, name) as unknown;
        // A claim that fails leaves the run to the reaper.
        if (typeof method !== "function") return method;
        if (name === "claim") return method.bind(target);
        return async (...args: unknown[]) => {
          this.calls += 1;
          const fails = this.calls === this.#failing;
          if (fails) this.name = String(name);
          if (fails && this.#when === "before") throw unavailable();
          const result = await (method as (...given: unknown[]) => unknown).apply(target, args);
          if (fails) throw unavailable();
          return result;
        };
      },
    });
  }
}

function unavailable(): DiwanError {
  return new DiwanError("storage.unavailable", "dependency", "The database cannot be reached.");
}

function needs(outage: Outage, live: MemoryLiveEvents): ExecuteRunNeeds {
  const conversations = outage.of(stores.conversations);
  return {
    runs: outage.of(stores.runs),
    forms: outage.of(stores.forms),
    conversations,
    queue: { enqueue: async () => {} },
    live,
    signals: new MemoryRunSignals(),
    prepare: async () => version,
    portsFor: (scope, run) => portsFor(scope, run, conversations),
    clock: systemClock,
    ids,
    logger: silentLogger,
    limits: defaultRunLimits,
    owner: "worker",
    leaseMs: 20_000,
    heartbeatMs: 5_000,
  };
}

function portsFor(scope: WorkspaceScope, run: Run, conversations: Stores["conversations"]): NodePorts {
  const policy = {
    ...publicPolicy,
    untrusted: { allow: [], allowPrivate: [parsePrivateEntry("127.0.0.0/8")!] },
  };
  return {
    models: {
      // Reads of the database before the first word, as of a provider's key.
      async *stream() {
        await conversations.history(scope, run.conversationId!, run.messageId!, 1);
        for (const text of story) yield { type: "text-delta", text } as ModelPart;
      },
      countTokens: async () => 1,
    },
    conversation: { history: (limit) => conversations.history(scope, run.conversationId!, run.messageId!, limit) },
    forms: { newToken: () => "token" },
    documents: { read: async () => undefined },
    http: createGuardedHttpClient({ profile: "untrusted", policy }),
    httpLimits: defaultHttpLimits,
    files: memoryRunFiles(),
    code: createSandboxCodeRunner(policy, undefined)(scope),
    codeLimits: defaultCodeLimits,
  } as NodePorts;
}

function versionOf(nodes: NodeSketch[]): PreparedVersion {
  const edges = nodes.slice(1).map(({ id }, place) => `${nodes[place]!.id}>${id}`);
  const conversation_variables = [{ id: "count", name: "count", value_type: "number", value: 0 }];
  const { file } = readAppFile(appText("advanced-chat", nodes, edges, { conversation_variables }));
  const { graph } = compileGraph(file!.workflow!, nodeRegistry);
  return { graph: graph!, root: graph!.roots[0]!, document: file!.workflow! };
}

function act(id: string): NodeSketch {
  return {
    id,
    type: "http-request",
    method: "post",
    url: `${server.url}/act`,
    params: "",
    headers: "",
    authorization: { type: "no-auth", config: null },
    body: { type: "none", data: [] },
    retry_config: { retry_enabled: false, max_retries: 0, retry_interval: 0 },
    timeout: {},
  };
}
