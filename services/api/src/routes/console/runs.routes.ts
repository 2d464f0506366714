import { AppErrors } from "@diwan/apps";
import type { JournalEntry, StepSettled } from "@diwan/contracts";
import { type ConversationId, parseId, RequestErrors } from "@diwan/kernel";
import { answerForm, RunErrors, startRun, stopRun } from "@diwan/runs";
import { readAppLimits, stringifyJson, type Value } from "@diwan/workflow";
import type { FastifyInstance } from "fastify";
import { authenticate } from "../../http/authenticate.ts";
import { consoleRoute } from "../../http/console-route.ts";
import type { OpenAnswers } from "../../http/open-answers.ts";
import { sendStream } from "../../http/sse.ts";
import type { ApiNeeds } from "../../needs.ts";
import { presentRun, presentRunDetail, presentRunEvent, presentRunOwner } from "../../presenters/console.ts";
import { readRunEvents } from "../../run-events.ts";
import { callerOf } from "./caller-of.ts";
import { findApp, findRun } from "./find-app.ts";

const HEARTBEAT = { frame: ": still here\n\n", everyMs: 15_000 };

/** Runs that people start and watch in the console. */
export function runRoutes(app: FastifyInstance, needs: ApiNeeds, open: OpenAnswers): void {
  consoleRoute(app, "GET /console/api/apps/{appId}/runs", async ({ params, query, request }) => {
    const found = await findApp(needs, await authenticate(needs, request), params.appId, "editor");
    const page = await needs.runs.list(found.scope, found.app.id, {
      limit: query.limit,
      ...(query.cursor === undefined ? {} : { cursor: query.cursor }),
    });
    return { data: page.runs.map(presentRun), next_cursor: page.nextCursor };
  });

  consoleRoute(app, "POST /console/api/apps/{appId}/runs", async ({ params, body, request }) => {
    const caller = await authenticate(needs, request);
    const { scope, app: found } = await findApp(needs, caller, params.appId, "editor");
    const version =
      found.publishedVersionId === null ? undefined : await needs.apps.findVersion(scope, found.publishedVersionId);
    if (version === undefined) throw AppErrors["not-published"]();
    if (found.mode !== "workflow" && found.mode !== "advanced-chat") throw AppErrors["not-published"]();
    const { fields } = needs.readContent(version.documentHash, version.documentText);
    const run = await startRun(needs, scope, {
      appId: found.id,
      version,
      mode: found.mode,
      fields,
      inputs: body.inputs as Record<string, Value>,
      files: [],
      trigger: "console",
      caller: callerOf(caller),
      ...(found.mode === "advanced-chat" ? { chat: turnOf(body) } : {}),
    });
    return { run_id: run.id, conversation_id: run.conversationId };
  });

  consoleRoute(app, "GET /console/api/runs/{runId}", async ({ params, request }) => {
    const { scope, run } = await findRun(needs, await authenticate(needs, request), params.runId, "editor");
    const journal = await needs.runs.readJournal(scope, run.id);
    const steps = sinceAsked(journal);
    const forms = run.status === "paused" ? await needs.forms.openOf(scope, run.id) : [];
    return presentRunDetail(run, steps, forms);
  });

  consoleRoute(app, "GET /console/api/runs/{runId}/owner", async ({ params, request }) => {
    const { scope, run } = await findRun(needs, await authenticate(needs, request), params.runId, "editor");
    const ownership = await needs.runs.ownership(scope, run.id);
    if (ownership === undefined) throw RunErrors["not-found"]({});
    const version = await needs.apps.findVersion(scope, run.versionId);
    const file = version && needs.readContent(version.documentHash, version.documentText).file;
    return presentRunOwner(run, ownership, needs.settings.limits, readAppLimits(file?.workflow?.limits));
  });

  consoleRoute(app, "GET /console/api/runs/{runId}/events", async ({ params, request, reply }) => {
    const { scope, run } = await findRun(needs, await authenticate(needs, request), params.runId, "editor");
    const after = lastEventId(request.headers["last-event-id"]);
    await sendStream(
      needs,
      open,
      request,
      reply,
      { heartbeat: HEARTBEAT, isResumable: true },
      async function* (signal) {
        for await (const { seq, event } of readRunEvents(needs, scope, run, after, signal)) {
          yield `id: ${seq}\ndata: ${stringifyJson(presentRunEvent(run, event) as Value)}\n\n`;
        }
      },
    );
    return reply;
  });

  consoleRoute(app, "POST /console/api/runs/{runId}/forms/{formId}", async ({ params, body, request }) => {
    const { scope, run } = await findRun(needs, await authenticate(needs, request), params.runId, "editor");
    const form = await needs.forms.find(scope, params.formId);
    if (form === undefined || form.runId !== run.id) throw RunErrors["form-not-found"]({});
    await answerForm(needs, form, { action: body.action, inputs: body.inputs as Record<string, Value> });
    return undefined;
  });

  consoleRoute(app, "POST /console/api/runs/{runId}/stop", async ({ params, request }) => {
    const caller = await authenticate(needs, request);
    const { scope, run } = await findRun(needs, caller, params.runId, "editor");
    await stopRun(needs, scope, run.id, callerOf(caller));
    return undefined;
  });
}

/** The steps that have an outcome; one that waited for a person counts from when it asked. */
function sinceAsked(journal: readonly JournalEntry[]): StepSettled[] {
  const asked = new Map(
    journal.flatMap((entry) => (entry.kind === "waiting" ? [[entry.stepId, entry.startedAt] as const] : [])),
  );
  return journal.flatMap((entry) =>
    entry.kind === "settled" ? [{ ...entry, startedAt: asked.get(entry.stepId) ?? entry.startedAt }] : [],
  );
}

function turnOf({ query, conversation_id }: { query?: string | undefined; conversation_id?: string | undefined }) {
  const text = query?.replaceAll("\u0000", "").trim() ?? "";
  if (text === "")
    throw RequestErrors.invalid(
      { what: "query: Write a message." },
      { details: [{ path: "query", message: "Write a message." }] },
    );
  const conversationId = conversation_id === undefined ? null : parseId<"conversation">(conversation_id);
  if (conversationId === undefined)
    throw RequestErrors.invalid({ what: "conversation_id: This is no conversation's id." });
  return { query: text, conversationId: conversationId as ConversationId | null };
}

/** @throws request.invalid (caller) for a header that is no number. */
export function lastEventId(header: string | string[] | undefined): number {
  if (header === undefined || header === "") return 0;
  if (typeof header === "string" && /^\d{1,15}$/.test(header)) return Number(header);
  throw RequestErrors.invalid({ what: "Last-Event-ID must be the number of the last event that was received." });
}
