import type { ConsoleRunEvent, RunDetail, RunForm, RunStep, RunSummary } from "@diwan/contracts";

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
  /** What is known of the run besides its state; null until the server has told. */
  about: RunSummary | null;
  /** In the order they began; a new try of a step is an entry of its own. */
  steps: RunStep[];
  /** By container (see `containerKey`), how many of its rounds have begun. */
  rounds: Record<string, number>;
  /** What the run waits for. */
  forms: RunForm[];
  /** Forms that were answered, or ran out, while this page looked. */
  closedForms: ClosedForm[];
  log: LoggedEvent[];
  lastEventId: number;
};

/** `action` is the title of the button; null where nobody answered in time. */
export type ClosedForm = { nodeId: string; title: string; action: string | null };

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
  about: null,
  steps: [],
  rounds: {},
  forms: [],
  closedForms: [],
  log: [],
  lastEventId: 0,
};

const finalStatuses: ReadonlySet<RunStatus> = new Set(["succeeded", "failed", "stopped", "partial-succeeded"]);

/** A container at one place: inside another one there is one for each round. */
export function containerKey(nodeId: string, frame: RunStep["frame"]): string {
  return `${frame.map(([id, round]) => `${id}:${round}`).join("/")}>${nodeId}`;
}

export function isOver(status: RunStatus): boolean {
  return finalStatuses.has(status);
}

/** Takes in events in their order; one that was seen before (after a resumed stream) changes nothing. */
export function foldEvents(view: RunView, events: readonly LoggedEvent[]): RunView {
  const fresh = events.filter(({ id }) => id > view.lastEventId);
  if (fresh.length === 0) return view;
  // Whatever the server kept comes again with the first event, piece by piece.
  const isWhole = fresh[0]?.id === 1 && fresh[0].event.event === "run.started";
  const start = isWhole
    ? { ...view, answer: "", steps: [], rounds: {}, forms: [] }
    : { ...view, steps: [...view.steps] };
  const folded = fresh.reduce((state, { event }) => foldEvent(state, event), start);
  return {
    ...folded,
    log: [...view.log, ...fresh].slice(-loggedAtMost),
    lastEventId: fresh.at(-1)?.id ?? view.lastEventId,
  };
}

function foldEvent(view: RunView, event: ConsoleRunEvent): RunView {
  switch (event.event) {
    case "run.started":
      // It also begins again after a pause.
      return {
        ...view,
        status: "running",
        startedAt: view.startedAt ?? event.at,
        elapsedMs: null,
        inputs: withoutSystem(event.inputs),
      };
    case "step.started":
    case "step.finished":
    case "step.retried":
      keepStep(view.steps, event.step);
      return view;
    case "round.started": {
      const key = containerKey(event.node_id, event.frame);
      return { ...view, rounds: { ...view.rounds, [key]: Math.max(view.rounds[key] ?? 0, event.round + 1) } };
    }
    case "form.required":
      return {
        ...view,
        steps: view.steps.map((step) => (isAtWork(step, event.form.node_id) ? { ...step, status: "waiting" } : step)),
        forms: [...view.forms.filter((form) => form.id !== event.form.id), event.form],
      };
    case "form.closed":
      return withoutForm(view, event.node_id, event.action);
    case "run.paused":
      return {
        ...view,
        status: "paused",
        about: event.run,
        elapsedMs: event.run.elapsed_ms,
        forms: event.forms,
      };
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
        about: event.run,
        forms: [],
        elapsedMs: event.run.elapsed_ms,
        error: event.run.error,
        outputs: event.outputs,
        answer: event.answer === "" ? view.answer : event.answer,
      };
  }
}

/** What people gave; a run also begins with values of the system's own. */
function withoutSystem(inputs: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(inputs).filter(([name]) => !name.startsWith("sys.")));
}

/** Changes the list, which is the fold's own: a run of a thousand rounds has thousands of steps. */
function keepStep(steps: RunStep[], step: RunStep): void {
  // What changes is nearly always near the end.
  const at = steps.findLastIndex((other) => other.id === step.id && other.attempt === step.attempt);
  const before = steps[at];
  if (before === undefined) steps.push(step);
  else steps[at] = before.status === "waiting" ? sinceAsked(before, step) : step;
}

/** A step that waited for a person takes from when it asked, not from when it went on. */
function sinceAsked(asked: RunStep, step: RunStep): RunStep {
  const { started_at } = asked;
  return { ...step, started_at, elapsed_ms: step.finished_at === null ? null : step.finished_at - started_at };
}

function isAtWork(step: RunStep, nodeId: string): boolean {
  return step.node_id === nodeId && step.status === "running";
}

/** The answer names the step and not the form; of several rounds' forms the next pause tells which are left. */
function withoutForm(view: RunView, nodeId: string, action: string | null): RunView {
  const at = view.forms.findIndex((form) => form.node_id === nodeId);
  const title = view.forms[at]?.title ?? view.steps.findLast((step) => step.node_id === nodeId)?.title ?? "";
  return {
    ...view,
    forms: at < 0 ? view.forms : view.forms.toSpliced(at, 1),
    closedForms: [...view.closedForms, { nodeId, title, action }],
  };
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
    about: summaryOf(detail),
    steps: [...keptSteps(detail)].sort((one, other) => one.index - other.index || one.attempt - other.attempt),
    forms: detail.forms,
    log: before.log.length === 0 && isOver(detail.status) ? keptEvents(detail) : before.log,
  };
}

function summaryOf(detail: RunDetail): RunSummary {
  const { inputs: _, query: __, outputs: ___, answer: ____, steps: _____, forms: ______, ...summary } = detail;
  return summary;
}

/** The steps whose outcome is kept, and those that wait for a person. */
function keptSteps({ steps, forms, created_at }: RunDetail): RunStep[] {
  const index = steps.reduce((last, step) => Math.max(last, step.index), 0) + 1;
  const startedAt = steps.reduce((last, step) => Math.max(last, step.finished_at ?? 0), Date.parse(created_at));
  return [...steps, ...forms.map((form, place) => waitingStep(form, index + place, startedAt))];
}

function waitingStep(form: RunForm, index: number, startedAt: number): RunStep {
  return {
    id: form.id,
    index,
    node_id: form.node_id,
    node_type: "human-input",
    title: form.title,
    frame: [],
    attempt: 1,
    status: "waiting",
    inputs: {},
    process_data: {},
    outputs: {},
    error: null,
    total_tokens: 0,
    started_at: startedAt,
    finished_at: null,
    elapsed_ms: null,
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
  const { outputs, answer } = detail;
  const events: ConsoleRunEvent[] = [
    { event: "run.started", inputs: detail.inputs, at: begun },
    ...ofSteps.sort((one, other) => one.at - other.at).map(({ event }) => event),
    { event: "run.finished", run: summaryOf(detail), outputs, answer },
  ];
  return events.map((event, index) => ({ id: index + 1, event }));
}

/** Tokens of all steps; the inside of a container is counted, not the container that sums it up. */
export function tokensOf(view: RunView): number {
  const outer = new Set(view.steps.flatMap((step) => step.frame.map(([container]) => container)));
  return view.steps.reduce((sum, step) => sum + (outer.has(step.node_id) ? 0 : step.total_tokens), 0);
}
