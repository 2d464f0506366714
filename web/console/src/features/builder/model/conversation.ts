import type { RunDetail, RunSummary } from "@diwan/contracts";
import { isOver } from "./run-view.ts";

type TurnError = { code: string; message: string };
export type Turn = {
  /** Null until the server has answered with a run. */
  runId: string | null;
  query: string;
  answer: string;
  status: RunSummary["status"];
  error: TurnError | null;
  /** How much work the answer was; null until it is there. */
  work: { steps: number; elapsedMs: number } | null;
};
export type Conversation = { id: string | null; inputs: Record<string, unknown>; turns: Turn[] };

export const newConversation: Conversation = { id: null, inputs: {}, turns: [] };

export function asked(conversation: Conversation, query: string, inputs: Record<string, unknown>): Conversation {
  const turn: Turn = { runId: null, query, answer: "", status: "queued", error: null, work: null };
  return { ...conversation, inputs, turns: [...conversation.turns, turn] };
}

/** The server took the last question as this run. */
export function accepted(conversation: Conversation, runId: string, conversationId: string | null): Conversation {
  const { turns } = conversation;
  return {
    ...conversation,
    id: conversationId ?? conversation.id,
    turns: withLast(turns, (turn) => ({ ...turn, runId, status: "running" })),
  };
}

/** The question goes back to the composer's owner; nothing was asked. */
export function refused(conversation: Conversation): Conversation {
  return { ...conversation, turns: conversation.turns.slice(0, -1) };
}

type Ending = Pick<Turn, "answer" | "status" | "error"> & { steps: readonly unknown[]; elapsedMs: number | null };

export function answered(conversation: Conversation, runId: string, ending: Ending): Conversation {
  const { answer, status, error, steps, elapsedMs } = ending;
  const work = { steps: steps.length, elapsedMs: elapsedMs ?? 0 };
  const turns = conversation.turns.map((turn) =>
    turn.runId === runId ? { ...turn, answer, status, error, work } : turn,
  );
  return { ...conversation, turns };
}

/** A run that was opened by its address, with its conversation going on from there. */
export function reopened(run: RunDetail): Conversation {
  const turn: Turn = {
    runId: run.id,
    query: run.query ?? "",
    answer: run.answer,
    status: run.status,
    error: run.error,
    work: isOver(run.status) ? { steps: run.steps.length, elapsedMs: run.elapsed_ms ?? 0 } : null,
  };
  return { id: run.conversation_id, inputs: run.inputs, turns: [turn] };
}

function withLast(turns: Turn[], change: (turn: Turn) => Turn): Turn[] {
  const last = turns.at(-1);
  return last === undefined ? turns : turns.with(-1, change(last));
}
