import type { PauseAnswer, RunQueueName } from "@diwan/contracts";
import { isUuid, type RunId, type WorkspaceId, type WorkspaceScope } from "@diwan/kernel";
import type { FormStore, PauseForm, ResumableRun } from "@diwan/runs";
import type { SQL } from "drizzle-orm";
import type { Database } from "../database.ts";
import { and, asc, eq } from "../drizzle.ts";
import { humanInputForm } from "../schema/runs.ts";
import { toInstant, toJson } from "../wire-values.ts";

export class PostgresFormStore implements FormStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async findByToken(token: string): Promise<PauseForm | undefined> {
    return (await this.#select(eq(humanInputForm.token, token)))[0];
  }

  async find(scope: WorkspaceScope, formId: string): Promise<PauseForm | undefined> {
    if (!isUuid(formId)) return undefined;
    return (await this.#select(eq(humanInputForm.id, formId), eq(humanInputForm.workspaceId, scope.workspaceId)))[0];
  }

  openOf(scope: WorkspaceScope, runId: RunId): Promise<PauseForm[]> {
    const { workspaceId, runId: ofRun, status } = humanInputForm;
    return this.#select(eq(ofRun, runId), eq(workspaceId, scope.workspaceId), eq(status, "open"));
  }

  async #select(...where: SQL[]): Promise<PauseForm[]> {
    const { workspaceId, appId, runId, nodeId, reason, status } = humanInputForm;
    const rows = await this.#database.sql
      .select({ workspaceId, appId, runId, nodeId, reason, status })
      .from(humanInputForm)
      .where(and(...where))
      .orderBy(asc(humanInputForm.createdAt), asc(humanInputForm.id));
    return rows.map(({ workspaceId: id, ...form }) => ({ scope: { workspaceId: id }, ...form }));
  }

  async answersOf(
    scope: WorkspaceScope,
    runId: RunId,
  ): Promise<ReadonlyMap<string, { answer: PauseAnswer; at: number }>> {
    const { rows } = await this.#database.run<{ id: string; answer: PauseAnswer; at: number }>({
      name: "form_answers",
      text: `select id, answer, answered_at as at from human_input_form
        where run_id = $1 and workspace_id = $2 and answer is not null`,
      values: [runId, scope.workspaceId],
    });
    return new Map(rows.map(({ id, answer, at }) => [id, { answer, at }]));
  }

  async answer(
    scope: WorkspaceScope,
    formId: string,
    answer: PauseAnswer,
    at: number,
  ): Promise<{ run: ResumableRun | undefined } | undefined> {
    const status = answer.type === "submitted" ? "answered" : "expired";
    // One statement after the other, so that each sees what a pause did that the one before had to wait for. The run's row
    // is locked before the form's, as by whoever pauses or settles the run.
    return this.#database.transaction(async () => {
      await this.#database.run({
        name: "form_lock_run",
        text: `select from run where workspace_id = $2
          and id = (select run_id from human_input_form where id = $1 and workspace_id = $2) for update`,
        values: [formId, scope.workspaceId],
      });
      const answered = await this.#database.run<{ runId: RunId }>({
        name: "form_answer",
        text: `update human_input_form set status = $3, answer = $4, answered_at = $5
          where id = $1 and workspace_id = $2 and status = 'open' returning run_id as "runId"`,
        values: [formId, scope.workspaceId, status, toJson(answer), toInstant(at)],
      });
      if (answered.rows[0] === undefined) return undefined;
      const { runId } = answered.rows[0];
      const resumed = await this.#database.run<{ queue: RunQueueName }>({
        name: "form_resume",
        text: `update run set status = 'queued', queued_at = $3
          where id = $1 and workspace_id = $2 and status = 'paused' returning queue`,
        values: [runId, scope.workspaceId, toInstant(at)],
      });
      const queue = resumed.rows[0]?.queue;
      return { run: queue === undefined ? undefined : { scope, runId, queue } };
    });
  }

  async findExpired(now: number, limit: number): Promise<{ scope: WorkspaceScope; formId: string }[]> {
    const { rows } = await this.#database.run<{ id: string; workspaceId: WorkspaceId }>({
      name: "form_expired",
      text: `select id, workspace_id as "workspaceId" from human_input_form
        where status = 'open' and expires_at <= $1 order by expires_at limit $2`,
      values: [toInstant(now), limit],
    });
    return rows.map(({ id, workspaceId }) => ({ scope: { workspaceId }, formId: id }));
  }
}
