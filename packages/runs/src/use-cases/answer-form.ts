import type { PauseAnswer } from "@diwan/contracts";
import type { Clock, Logger } from "@diwan/kernel";
import type { Value } from "@diwan/workflow";
import { checkSubmission } from "../core/check-submission.ts";
import { RunErrors } from "../errors.ts";
import { type FileRules, type ResolveFilesNeeds, resolveField } from "../files/resolve-files.ts";
import type { FormStore, PauseForm, RunQueue } from "../ports.ts";
import { enqueueRun } from "./enqueue-run.ts";

type Needs = { forms: FormStore; queue: RunQueue; clock: Clock; logger: Logger };
type Submission = { action: string; inputs: Readonly<Record<string, Value>> };

/**
 * Answers the form of a paused run, which goes on then. The first answer that is accepted wins; one that is refused leaves
 * the form open. Files are named by the ids of their uploads or by their addresses; the run is given the files themselves.
 *
 * @throws run.form-submitted, run.form-expired, run.form-invalid, run.inputs-invalid (caller)
 */
export async function answerForm(
  needs: Needs & ResolveFilesNeeds,
  form: PauseForm,
  submission: Submission,
): Promise<void> {
  const now = needs.clock.now();
  checkOpen(form, now);
  const checked = checkSubmission(form.reason, submission);
  if ("problem" in checked) throw RunErrors["form-invalid"]({ problem: checked.problem });
  const inputs = await withFiles(needs, form, checked.inputs);
  const answer = { type: "submitted" as const, action: submission.action, inputs };
  const accepted = await accept(needs, form.scope, form.reason.formId, answer, now);
  if (!accepted) throw RunErrors["form-submitted"]({});
}

async function withFiles(
  needs: ResolveFilesNeeds,
  { scope, appId, reason }: PauseForm,
  inputs: Readonly<Record<string, Value>>,
): Promise<Record<string, Value>> {
  const resolved = { ...inputs };
  for (const field of reason.inputs) {
    const given = inputs[field.output_variable_name];
    if (given === undefined || (field.type !== "file" && field.type !== "file-list")) continue;
    resolved[field.output_variable_name] = await resolveField(needs, scope, appId, rulesOf(field), given);
  }
  return resolved;
}

function rulesOf(field: PauseForm["reason"]["inputs"][number]): FileRules {
  const texts = (key: string) => (Array.isArray(field[key]) ? field[key].map(String) : []);
  return {
    variable: field.output_variable_name,
    allowedFileTypes: texts("allowed_file_types"),
    allowedFileExtensions: texts("allowed_file_extensions"),
    allowedFileUploadMethods: texts("allowed_file_upload_methods"),
  };
}

/** @throws run.form-submitted, run.form-expired (caller) */
export function checkOpen(form: PauseForm, now: number): void {
  if (form.status === "answered") throw RunErrors["form-submitted"]({});
  if (form.status === "expired" || form.reason.expiresAt <= now) throw RunErrors["form-expired"]({});
}

const BATCH = 200;

/** Lets runs go on whose forms nobody answered in time; returns how many forms there were. */
export async function expireForms(needs: Needs): Promise<number> {
  const now = needs.clock.now();
  const expired = await needs.forms.findExpired(now, BATCH);
  for (const { scope, formId } of expired) await accept(needs, scope, formId, { type: "timed-out" }, now);
  return expired.length;
}

async function accept(
  needs: Needs,
  scope: PauseForm["scope"],
  formId: string,
  answer: PauseAnswer,
  at: number,
): Promise<boolean> {
  const accepted = await needs.forms.answer(scope, formId, answer, at);
  if (accepted?.run !== undefined) await enqueueRun(needs, accepted.run);
  return accepted !== undefined;
}
