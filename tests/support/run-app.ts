import type { JournalEntry, RunEvent, StepSettled } from "@diwan/contracts";
import { type AppId, createIdSource, silentLogger, systemClock, type WorkspaceId } from "@diwan/kernel";
import { createModelGateway } from "@diwan/models";
import { type NodePorts, nodeRegistry } from "@diwan/nodes";
import { type DriveEnd, defaultRunLimits, driveRun, type Run, type RunLimits, runVariables } from "@diwan/runs";
import { checkInputs, compileGraph, RunProgress, readAppFile, readInputFields, type Value } from "@diwan/workflow";

export type AppRun = {
  end: DriveEnd;
  outputs: Record<string, Value>;
  /** The streamed reply. */
  answer: string;
  events: RunEvent[];
  journal: JournalEntry[];
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
  const compiled = compileGraph(file.workflow, nodeRegistry);
  if (compiled.graph === undefined) throw new Error(compiled.problems.map(({ message }) => message).join("\n"));
  const root = compiled.graph.roots[0]!;
  const checked = checkInputs(readInputFields(root.data), options.inputs ?? {});
  if (!checked.ok) throw new Error(checked.message);

  const run = aRun(file.mode as Run["mode"], checked.inputs, options);
  const conversation = Object.fromEntries(file.workflow.conversationVariables.map(({ name, value }) => [name, value]));
  const variables = runVariables(run, root.id, file.workflow.environmentVariables, conversation);
  const progress = new RunProgress(compiled.graph, root, variables);
  const journal: JournalEntry[] = [...(options.journal ?? [])];
  progress.replay(journal);
  const events: RunEvent[] = [];
  const end = await driveRun(
    { clock: systemClock, ids: createIdSource(), logger: silentLogger, ports: portsFor(run, options) },
    {
      graph: compiled.graph,
      progress,
      history: new Map(),
      limits: { ...defaultRunLimits, ...options.limits },
      signal: options.signal ?? new AbortController().signal,
      publish: (event) => {
        events.push(event);
        options.onEvent?.(event);
      },
      journal: { add: (entry) => journal.push(entry), flush: async () => {} },
    },
  );
  const settled = journal.filter((entry): entry is StepSettled => entry.kind === "settled");
  return {
    end,
    outputs: progress.state.outputs,
    answer: progress.answer,
    events,
    journal,
    path: settled.map(({ nodeId }) => nodeId),
    steps: Object.fromEntries(settled.map((step) => [step.nodeId, step])),
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

function aRun(mode: Run["mode"], inputs: Record<string, Value>, options: RunOptions): Run {
  return {
    id: "run-1" as Run["id"],
    workspaceId: "ws-1" as WorkspaceId,
    appId: "app-1" as AppId,
    versionId: "version-1" as Run["versionId"],
    versionNumber: 1,
    mode,
    trigger: "cli",
    queue: "runs-interactive",
    status: "running",
    caller: { type: "end-user", id: "user-1" as never, user: "ada" },
    inputs,
    query: mode === "workflow" ? null : (options.query ?? "hi"),
    files: [],
    conversationId: mode === "workflow" ? null : ("conversation-1" as never),
    messageId: mode === "workflow" ? null : ("message-1" as never),
    dialogueCount: options.dialogueCount ?? 0,
    outputs: {},
    answer: "",
    error: null,
    usage: null,
    totalSteps: 0,
    exceptionsCount: 0,
    createdAt: 1_700_000_000_000,
    startedAt: null,
    finishedAt: null,
    elapsedMs: null,
    stopRequestedBy: null,
  };
}
