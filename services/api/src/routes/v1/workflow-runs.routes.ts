import { type ConversationId, parseId, type RunId } from "@diwan/kernel";
import { hasEnded, type Run, type RunCaller, RunErrors, startRun, stopRun } from "@diwan/runs";
import { stringifyJson, type Value } from "@diwan/workflow";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { OpenAnswers } from "../../http/open-answers.ts";
import type { ApiNeeds } from "../../needs.ts";
import { v1Frames } from "../../presenters/v1-events.ts";
import { lastEventId } from "../console/runs.routes.ts";
import { awaitRun, streamRun, wantsIds } from "./answer-run.ts";
import { authenticateKey, type KeyCaller, versionToRun } from "./authenticate-key.ts";
import { bodyOf, filesOf, inputsOf, invalid, isStreaming, userOf, type V1Body } from "./body.ts";
import { V1Errors } from "./errors.ts";

/** Runs of workflow apps, by key. */
export function workflowRunRoutes(app: FastifyInstance, needs: ApiNeeds, open: OpenAnswers): void {
  const start = async (request: FastifyRequest, reply: FastifyReply, wanted: string | null) => {
    const caller = await workflowCaller(needs, request);
    const body = bodyOf(request);
    const user = userOf(body);
    const inputs = inputsOf(body);
    const streaming = isStreaming(body);
    const run = await startFor(needs, caller, user, inputs, body, wanted);
    if (streaming) {
      const stream = { scope: caller.scope, run, after: 0, withIds: wantsIds(request), throughPauses: false };
      await streamRun(needs, open, request, reply, stream);
      return reply;
    }
    const end = await awaitRun(needs, caller.scope, run, reply, open);
    if (end === undefined) return reply;
    const [frame] = v1Frames(run, { seq: 1, event: end });
    if (end.type === "run.paused") return pausedReply(run, frame!.data["data"] as Record<string, unknown>);
    return {
      task_id: run.id,
      workflow_run_id: run.id,
      data: blockingData(frame!.data["data"] as Record<string, unknown>),
    };
  };

  app.post("/workflows/run", (request, reply) => start(request, reply, null));
  app.post<{ Params: { workflowId: string } }>("/workflows/:workflowId/run", (request, reply) =>
    start(request, reply, request.params.workflowId),
  );

  app.get<{ Params: { runId: string } }>("/workflows/run/:runId", async (request) => {
    const caller = await authenticateKey(needs, request);
    if (caller.app.mode !== "workflow" && caller.app.mode !== "advanced-chat") throw V1Errors["not-workflow-app"]();
    return runDetail(await findRun(needs, caller, request.params.runId));
  });

  // Old scripts and a Python client leave `tasks` out.
  for (const path of ["/workflows/tasks/:taskId/stop", "/workflows/:taskId/stop"]) {
    app.post<{ Params: { taskId: string } }>(path, async (request) => {
      const caller = await workflowCaller(needs, request);
      const user = userOf(bodyOf(request));
      await stopTask(needs, caller, request.params.taskId, user);
      return { result: "success" };
    });
  }

  app.get<{ Params: { runId: string }; Querystring: ReattachQuery }>(
    "/workflow/:runId/events",
    async (request, reply) => {
      const caller = await authenticateKey(needs, request);
      if (caller.app.mode !== "workflow" && caller.app.mode !== "advanced-chat") throw V1Errors["not-workflow-app"]();
      await reattach(needs, open, caller, request, reply, request.params.runId);
      return reply;
    },
  );
}

/** Only the word `true` is true, in any case. */
export type ReattachQuery = { user?: string; continue_on_pause?: string };

async function workflowCaller(needs: ApiNeeds, request: FastifyRequest): Promise<KeyCaller> {
  const caller = await authenticateKey(needs, request);
  if (caller.app.mode !== "workflow") throw V1Errors["not-workflow-app"]();
  return caller;
}

