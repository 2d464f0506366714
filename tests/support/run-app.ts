import { v1Frames } from "@diwan/api";
import type { JournalEntry, PauseAnswer, RunError, RunEvent, RunStatus, StepSettled } from "@diwan/contracts";
import { createGuardedHttpClient, type EgressProfile, parsePrivateEntry, publicPolicy } from "@diwan/egress";
import { createIdSource, type RunId, silentLogger, systemClock } from "@diwan/kernel";
import { createModelGateway } from "@diwan/models";
import {
  createSandboxCodeRunner,
  defaultCodeLimits,
  defaultHttpLimits,
  type NodePorts,
  nodeRegistry,
  type SandboxSettings,
} from "@diwan/nodes";
import { defaultRunLimits, type PreparedVersion, type Run, type RunLimits, runOnce } from "@diwan/runs";
import { memoryRunFiles, type TestSandbox } from "@diwan/testkit";
import { compileGraph, type GraphLimits, type RunProgress, readAppFile, type Value } from "@diwan/workflow";

export type AppRun = {
  status: RunStatus;
  error: RunError | null;
  outputs: Record<string, Value>;
  /** The streamed reply. */
  answer: string;
  /** The same as the service API streams it. */
  frames: Record<string, unknown>[];
  /** Without the run's own first and last. */
  events: RunEvent[];
  journal: StepSettled[];
  /** All of it, as it would be stored. */
  entries: JournalEntry[];
  runId: RunId;
  progress: RunProgress;
  /** Ids of settled steps, in order. */
  path: string[];
  steps: Record<string, StepSettled>;
};

export type RunOptions = {
  inputs?: Record<string, Value>;
  query?: string;
  dialogueCount?: number;
  history?: { query: string; answer: string }[];
  /** Every model call goes here. */
  modelUrl?: string;
  /** Where code runs; nowhere otherwise. */
  sandbox?: SandboxSettings;
  limits?: Partial<RunLimits>;
  graphLimits?: GraphLimits;
  /** In place of those that reach this machine and its memory only. */
  ports?: Partial<NodePorts>;
  /** Values of conversation variables, by id. */
  conversation?: Record<string, Value>;
  /** Answers to forms, by step. */
  answers?: Record<string, PauseAnswer>;
  /** Of a run that is taken up again. */
  runId?: RunId;
  /** Steps that an earlier worker settled already. */
  journal?: JournalEntry[];
  signal?: AbortSignal;
  onEvent?: (event: RunEvent) => void;
};

/** How the engine reaches a sandbox of tests. */
export function sandboxSettings({ url, key }: TestSandbox): SandboxSettings {
  return {
    endpoint: url,
    credentials: { type: "key", key },
    timeouts: { connectMs: 10_000, readMs: 60_000, writeMs: 10_000 },
    verifyTls: true,
  };
}

/** Runs the text of an app file through the real engine, with nothing stored. */
export async function runApp(text: string, options: RunOptions = {}): Promise<AppRun> {
  const { file, problems } = readAppFile(text);
  if (file?.workflow === undefined) throw new Error(problems.map(({ message }) => message).join("\n"));
  const { graph, problems: mistakes } = compileGraph(file.workflow, nodeRegistry, options.graphLimits);
  if (graph === undefined) throw new Error(mistakes.map(({ message }) => message).join("\n"));
  const version = { graph, root: graph.roots[0]!, document: file.workflow };
  return runVersion(version, file.mode as Run["mode"], options);
}

/** Runs a version that is ready to run. */
export async function runVersion(
  version: PreparedVersion,
  mode: Run["mode"],
  options: RunOptions = {},
): Promise<AppRun> {
  const { run, steps, events, journal, progress } = await runOnce(
    {
      clock: systemClock,
      ids: createIdSource(),
      logger: silentLogger,
      ports: (started) => portsFor(started, options),
    },
    {
      version,
      mode,
      inputs: options.inputs ?? {},
      user: "ada",
      query: options.query ?? "hi",
      dialogueCount: options.dialogueCount ?? 0,
      limits: { ...defaultRunLimits, ...options.limits },
      signal: options.signal ?? new AbortController().signal,
      ...(options.journal === undefined ? {} : { journal: options.journal }),
      ...(options.conversation === undefined ? {} : { conversation: options.conversation }),
      ...(options.answers === undefined ? {} : { answers: options.answers }),
      ...(options.runId === undefined ? {} : { runId: options.runId }),
      ...(options.onEvent === undefined ? {} : { onEvent: options.onEvent }),
    },
  );
  return {
    status: run.status,
    error: run.error,
    outputs: run.outputs,
    answer: run.answer,
    frames: events.flatMap((event, place) => v1Frames(run, { seq: place + 1, event })).map(({ data }) => data),
    events: events.slice(1, -1),
    journal: steps,
    entries: journal,
    runId: run.id,
    progress,
    path: steps.map(({ nodeId }) => nodeId),
    steps: Object.fromEntries(steps.map((step) => [step.nodeId, step])),
  };
}

function portsFor(run: Run, { modelUrl, sandbox, history = [], ports }: RunOptions): NodePorts {
  const gateway = createModelGateway({
    http: loopbackClient("platform"),
    demoWordMs: 0,
    retryWaitsMs: [],
    ...(modelUrl === undefined ? {} : { onlyEndpoint: { baseUrl: modelUrl, apiKey: undefined } }),
  });
  const scope = { workspaceId: run.workspaceId };
  return {
    models: {
      stream: (request, call) => gateway.stream(scope, request, { ...call, runId: run.id }),
      countTokens: async (text) => text.split(/\s+/).length,
    },
    conversation: { history: async (limit) => history.slice(-limit) },
    forms: { newToken: () => "token" },
    documents: { read: async () => undefined },
    http: loopbackClient("untrusted"),
    httpLimits: defaultHttpLimits,
    files: memoryRunFiles(),
    code: createSandboxCodeRunner(publicPolicy, sandbox)(scope),
    codeLimits: defaultCodeLimits,
    ...ports,
  };
}

/** The real client, for which this machine counts as outside. */
function loopbackClient(profile: EgressProfile) {
  const allowPrivate = [parsePrivateEntry("127.0.0.0/8")!];
  return createGuardedHttpClient({ profile, policy: { ...publicPolicy, untrusted: { allow: [], allowPrivate } } });
}
