import type { PauseReason, RunEvent, SequencedRunEvent, StepSettled } from "@diwan/contracts";
import { filesIn, type Run } from "@diwan/runs";
import { stringifyJson, type Value } from "@diwan/workflow";
import { v1ErrorOfRun } from "./v1-error.ts";

/** One event of the service API; `frame` counts a run's frames from 1. */
export type V1Frame = { frame: number; data: Record<string, unknown> };

/**
 * A run's events in the frozen form of the service API. Each event is one frame, except a chat's last, which is two;
 * so the frame's number is the event's, and plus one for the very last.
 *
 * @source the service API contract, server-sent events
 */
export function v1Frames(run: Run, { seq, event }: SequencedRunEvent): V1Frame[] {
  const datas = run.mode === "workflow" ? workflowDatas(run, event) : chatDatas(run, event);
  return datas.map((data, place) => ({ frame: seq + place, data }));
}

/** @param withIds  Plain clients see no `id:` lines. */
export function frameText({ frame, data }: V1Frame, withIds: boolean): string {
  const json = stringifyJson(data as Value);
  return withIds ? `id: ${frame}\ndata: ${json}\n\n` : `data: ${json}\n\n`;
}

export const PING = "event: ping\n\n";

function workflowDatas(run: Run, event: RunEvent): Record<string, unknown>[] {
  const wrap = (name: string, data: object) => ({ event: name, workflow_run_id: run.id, task_id: run.id, data });
  switch (event.type) {
    case "text-delta":
      return [wrap("text_chunk", { text: event.text, ...selectorOf(event.selector) })];
    case "text-replaced":
      return [wrap("text_replace", { text: event.text })];
    case "reasoning-delta":
      return [wrap("reasoning_chunk", { message_id: null, ...reasoningOf(event) })];
    case "run.finished":
      return [wrap("workflow_finished", finishedData(run, event))];
    default:
      return [commonData(run, event, wrap)];
  }
}

function chatDatas(run: Run, event: RunEvent): Record<string, unknown>[] {
  const envelope = (name: string) => ({
    event: name,
    conversation_id: run.conversationId,
    message_id: run.messageId,
    created_at: seconds(run.createdAt),
    task_id: run.id,
  });
  const wrap = (name: string, data: object) => ({ ...envelope(name), workflow_run_id: run.id, data });
  switch (event.type) {
    case "text-delta":
      return [{ ...envelope("message"), id: run.messageId, answer: event.text, ...selectorOf(event.selector) }];
    case "text-replaced":
      return [{ ...envelope("message_replace"), answer: event.text, reason: event.reason }];
    case "reasoning-delta":
      return [wrap("reasoning_chunk", { message_id: run.messageId, ...reasoningOf(event) })];
    case "run.finished": {
      const finished = wrap("workflow_finished", finishedData(run, event));
      if (event.status === "failed" && !keepsAnswer(event)) {
        const { task_id: _, ...rest } = envelope("error");
        return [finished, { ...rest, ...v1ErrorOfRun(event.error) }];
      }
      const metadata = { annotation_reply: null, retriever_resources: [], usage: event.usage };
      const files = filesIn(event.outputs["files"] as Value | undefined).map(messageFile);
      return [{ ...envelope("message_end"), id: run.messageId, metadata, files }, finished];
    }
    default:
      return [commonData(run, event, wrap)];
  }
}

/**
 * A chat whose time is over ends with the answer so far, as one that was stopped does.
 *
 * @source the service API contract, limits
 */
export function keepsAnswer({ error }: Extract<RunEvent, { type: "run.finished" }>): boolean {
  return error?.code === "run.time-limit";
}

type Wrap = (name: string, data: object) => Record<string, unknown>;

type CommonEvent = Exclude<RunEvent, { type: "text-delta" | "text-replaced" | "reasoning-delta" | "run.finished" }>;

function commonData(run: Run, event: CommonEvent, wrap: Wrap): Record<string, unknown> {
  switch (event.type) {
    case "run.started":
      return wrap("workflow_started", {
        id: run.id,
        workflow_id: event.workflowId,
        inputs: event.inputs,
        created_at: seconds(event.at),
        reason: event.reason,
      });
    case "step.started":
      return wrap("node_started", {
        id: event.stepId,
        node_id: event.nodeId,
        node_type: event.nodeType,
        title: event.title,
        index: event.index,
        predecessor_node_id: null,
        inputs: null,
        inputs_truncated: false,
        created_at: seconds(event.at),
        extras: {},
        ...containerIds(event.containerType, event.frame.at(-1)?.[0]),
        agent_strategy: null,
      });
    case "step.finished":
      return isContainer(event.step)
        ? wrap(`${event.step.nodeType}_completed`, containerData(event.step))
        : wrap("node_finished", stepData(event.step));
    case "step.retried":
      return wrap("node_retry", { ...stepData(event.step), status: "retry", retry_index: event.retryIndex });
    case "container.started":
      return wrap(`${event.nodeType}_started`, {
        ...containerHead(event),
        metadata: { [`${event.nodeType}_length`]: event.length },
        inputs: event.inputs,
        inputs_truncated: false,
      });
    case "round.started":
      return wrap(`${event.nodeType}_next`, {
        ...containerHead(event),
        index: event.round,
        ...(event.nodeType === "loop" ? { pre_loop_output: {} } : {}),
      });
    case "form.required":
      return wrap("human_input_required", { ...formData(event), display_in_ui: event.reason.token !== null });
    case "run.paused":
      return wrap("workflow_paused", {
        workflow_run_id: run.id,
        paused_nodes: event.waiting.map(({ nodeId }) => nodeId),
        outputs: {},
        reasons: event.waiting.map((waiting) => ({ TYPE: "human_input_required", ...formData(waiting) })),
        status: "paused",
        created_at: seconds(event.createdAt),
        elapsed_time: event.elapsedMs / 1000,
        total_tokens: event.usage.total_tokens,
        total_steps: event.totalSteps,
      });
    case "form.filled":
      return wrap("human_input_form_filled", {
        node_id: event.nodeId,
        node_title: event.nodeTitle,
        rendered_content: event.content,
        action_id: event.actionId,
        action_text: event.actionTitle,
        submitted_data: event.inputs,
      });
    case "form.timed-out":
      return wrap("human_input_form_timeout", {
        node_id: event.nodeId,
        node_title: event.nodeTitle,
        expiration_time: seconds(event.expiresAt),
      });
  }
}

