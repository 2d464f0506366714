import type { RunEvent } from "@diwan/contracts";
import { type ConversationId, parseId } from "@diwan/kernel";
import type { Run } from "@diwan/runs";
import type { FastifyInstance, FastifyRequest } from "fastify";
import type { OpenAnswers } from "../../http/open-answers.ts";
import type { ApiNeeds } from "../../needs.ts";
import { v1ErrorOfRun } from "../../presenters/v1-error.ts";
import { keepsAnswer, v1Frames } from "../../presenters/v1-events.ts";
import { awaitRun, streamRun, wantsIds } from "./answer-run.ts";
import { authenticateKey, type KeyCaller } from "./authenticate-key.ts";
import { bodyOf, inputsOf, invalid, isStreaming, textOf, userOf, type V1Body } from "./body.ts";
import { V1Errors } from "./errors.ts";
import { type ReattachQuery, reattach, startFor, stopTask } from "./workflow-runs.routes.ts";

/** Chat turns of chatflow apps, by key. */
export function chatMessageRoutes(app: FastifyInstance, needs: ApiNeeds, open: OpenAnswers): void {
  app.post("/chat-messages", async (request, reply) => {
    const caller = await chatCaller(needs, request);
    const body = bodyOf(request);
    const user = userOf(body);
    const query = queryOf(body);
    const inputs = inputsOf(body);
    const conversationId = conversationOf(body);
    const streaming = isStreaming(body);
    const run = await startFor(needs, caller, user, inputs, body, textOf(body, "workflow_id"), {
      query,
      conversationId,
    });
    if (streaming) {
      const stream = { scope: caller.scope, run, after: 0, withIds: wantsIds(request), throughPauses: false };
      await streamRun(needs, open, request, reply, stream);
      return reply;
    }
    const end = await awaitRun(needs, caller.scope, run, reply, open);
    if (end === undefined) return reply;
    if (end.type === "run.paused") return pausedReply(run, end);
    if (end.status !== "failed" || keepsAnswer(end)) return blockingReply(run, end);
    const error = v1ErrorOfRun(end.error);
    return reply.status(error.status).send(error);
  });

  app.post<{ Params: { taskId: string } }>("/chat-messages/:taskId/stop", async (request) => {
    const caller = await chatCaller(needs, request);
    await stopTask(needs, caller, request.params.taskId, userOf(bodyOf(request)), true);
    return { result: "success" };
  });

  app.get<{ Params: { taskId: string }; Querystring: ReattachQuery }>(
    "/chat-messages/:taskId/events",
    async (request, reply) => {
      const caller = await chatCaller(needs, request);
      await reattach(needs, open, caller, request, reply, request.params.taskId);
      return reply;
    },
  );
}

async function chatCaller(needs: ApiNeeds, request: FastifyRequest): Promise<KeyCaller> {
  const caller = await authenticateKey(needs, request);
  if (caller.app.mode !== "advanced-chat") throw V1Errors["not-chat-app"]();
  return caller;
}

function queryOf(body: V1Body): string {
  const query = textOf(body, "query")?.replaceAll("\u0000", "") ?? "";
  if (query === "") throw invalid("query", "query is required");
  return query;
}

/** Blank begins a new conversation. */
function conversationOf(body: V1Body): ConversationId | null {
  const text = textOf(body, "conversation_id")?.trim() ?? "";
  if (text === "") return null;
  const id = parseId<"conversation">(text);
  if (id === undefined) throw invalid("conversation_id", "conversation_id must be a conversation's id");
  return id as ConversationId;
}

function blockingReply(run: Run, end: Extract<RunEvent, { type: "run.finished" }>): object {
  return {
    event: "message",
    task_id: run.id,
    id: run.messageId,
    message_id: run.messageId,
    conversation_id: run.conversationId,
    mode: run.mode,
    answer: end.answer,
    metadata: { annotation_reply: null, retriever_resources: [], usage: end.usage },
    created_at: Math.floor(run.createdAt / 1000),
  };
}

/** The reply so far, and what it waits for. */
function pausedReply(run: Run, paused: Extract<RunEvent, { type: "run.paused" }>): object {
  const [frame] = v1Frames(run, { seq: 1, event: paused });
  const { paused_nodes, reasons } = frame!.data["data"] as Record<string, unknown>;
  return {
    event: "workflow_paused",
    task_id: run.id,
    workflow_run_id: run.id,
    id: run.messageId,
    message_id: run.messageId,
    conversation_id: run.conversationId,
    mode: run.mode,
    answer: paused.answer,
    metadata: { annotation_reply: null, retriever_resources: [], usage: paused.usage },
    created_at: Math.floor(run.createdAt / 1000),
    paused_nodes,
    reasons,
  };
}
