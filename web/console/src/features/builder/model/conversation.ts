import type { RunDetail, RunSummary } from "@diwan/contracts";

type TurnError = { code: string; message: string };
export type Turn = {
  /** Null until the server has answered with a run. */
  runId: string | null;
  query: string;
  answer: string;
  status: RunSummary["status"];
  error: TurnError | null;
};
export type Conversation = { id: string | null; inputs: Record<string, unknown>; turns: Turn[] };

export const newConversation: Conversation = { id: null, inputs: {}, turns: [] };

export function asked(conversation: Conversation, query: string, inputs: Record<string, unknown>): Conversation {
  const turn: Turn = { runId: null, query, answer: "", status: "queued", error: null };
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

type Ending = { answer: string; status: RunSummary["status"]; error: TurnError | null };

export function answered(conversation: Conversation, runId: string, { answer, status, error }: Ending): Conversation {
  const turns = conversation.turns.map((turn) => (turn.runId === runId ? { ...turn, answer, status, error } : turn));
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
  };
  return { id: run.conversation_id, inputs: run.inputs, turns: [turn] };
}

function withLast(turns: Turn[], change: (turn: Turn) => Turn): Turn[] {
  const last = turns.at(-1);
  return last === undefined ? turns : turns.with(-1, change(last));
}
