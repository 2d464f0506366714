import type { JournalEntry, RunFinished, StepSettled } from "@diwan/contracts";
import { createIdSource, silentLogger, systemClock } from "@diwan/kernel";
import { defaultCodeLimits, type NodePorts, nodeRegistry } from "@diwan/nodes";
import {
  atTheStart,
  conversationValues,
  defaultRunLimits,
  driveRun,
  type PreparedVersion,
  type Run,
  runVariables,
} from "@diwan/runs";
import {
  checkInputs,
  compileGraph,
  type Frame,
  type NodeRegistry,
  RunProgress,
  readAppFile,
  readInputFields,
  type Value,
} from "@diwan/workflow";
import { runVersion } from "../support/run-app.ts";
import type { Random } from "./random.ts";
import { type RandomApp, textOf } from "./random-app.ts";

export type EngineRun = {
  finished: RunFinished;
  settled: readonly StepSettled[];
  journal: readonly JournalEntry[];
  conversation: Record<string, Value>;
};

export type EngineOptions = {
  /** Of the time that steps take; without it each is done at once, and steps end in the order in which they begin. */
  delays?: Random;
  /** What an earlier run of the app settled. */
  journal?: readonly JournalEntry[];
};

const limits = { ...defaultRunLimits, maxSteps: 100_000 };

/** The app in the real engine, in this process. */
export async function runEngine(app: RandomApp, { delays, journal }: EngineOptions = {}): Promise<EngineRun> {
  let finished: RunFinished | undefined;
  const run = await runVersion(prepare(app, delays), app.mode, {
    inputs: app.inputs,
    query: app.query,
    limits,
    onEvent: (event) => {
      if (event.type === "run.finished") finished = event;
    },
    ...(journal === undefined ? {} : { journal: [...journal] }),
  });
  const entries = [...run.progress.state.variables.entries()];
  const conversation = entries.flatMap(([nodeId, name, value]) => (nodeId === "conversation" ? [[name, value]] : []));
  return {
    finished: finished!,
    settled: run.journal,
    journal: run.entries,
    conversation: Object.fromEntries(conversation) as Record<string, Value>,
  };
}

/** How a run stood after so many entries of its journal. */
export type Moment = { length: number; state: object };

/** Runs it step by step, looking at its state after each outcome; `fold` makes the state anew from a journal. */
export async function watchEngine(
  app: RandomApp,
  delays: Random,
): Promise<{ moments: Moment[]; journal: JournalEntry[]; fold(entries: readonly JournalEntry[]): object }> {
  const version = prepare(app, delays);
  const checked = checkInputs(readInputFields(version.root.data), app.inputs);
  if (!checked.ok) throw new Error(checked.message);
  const { conversationVariables, environmentVariables } = version.document;
  const begin = () => {
    const run = runOf(app, checked.inputs);
    const variables = runVariables(run, version.root.id, environmentVariables, conversationVariables);
    return new RunProgress(version.graph, version.root, variables);
  };
  const progress = begin();
  const journal: JournalEntry[] = [];
  const moments: Moment[] = [];
  const look = () => moments.push({ length: journal.length, state: stateOf(progress) });
  const conversation = conversationValues(conversationVariables, {});
  journal.push({ kind: "begun", reason: "initial", at: systemClock.now(), seed: "seed", conversation });
  progress.fold(journal[0]!);
  await driveRun(
    { clock: systemClock, logger: silentLogger, ports: () => ({ codeLimits: defaultCodeLimits }) as NodePorts },
    {
      runId: "run",
      progress,
      limits,
      activeMs: 0,
      outputBytes: 0,
      signal: new AbortController().signal,
      publish() {},
      journal: { add: (entry) => journal.push(entry), flush: async () => {} },
      settled: look,
    },
  );
  const fold = (entries: readonly JournalEntry[]) => {
    const folded = begin();
    folded.replay(entries);
    return stateOf(folded);
  };
  return { moments, journal, fold };
}

/** All of a run's state but what an entry that is still to come tells: the numbers of steps that have only begun. */
function stateOf({ state, answer }: RunProgress): object {
  const { exceptionsCount, totalSteps, failure, usage } = state;
  return { answer, exceptionsCount, totalSteps, failure, usage, root: frameOf(state.root) };
}

function frameOf(frame: Frame): object {
  const { variables, outputs, conversation, failure, isLast, hasEnded, usage } = frame;
  return {
    variables: [...variables.entries()].filter(([nodeId, name]) => nodeId !== "sys" && !name.startsWith("sys.")),
    outputs: { ...outputs },
    conversation: [...conversation],
    failure,
    isLast,
    hasEnded,
    usage,
    skipped: frame.graph.nodes.filter((node) => frame.isSkipped(node)).map(({ id }) => id),
    open: [...frame.open].map(([{ id }, { attempt, phase, answer }]) => ({ id, attempt, phase, answer })),
    containers: [...frame.containers].map(([{ id }, { open, early, current, usage }]) => ({
      id,
      current,
      usage,
      open: [...open].map(([index, round]) => [index, frameOf(round)]),
      early: [...early.keys()],
    })),
  };
}

function prepare(app: RandomApp, delays: Random | undefined): PreparedVersion {
  const document = readAppFile(textOf(app)).file!.workflow!;
  const registry = delays === undefined ? nodeRegistry : slowed(nodeRegistry, delays);
  const { graph, problems } = compileGraph(document, registry);
  if (graph === undefined) throw new Error(problems.map(({ message }) => message).join("\n"));
  return { graph, root: graph.roots[0]!, document };
}

/** The same nodes, which now and then take a while: what runs at the same time ends in any order. */
function slowed(registry: NodeRegistry, delays: Random): NodeRegistry {
  return {
    find(type, version) {
      const definition = registry.find(type, version);
      if (definition === undefined || definition.kind === "container") return definition;
      return {
        ...definition,
        run(context, ports) {
          const turns = delays.chance(0.4) ? 0 : delays.between(1, 12);
          if (turns === 0) return definition.run(context, ports);
          return later(turns).then(() => definition.run(context, ports));
        },
      };
    },
  };
}

async function later(turns: number): Promise<void> {
  for (let turn = 0; turn < turns; turn += 1) await Promise.resolve();
}

function runOf({ mode, query }: RandomApp, inputs: Record<string, Value>): Run {
  const ids = createIdSource();
  const isChat = mode === "advanced-chat";
  return {
    ...atTheStart(),
    id: ids.next(),
    workspaceId: ids.next(),
    appId: ids.next(),
    versionId: ids.next(),
    versionNumber: 1,
    mode,
    trigger: "cli",
    queue: "runs-interactive",
    caller: { type: "end-user", id: ids.next(), user: "ada" },
    inputs,
    query: isChat ? query : null,
    files: [],
    conversationId: null,
    messageId: null,
    dialogueCount: 0,
    createdAt: 0,
  };
}