function isContainer({ nodeType }: { nodeType: string }): boolean {
  return nodeType === "iteration" || nodeType === "loop";
}

/** The innermost container that an event belongs to, under the name of its kind. */
function containerIds(type: string | null, id: string | undefined): object {
  return {
    iteration_id: type === "iteration" ? (id ?? null) : null,
    loop_id: type === "loop" ? (id ?? null) : null,
  };
}

function containerHead(event: { nodeId: string; nodeType: string; title: string; at: number }): object {
  return {
    id: event.nodeId,
    node_id: event.nodeId,
    node_type: event.nodeType,
    title: event.title,
    created_at: seconds(event.at),
    extras: {},
  };
}

/** What went wrong inside is told by the step it happened at, so `error` stays null. */
function containerData(step: StepSettled): Record<string, unknown> {
  return {
    ...containerHead({ ...step, at: step.startedAt }),
    inputs: step.inputs,
    inputs_truncated: false,
    outputs: step.outputs,
    outputs_truncated: false,
    status: step.status,
    error: null,
    elapsed_time: (step.finishedAt - step.startedAt) / 1000,
    total_tokens: step.usage?.total_tokens ?? 0,
    execution_metadata: step.metadata,
    finished_at: seconds(step.finishedAt),
    steps: step.rounds ?? 0,
  };
}

function formData({ nodeId, reason }: { nodeId: string; reason: PauseReason }): object {
  return {
    form_id: reason.formId,
    node_id: nodeId,
    node_title: reason.nodeTitle,
    form_content: reason.content,
    inputs: reason.inputs,
    actions: reason.actions,
    form_token: reason.token,
    resolved_default_values: reason.resolvedDefaults,
    expiration_time: seconds(reason.expiresAt),
  };
}

function stepData(step: StepSettled): Record<string, unknown> {
  return {
    id: step.stepId,
    node_id: step.nodeId,
    node_type: step.nodeType,
    title: step.title,
    index: step.index,
    predecessor_node_id: null,
    inputs: step.inputs,
    inputs_truncated: false,
    process_data: step.processData,
    process_data_truncated: false,
    outputs: step.outputs,
    outputs_truncated: false,
    status: step.status,
    error: step.error?.message ?? null,
    elapsed_time: (step.finishedAt - step.startedAt) / 1000,
    execution_metadata: step.metadata,
    created_at: seconds(step.startedAt),
    finished_at: seconds(step.finishedAt),
    files: filesIn(step.outputs as Value),
    iteration_id: step.metadata["iteration_id"] ?? null,
    loop_id: step.metadata["loop_id"] ?? null,
  };
}

function finishedData(run: Run, event: Extract<RunEvent, { type: "run.finished" }>): Record<string, unknown> {
  return {
    id: run.id,
    workflow_id: event.workflowId,
    status: event.status,
    outputs: event.outputs,
    error: event.error?.message ?? null,
    elapsed_time: event.elapsedMs / 1000,
    total_tokens: event.totalTokens,
    total_steps: event.totalSteps,
    created_by: createdBy(run),
    created_at: seconds(event.createdAt),
    finished_at: seconds(event.finishedAt),
    exceptions_count: event.exceptionsCount,
    files: filesIn(event.outputs as Value),
  };
}

function createdBy({ caller }: Run): Record<string, string> {
  if (caller.type === "end-user") return { id: caller.id, user: caller.user };
  return { id: caller.id, name: caller.name, email: caller.email };
}

/** A published typed client refuses null, so the key is left out where there is no source. */
function selectorOf(selector: readonly string[] | null): object {
  return selector === null ? {} : { from_variable_selector: selector };
}

function reasoningOf(event: Extract<RunEvent, { type: "reasoning-delta" }>): object {
  return { reasoning: event.text, node_id: event.nodeId, is_final: event.final };
}

function messageFile(file: Value): Record<string, unknown> {
  const given = file as Record<string, Value>;
  return {
    related_id: given["related_id"] ?? null,
    type: given["type"] ?? "custom",
    filename: given["filename"] ?? null,
    extension: given["extension"] ?? null,
    mime_type: given["mime_type"] ?? null,
    size: given["size"] ?? -1,
    transfer_method: given["transfer_method"] ?? null,
    url: given["url"] ?? given["remote_url"] ?? null,
    upload_file_id: given["upload_file_id"] ?? null,
    remote_url: given["remote_url"] ?? null,
  };
}

function seconds(ms: number): number {
  return Math.floor(ms / 1000);
}
