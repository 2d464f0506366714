import { noUsage, type PauseAnswer, type RunEvent, type StepAnswered, type StepWaiting } from "@diwan/contracts";
import type { RunId, WorkspaceScope } from "@diwan/kernel";
import { fillSlots } from "@diwan/nodes";
import type { RunProgress, RunState, Value } from "@diwan/workflow";
import type { FormStore, PauseForm, RunPausing } from "../ports.ts";
import type { Run } from "../run.ts";

/** What a run that waits for people is stored with. */
export function pausingOf({ state, answer }: RunProgress, at: number, activeMs: number): RunPausing {
  return {
    at,
    activeMs,
    outputs: state.outputs,
    answer,
    usage: state.usage,
    totalSteps: state.totalSteps,
    exceptionsCount: state.exceptionsCount,
    forms: [...state.waiting.values()].map(({ nodeId, reason }) => ({ nodeId, reason })),
  };
}

/** The same, of a run that is stored as paused; `at` is when it was. */
export function pausingAsStored(run: Run, forms: readonly PauseForm[], at: number): RunPausing {
  return {
    at,
    activeMs: 0,
    outputs: run.outputs,
    answer: run.answer,
    usage: run.usage ?? noUsage,
    totalSteps: run.totalSteps,
    exceptionsCount: run.exceptionsCount,
    forms: forms.map(({ nodeId, reason }) => ({ nodeId, reason })),
  };
}

/** What readers are told of a pause, once its forms can be answered. */
export function pauseEvents(run: Run, pausing: RunPausing): RunEvent[] {
  return [
    ...pausing.forms.map(({ nodeId, reason }) => ({ type: "form.required" as const, nodeId, reason })),
    {
      type: "run.paused",
      waiting: pausing.forms,
      outputs: pausing.outputs,
      answer: pausing.answer,
      usage: pausing.usage,
      createdAt: run.createdAt,
      elapsedMs: pausing.at - (run.startedAt ?? run.createdAt),
      totalSteps: pausing.totalSteps,
    },
  ];
}

/** The steps that waited and whose forms have their answer. */
export async function answeredForms(
  forms: FormStore,
  scope: WorkspaceScope,
  runId: RunId,
  state: RunState,
): Promise<{ waiting: StepWaiting; entry: StepAnswered }[]> {
  if (state.waiting.size === 0) return [];
  const answers = await forms.answersOf(scope, runId);
  return [...state.waiting.values()].flatMap((waiting) => {
    const answered = answers.get(waiting.reason.formId);
    if (answered === undefined) return [];
    const { nodeId, frame } = waiting;
    const { answer, at } = answered;
    return [{ waiting, entry: { kind: "answered" as const, nodeId, frame, at, answer } }];
  });
}

/** What readers are told of an answer. */
export function formEvent({ nodeId, reason }: StepWaiting, answer: PauseAnswer): RunEvent {
  const { nodeTitle, expiresAt } = reason;
  if (answer.type === "timed-out") return { type: "form.timed-out", nodeId, nodeTitle, expiresAt };
  return {
    type: "form.filled",
    nodeId,
    nodeTitle,
    content: fillSlots(reason.content, answer.inputs as Record<string, Value>),
    actionId: answer.action,
    actionTitle: reason.actions.find(({ id }) => id === answer.action)?.title ?? answer.action,
    inputs: answer.inputs,
  };
}
