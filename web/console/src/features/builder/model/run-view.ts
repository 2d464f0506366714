import type { ConsoleRunEvent, RunDetail, RunStep, RunSummary } from "@diwan/contracts";

export type RunStatus = RunSummary["status"];
export type LoggedEvent = { id: number; event: ConsoleRunEvent };

/** What is known of a run so far; the fold of its events. */
export type RunView = {
  status: RunStatus;
  /** Unix milliseconds; null until it has begun. */
  startedAt: number | null;
  elapsedMs: number | null;
  inputs: Record<string, unknown>;
  outputs: Record<string, unknown>;
  answer: string;
  /** By step, what a model thought aloud. */
  reasoning: Record<string, string>;
  error: RunSummary["error"];
  /** In the order they began; a new try of a step is an entry of its own. */
  steps: RunStep[];
  log: LoggedEvent[];
  lastEventId: number;
};

/** The log is for looking at, not for keeping: of a very long answer only the newest parts stay. */
const loggedAtMost = 2_000;

export const emptyRun: RunView = {
  status: "queued",
  startedAt: null,
  elapsedMs: null,
  inputs: {},
  outputs: {},
  answer: "",
  reasoning: {},
  error: null,
  steps: [],
  log: [],
  lastEventId: 0,
};

const finalStatuses: ReadonlySet<RunStatus> = new Set(["succeeded", "failed", "stopped", "partial-succeeded"]);

export function isOver(status: RunStatus): boolean {
  return finalStatuses.has(status);
}

/** Takes in events in their order; one that was seen before (after a resumed stream) changes nothing. */
export function foldEvents(view: RunView, events: readonly LoggedEvent[]): RunView {
  const fresh = events.filter(({ id }) => id > view.lastEventId);
  if (fresh.length === 0) return view;
  const folded = fresh.reduce((state, { event }) => foldEvent(state, event), view);
  return {
    ...folded,
    log: [...view.log, ...fresh].slice(-loggedAtMost),
    lastEventId: fresh.at(-1)?.id ?? view.lastEventId,
  };
}

function foldEvent(view: RunView, event: ConsoleRunEvent): RunView {
  switch (event.event) {
    case "run.started":
      return { ...view, status: "running", startedAt: view.startedAt ?? event.at, inputs: event.inputs };
    case "step.started":
    case "step.finished":
    case "step.retried":
      return { ...view, steps: withStep(view.steps, event.step) };
    case "text-delta":
      return { ...view, answer: view.answer + event.text };
    case "text-replaced":
      return { ...view, answer: event.text };
    case "reasoning-delta": {
      const soFar = view.reasoning[event.node_id] ?? "";
      return { ...view, reasoning: { ...view.reasoning, [event.node_id]: soFar + event.text } };
    }
    case "run.finished":
      return {
        ...view,
        status: event.run.status,
        elapsedMs: event.run.elapsed_ms,
        error: event.run.error,
        outputs: event.outputs,
        answer: event.answer === "" ? view.answer : event.answer,
      };
  }
}

function withStep(steps: RunStep[], step: RunStep): RunStep[] {
  const at = steps.findIndex((other) => other.id === step.id && other.attempt === step.attempt);
  return at < 0 ? [...steps, step] : steps.with(at, step);
}

/** What the server keeps of a run: for finished ones, and while the stream is lost. */
export function viewOfDetail(detail: RunDetail, before: RunView = emptyRun): RunView {
  return {
    ...before,
    status: detail.status,
    startedAt: Date.parse(detail.created_at),
    elapsedMs: detail.elapsed_ms,
    inputs: detail.inputs,
    outputs: detail.outputs,
    // A stored answer may lag behind the stream.
    answer: detail.answer.length >= before.answer.length || isOver(detail.status) ? detail.answer : before.answer,
    error: detail.error,
    steps: [...detail.steps].sort((one, other) => one.index - other.index || one.attempt - other.attempt),
    log: before.log.length === 0 && isOver(detail.status) ? keptEvents(detail) : before.log,
  };
}

/** The events that what is kept of a finished run tells of, in the order of their times; pieces of text are not kept. */
function keptEvents(detail: RunDetail): LoggedEvent[] {
  const begun = Date.parse(detail.created_at);
  const ofSteps = detail.steps.flatMap((step): { at: number; event: ConsoleRunEvent }[] => {
    const ended: ConsoleRunEvent =
      step.status === "retried"
        ? { event: "step.retried", step, retry_index: step.attempt }
        : { event: "step.finished", step };
    const started: ConsoleRunEvent = { event: "step.started", step: { ...step, status: "running" } };
    return [
      { at: step.started_at, event: started },
      ...(step.finished_at === null ? [] : [{ at: step.finished_at, event: ended }]),
    ];
  });
  const { outputs, answer, ...run } = detail;
  const events: ConsoleRunEvent[] = [
    { event: "run.started", inputs: detail.inputs, at: begun },
    ...ofSteps.sort((one, other) => one.at - other.at).map(({ event }) => event),
    { event: "run.finished", run, outputs, answer },
  ];
  return events.map((event, index) => ({ id: index + 1, event }));
}

/** Tokens of all steps; the inside of a container is counted, not the container that sums it up. */
export function tokensOf(view: RunView): number {
  const outer = new Set(view.steps.flatMap((step) => step.frame.map(([container]) => container)));
  return view.steps.reduce((sum, step) => sum + (outer.has(step.node_id) ? 0 : step.total_tokens), 0);
}
