import type { RunForm } from "@diwan/contracts";
import { Button, Notice, SelectField, StepTile, TextArea, useFormat, useT } from "@diwan/ui";
import { Markdown } from "@diwan/ui/markdown";
import { CircleCheck, Clock } from "lucide-react";
import { useId, useRef, useState } from "react";
import { ApiError } from "../../../../shared/api/api-error.ts";
import { useErrorText } from "../../../../shared/api/error-text.ts";
import { UploadField } from "../../../../shared/files/upload-field.tsx";
import { useAnswerForm } from "../../api/form-queries.ts";
import { useNow } from "../../live/use-now.ts";
import {
  type AskedField,
  buttonLook,
  formParts,
  readAnswers,
  refusedField,
  startAnswers,
} from "../../model/answer-form.ts";
import { type FieldProblem, type FormValues, filesOf, withValue } from "../../model/input-form.ts";
import type { ChangeField } from "../run/input-fields.tsx";
import { firstWrong } from "../run/inputs-tab.tsx";

type FormCardProps = { appId: string; runId: string; form: RunForm };

/** What a paused run asks of a person: the author's text, fields in it, and a button for each way on. */
export function FormCard({ appId, runId, form }: FormCardProps) {
  const t = useT();
  const sentence = useErrorText();
  const heading = useId();
  const box = useRef<HTMLFormElement>(null);
  const answer = useAnswerForm(runId, form.id);
  const [values, setValues] = useState<FormValues>(() => startAnswers(form));
  const [problems, setProblems] = useState<Record<string, FieldProblem>>({});
  const left = useTimeLeft(form.expires_at);
  const code = answer.error instanceof ApiError ? answer.error.code : undefined;
  const closed = left <= 0 || code === "run.form-expired" ? "expired" : code === "run.form-submitted" ? "taken" : null;
  const refused =
    answer.error !== null && code === "run.form-invalid" ? refusedField(form, answer.error.message) : undefined;
  const change: ChangeField = (name, to) => setValues((old) => withValue(old, name, to));
  const send = (action: string) => {
    const reading = readAnswers(form, values);
    setProblems(reading.ok ? {} : reading.problems);
    if (reading.ok) return answer.mutate({ action, inputs: reading.inputs });
    requestAnimationFrame(() => box.current?.querySelector<HTMLElement>(firstWrong)?.focus());
  };
  const title = form.title || t("steps.kind.human-input");
  return (
    <form className="ask" ref={box} aria-labelledby={heading} noValidate onSubmit={(event) => event.preventDefault()}>
      <header className="ask-head">
        <StepTile type="human-input" size={28} />
        <h3 id={heading} className="cell grow">
          <bdi className="clip" dir="auto">
            {title}
          </bdi>
        </h3>
        {closed === null && !answer.isSuccess && <TimeLeft until={form.expires_at} left={left} />}
      </header>
      {formParts(form).map((part, index) =>
        part.kind === "text" ? (
          // biome-ignore lint/suspicious/noArrayIndexKey: the parts of a form keep their places
          <Markdown key={index} text={part.text} />
        ) : (
          <AnswerField
            key={part.field.name}
            appId={appId}
            field={part.field}
            value={values[part.field.name]}
            problem={problems[part.field.name]}
            refused={refused === part.field.name ? answer.error?.message : undefined}
            onChange={change}
          />
        ),
      )}
      {answer.error !== null && closed === null && refused === undefined && (
        <Notice tone="bad" alert>
          {sentence(answer.error).why}
        </Notice>
      )}
      {closed !== null ? (
        <Notice tone="warn" alert>
          {t(`form.closed.${closed}`)}
        </Notice>
      ) : answer.isSuccess ? (
        <p className="ask-done" role="status">
          <CircleCheck size={16} aria-hidden />
          {t("form.sent")}
        </p>
      ) : (
        <div className="row wrap">
          {form.actions.map((action) => (
            <Button
              key={action.id}
              variant={buttonLook(action.button_style)}
              busy={answer.isPending && answer.variables.action === action.id}
              onClick={() => answer.isPending || send(action.id)}
            >
              <bdi dir="auto">{action.title}</bdi>
            </Button>
          ))}
        </div>
      )}
    </form>
  );
}

type AnswerFieldProps = {
  appId: string;
  field: AskedField;
  value: FormValues[string] | undefined;
  problem: FieldProblem | undefined;
  /** What the server found wrong. */
  refused: string | undefined;
  onChange: ChangeField;
};

function AnswerField({ appId, field, value, problem, refused, onChange }: AnswerFieldProps) {
  const t = useT();
  const format = useFormat();
  const { name, label } = field;
  const error =
    problem === undefined ? refused : t(`run.problem.${problem}`, { label, most: format.number(field.most ?? 0) });
  const text = typeof value === "string" ? value : "";
  switch (field.type) {
    case "file":
    case "file-list":
      return (
        <UploadField
          appId={appId}
          label={label}
          error={error}
          most={field.most}
          accept={field.accept}
          files={filesOf(value)}
          onChange={(change) => onChange(name, change)}
        />
      );
    case "select":
      return (
        <SelectField
          label={label}
          error={error}
          value={text}
          onChange={(next) => onChange(name, next)}
          options={[{ value: "", text: "–" }, ...field.options.map((option) => ({ value: option, text: option }))]}
        />
      );
    case "paragraph":
      return (
        <TextArea
          label={label}
          error={error}
          optional
          rows={3}
          value={text}
          onChange={(next) => onChange(name, next)}
        />
      );
  }
}

const hour = 3_600_000;

/** Milliseconds until a moment, counted down each second towards the end. */
function useTimeLeft(until: string): number {
  const end = Date.parse(until);
  const now = useNow(true, end - Date.now() < hour ? 1_000 : 60_000);
  return end - now;
}

function TimeLeft({ until, left }: { until: string; left: number }) {
  const t = useT();
  const format = useFormat();
  return (
    <span className={left < hour ? "ask-left soon" : "ask-left"} title={format.moment(until)}>
      <Clock size={13} strokeWidth={2.2} aria-hidden />
      <span className="num">{t("form.time-left", { time: format.duration(Math.floor(left / 1_000) * 1_000) })}</span>
    </span>
  );
}
