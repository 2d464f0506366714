import type { JournalEntry, RunError, RunEvent, RunStatus, StepSettled } from "@diwan/contracts";
import { createIdSource, silentLogger, systemClock } from "@diwan/kernel";
import { createModelGateway } from "@diwan/models";
import { type NodePorts, nodeRegistry } from "@diwan/nodes";
import { defaultRunLimits, type PreparedVersion, type Run, type RunLimits, runOnce } from "@diwan/runs";
import { compileGraph, readAppFile, type Value } from "@diwan/workflow";

export type AppRun = {
  status: RunStatus;
  error: RunError | null;
  outputs: Record<string, Value>;
  /** The streamed reply. */
  answer: string;
  /** Without the run's own first and last. */
  events: RunEvent[];
  journal: StepSettled[];
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
  limits?: Partial<RunLimits>;
  /** Steps that an earlier worker settled already. */
  journal?: JournalEntry[];
  signal?: AbortSignal;
  onEvent?: (event: RunEvent) => void;
};

/** Runs the text of an app file through the real engine, with nothing stored. */
export async function runApp(text: string, options: RunOptions = {}): Promise<AppRun> {
  const { file, problems } = readAppFile(text);
  if (file?.workflow === undefined) throw new Error(problems.map(({ message }) => message).join("\n"));
  const { graph, problems: mistakes } = compileGraph(file.workflow, nodeRegistry);
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
  const { run, steps, events } = await runOnce(
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
      ...(options.onEvent === undefined ? {} : { onEvent: options.onEvent }),
    },
  );
  return {
    status: run.status,
    error: run.error,
    outputs: run.outputs,
    answer: run.answer,
    events: events.slice(1, -1),
    journal: steps,
    path: steps.map(({ nodeId }) => nodeId),
    steps: Object.fromEntries(steps.map((step) => [step.nodeId, step])),
  };
}

function portsFor(run: Run, { modelUrl, history = [] }: RunOptions): NodePorts {
  const gateway = createModelGateway({
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
  };
}
