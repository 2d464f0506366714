import type { App, AppActivity, AppContent, AppVersion, ImportResult, StoredApiKey } from "@diwan/apps";
import type {
  Account as AccountShape,
  ApiKey,
  AppDetail,
  AppProblem,
  AppSummary,
  ConsoleRunEvent,
  ImportReport,
  InputField as InputFieldShape,
  RunComparison,
  RunDetail,
  RunEvent,
  RunForm,
  RunOwner,
  RunStep,
  RunSummary,
  StepSettled,
  UploadedFile,
  Workspace as WorkspaceShape,
} from "@diwan/contracts";
import {
  type ComparedRuns,
  type ListedRun,
  type PauseForm,
  type Run,
  type RunOwnership,
  type RunTimeLimits,
  type StoredFile,
  timeLimitsFor,
} from "@diwan/runs";
import {
  type AppLimits,
  fileKindOf,
  type InputField,
  isObject,
  type ObjectValue,
  type Problem,
  type Value,
} from "@diwan/workflow";
import type { Account, Membership } from "@diwan/workspaces";

export function presentAccount({ id, email, name, locale, theme }: Account): AccountShape {
  return { id, email, name, locale, theme };
}

export function presentWorkspace({ workspace, role }: Membership): WorkspaceShape {
  return { id: workspace.id, name: workspace.name, role };
}

const neverRan: AppActivity = { runCount: 0, runsByDay: Array(12).fill(0), lastRunStatus: null };

export function presentApp(app: App, content: AppContent, activity: AppActivity = neverRan): AppSummary {
  return {
    id: app.id,
    mode: app.mode,
    name: app.name,
    description: app.description,
    icon_type: app.iconType,
    icon: app.icon,
    icon_background: app.iconBackground,
    status: app.status,
    draft_ahead: app.publishedHash !== null && app.publishedHash !== app.documentHash,
    uses_demo_model: content.usesDemoModel,
    run_count: activity.runCount,
    runs_by_day: activity.runsByDay,
    last_run_status: activity.lastRunStatus as AppSummary["last_run_status"],
    created_at: iso(app.createdAt),
    updated_at: iso(app.updatedAt),
  };
}

export function presentAppDetail(
  app: App,
  content: AppContent,
  activity: AppActivity | undefined,
  version: AppVersion | undefined,
): AppDetail {
  const { document } = content.file;
  const features = childOf(childOf(document, "workflow"), "features");
  const graph = childOf(childOf(document, "workflow"), "graph");
  return {
    ...presentApp(app, content, activity),
    workspace_id: app.workspaceId,
    dsl_version: app.dslVersion,
    graph: {
      nodes: objectsIn(graph["nodes"]),
      edges: objectsIn(graph["edges"]),
      viewport: graph["viewport"] ?? null,
    },
    steps: content.steps.map(({ nodeId, ...step }) => ({ node_id: nodeId, ...step })),
    inputs: content.fields.map(presentField),
    opening_statement: textOf(features["opening_statement"]),
    suggested_questions: Array.isArray(features["suggested_questions"])
      ? features["suggested_questions"].filter((question) => typeof question === "string")
      : [],
    problems: content.problems.map(presentProblem),
    published_version:
      version === undefined ? null : { id: version.id, number: version.number, created_at: iso(version.createdAt) },
  };
}

function presentField(field: InputField): InputFieldShape {
  const { variable, label, type, required, hide, description, maxLength, options } = field;
  return { variable, label, type, required, hide, default: field.default, description, max_length: maxLength, options };
}

export function presentProblem({ nodeId, ...problem }: Problem): AppProblem {
  return { ...problem, node_id: nodeId };
}

export function presentImport(result: ImportResult): ImportReport {
  return {
    id: result.id,
    status: result.status,
    app_id: result.app?.id ?? null,
    app_mode: result.app?.mode ?? null,
    current_dsl_version: result.currentVersion,
    imported_dsl_version: result.importedVersion,
    error: "",
    problems: result.problems.map(presentProblem),
  };
}

export function presentKey({ id, prefix, createdAt, lastUsedAt }: StoredApiKey): ApiKey {
  return { id, prefix, created_at: iso(createdAt), last_used_at: lastUsedAt === null ? null : iso(lastUsedAt) };
}

export function presentRun(run: ListedRun): RunSummary {
  return {
    id: run.id,
    app_id: run.appId,
    workflow_id: run.versionId,
    version_number: run.versionNumber,
    status: run.status,
    trigger: run.trigger,
    error: run.error === null ? null : { code: run.error.code, message: run.error.message, node_id: run.error.nodeId },
    elapsed_ms: run.elapsedMs,
    total_tokens: run.usage?.total_tokens ?? 0,
    total_steps: run.totalSteps,
    created_at: iso(run.createdAt),
    finished_at: run.finishedAt === null ? null : iso(run.finishedAt),
    repeats: run.repeats,
  };
}

export type RunOwnerLimits = { time: RunTimeLimits; queueDeadlineMs: number; pauseDeadlineMs: number };

export function presentRunOwner(run: Run, ownership: RunOwnership, limits: RunOwnerLimits, own: AppLimits): RunOwner {
  const { owner, heartbeatAt, leaseExpiresAt, attempt } = ownership;
  return {
    status: run.status,
    // Each lease has a name of its own below its worker's.
    worker: owner?.split("/")[0] ?? null,
    attempt,
    last_sign_of_life_at: isoOrNull(heartbeatAt),
    next_check_at: isoOrNull(leaseExpiresAt),
    deadline_at: isoOrNull(deadlineOf(run, ownership, limits, own)),
  };
}