/** Records a run for the person that `user` names. */
export async function startFor(
  needs: ApiNeeds,
  caller: KeyCaller,
  user: string,
  inputs: Record<string, Value>,
  body: V1Body,
  wanted: string | null,
  chat?: { query: string; conversationId: ConversationId | null },
): Promise<Run> {
  const version = await versionToRun(needs, caller, wanted);
  const { fields } = needs.readContent(version.documentHash, version.documentText);
  const endUser = await needs.endUsers.findOrCreate(caller.scope, caller.app.id, user);
  return startRun(needs, caller.scope, {
    appId: caller.app.id,
    version,
    mode: caller.app.mode as Run["mode"],
    fields,
    inputs,
    files: filesOf(body),
    trigger: "api",
    caller: { type: "end-user", id: endUser.id, user },
    ...(chat === undefined ? {} : { chat }),
  });
}

/** Unknown and finished tasks are no error: stopping them is done. */
export async function stopTask(
  needs: ApiNeeds,
  caller: KeyCaller,
  taskId: string,
  user: string,
  onlyOwn = false,
): Promise<void> {
  const runId = parseId<"run">(taskId);
  const run = runId === undefined ? undefined : await needs.runs.find(caller.scope, runId as RunId);
  if (run === undefined || run.appId !== caller.app.id) return;
  const endUser = await needs.endUsers.findOrCreate(caller.scope, caller.app.id, user);
  if (onlyOwn && run.caller.id !== endUser.id) return;
  const by: RunCaller = { type: "end-user", id: endUser.id, user };
  await stopRun(needs, caller.scope, run.id, by);
}

/** Goes on with a stream that was cut, for the person who started the run. */
export async function reattach(
  needs: ApiNeeds,
  open: OpenAnswers,
  caller: KeyCaller,
  request: FastifyRequest<{ Querystring: ReattachQuery }>,
  reply: FastifyReply,
  taskId: string,
): Promise<void> {
  const { user } = request.query;
  if (user === undefined || user === "") throw invalid("user", "user is required");
  const run = await findRun(needs, caller, taskId);
  if (run.caller.type !== "end-user" || run.caller.user !== user) throw RunErrors["not-found"]();
  const after = lastEventId(request.headers["last-event-id"]);
  const throughPauses = request.query.continue_on_pause?.toLowerCase() === "true";
  const withIds = wantsIds(request);
  await streamRun(needs, open, request, reply, { scope: caller.scope, run, after, withIds, throughPauses });
}

async function findRun(needs: ApiNeeds, { scope, app }: KeyCaller, runId: string): Promise<Run> {
  const id = parseId<"run">(runId);
  const run = id === undefined ? undefined : await needs.runs.find(scope, id as RunId);
  if (run === undefined || run.appId !== app.id) throw RunErrors["not-found"]();
  return run;
}

function blockingData(data: Record<string, unknown>): Record<string, unknown> {
  const { id, workflow_id, status, outputs, error, elapsed_time, total_tokens, total_steps, created_at, finished_at } =
    data;
  return { id, workflow_id, status, outputs, error, elapsed_time, total_tokens, total_steps, created_at, finished_at };
}

function pausedReply(run: Run, data: Record<string, unknown>): Record<string, unknown> {
  const { paused_nodes, reasons } = data;
  const nothingYet = { workflow_id: run.versionId, error: null, finished_at: null, paused_nodes, reasons };
  return {
    task_id: run.id,
    workflow_run_id: run.id,
    data: { ...blockingData({ ...data, id: run.id, ...nothingYet }), paused_nodes, reasons },
  };
}

function runDetail(run: Run): Record<string, unknown> {
  return {
    id: run.id,
    workflow_id: run.versionId,
    status: run.status === "queued" ? "running" : run.status,
    inputs: stringifyJson(run.inputs),
    outputs: hasEnded(run) ? run.outputs : {},
    error: run.error?.message ?? null,
    total_steps: run.totalSteps,
    total_tokens: run.usage?.total_tokens ?? 0,
    created_at: Math.floor(run.createdAt / 1000),
    finished_at: run.finishedAt === null ? null : Math.floor(run.finishedAt / 1000),
    elapsed_time: hasEnded(run) ? (run.elapsedMs ?? 0) / 1000 : 0,
  };
}