function deadlineOf(
  run: Run,
  { queuedAt, heartbeatAt, activeMs }: RunOwnership,
  limits: RunOwnerLimits,
  own: AppLimits,
): number | null {
  if (run.status === "queued") return queuedAt + limits.queueDeadlineMs;
  if (run.status === "paused") return queuedAt + limits.pauseDeadlineMs;
  // Time that was spent on it is known as of the last sign of life.
  return run.status === "running" && heartbeatAt !== null
    ? heartbeatAt + timeLimitsFor(limits.time, own).hardMs - activeMs
    : null;
}

export function presentComparison(
  a: Run,
  b: Run,
  { equal, firstDifference, steps }: ComparedRuns & { equal: boolean },
): RunComparison {
  return {
    a: presentRun(a),
    b: presentRun(b),
    equal,
    first_difference:
      firstDifference === null
        ? null
        : { node_id: firstDifference.nodeId, frame: firstDifference.frame, difference: firstDifference.difference },
    steps: steps.map(({ nodeId, nodeType, title, frame, change, differences, elapsedMs, totalTokens }) => ({
      node_id: nodeId,
      node_type: nodeType,
      title,
      frame,
      change,
      differences,
      elapsed_ms: elapsedMs,
      total_tokens: totalTokens,
    })),
  };
}

export function presentRunDetail(run: Run, steps: readonly StepSettled[], forms: readonly PauseForm[]): RunDetail {
  return {
    ...presentRun(run),
    inputs: run.inputs,
    query: run.query,
    outputs: run.outputs,
    answer: run.answer,
    conversation_id: run.conversationId,
    steps: steps.map(presentStep),
    forms: forms.map(presentForm),
  };
}

export function presentForm({ nodeId, reason }: Pick<PauseForm, "nodeId" | "reason">): RunForm {
  return {
    id: reason.formId,
    node_id: nodeId,
    title: reason.nodeTitle,
    content: reason.content,
    inputs: reason.inputs,
    actions: reason.actions,
    defaults: reason.resolvedDefaults,
    expires_at: iso(reason.expiresAt),
  };
}

export function presentStep(step: StepSettled): RunStep {
  return {
    id: step.stepId,
    index: step.index,
    node_id: step.nodeId,
    node_type: step.nodeType,
    title: step.title,
    frame: step.frame,
    attempt: step.attempt,
    status: step.status,
    inputs: step.inputs,
    process_data: step.processData,
    outputs: step.outputs,
    error: step.error,
    total_tokens: step.usage?.total_tokens ?? 0,
    started_at: step.startedAt,
    finished_at: step.finishedAt,
    elapsed_ms: step.finishedAt - step.startedAt,
  };
}

export function presentRunEvent(run: Run, event: RunEvent): ConsoleRunEvent {
  switch (event.type) {
    case "run.started":
      return { event: "run.started", inputs: event.inputs, at: event.at };
    case "step.started":
      return { event: "step.started", step: runningStep(event) };
    case "step.finished":
      return { event: "step.finished", step: presentStep(event.step) };
    case "step.retried":
      return { event: "step.retried", step: presentStep(event.step), retry_index: event.retryIndex };
    case "container.started":
      return { event: "step.started", step: runningStep(event) };
    case "round.started": {
      const { nodeId, frame, round, at } = event;
      return { event: "round.started", node_id: nodeId, frame, round, at };
    }
    case "form.required":
      return { event: "form.required", form: presentForm(event) };
    case "form.filled":
      return { event: "form.closed", node_id: event.nodeId, action: event.actionTitle };
    case "form.timed-out":
      return { event: "form.closed", node_id: event.nodeId, action: null };
    case "run.paused":
      return {
        event: "run.paused",
        run: presentRun({ ...run, status: "paused", totalSteps: event.totalSteps, elapsedMs: event.elapsedMs }),
        forms: event.waiting.map(presentForm),
      };
    case "text-delta":
      return { event: "text-delta", text: event.text, selector: event.selector };
    case "text-replaced":
      return { event: "text-replaced", text: event.text, reason: event.reason };
    case "reasoning-delta":
      return { event: "reasoning-delta", node_id: event.nodeId, text: event.text, final: event.final };
    case "run.finished": {
      const { status, error, usage, totalSteps, finishedAt, elapsedMs } = event;
      const ended = { ...run, status, error, usage, totalSteps, finishedAt, elapsedMs };
      return { event: "run.finished", run: presentRun(ended), outputs: event.outputs, answer: event.answer };
    }
  }
}

function runningStep(event: Extract<RunEvent, { type: "step.started" | "container.started" }>): RunStep {
  return {
    id: event.stepId,
    index: event.index,
    node_id: event.nodeId,
    node_type: event.nodeType,
    title: event.title,
    frame: event.frame,
    attempt: event.type === "step.started" ? event.attempt : 1,
    status: "running",
    inputs: event.type === "step.started" ? {} : event.inputs,
    process_data: {},
    outputs: {},
    error: null,
    total_tokens: 0,
    started_at: event.at,
    finished_at: null,
    elapsed_ms: null,
  };
}

export function presentUpload(file: Omit<StoredFile, "createdBy">): UploadedFile {
  return {
    id: file.id,
    name: file.name,
    type: fileKindOf(file.extension, file.mimeType),
    mime_type: file.mimeType,
    extension: file.extension.slice(1),
    size: file.size,
    created_at: iso(file.createdAt),
  };
}

function childOf(parent: ObjectValue, key: string): ObjectValue {
  const child = parent[key];
  return isObject(child) ? child : {};
}

function objectsIn(value: Value | undefined): ObjectValue[] {
  return Array.isArray(value) ? value.filter((item) => isObject(item)) : [];
}

function textOf(value: Value | undefined): string {
  return typeof value === "string" ? value : "";
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}

function isoOrNull(at: number | null): string | null {
  return at === null ? null : iso(at);
}
