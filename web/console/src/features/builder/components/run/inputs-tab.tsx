import type { AppDetail } from "@diwan/contracts";
import { Button, KeyCap, Notice, useT } from "@diwan/ui";
import { Play } from "lucide-react";
import { type FormEvent, useState } from "react";
import { ApiError } from "../../../../shared/api/api-error.ts";
import { useErrorText } from "../../../../shared/api/error-text.ts";
import { type FieldProblem, readForm, startValues, withValue } from "../../model/input-form.ts";
import { InputFields } from "./input-fields.tsx";

type InputsTabProps = {
  app: AppDetail;
  /** Of the run on show, or the last set used. */
  given: Record<string, unknown>;
  busy: boolean;
  error: unknown;
  onStart: (inputs: Record<string, unknown>) => void;
};

/** The first field of a form that must be put right. */
export const firstWrong = "[aria-invalid=true], [data-invalid] button";

/** The form that starts a run. */
export function InputsTab({ app, given, busy, error, onStart }: InputsTabProps) {
  const t = useT();
  const [values, setValues] = useState(() => startValues(app.inputs, given));
  const [problems, setProblems] = useState<Record<string, FieldProblem>>({});
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const reading = readForm(app.inputs, values);
    setProblems(reading.ok ? {} : reading.problems);
    if (reading.ok) return onStart(reading.inputs);
    const { currentTarget } = event;
    requestAnimationFrame(() => currentTarget.querySelector<HTMLElement>(firstWrong)?.focus());
  };
  return (
    <form
      className="inputs-form"
      onSubmit={submit}
      noValidate
      aria-label={t("run.inputs-form")}
      onKeyDown={(event) => {
        if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) event.currentTarget.requestSubmit();
      }}
    >
      <StartProblem error={error} />
      {app.inputs.length === 0 && <p className="muted">{t("run.no-inputs")}</p>}
      <div className="inputs-grid">
        <InputFields
          app={app}
          values={values}
          problems={problems}
          onChange={(variable, change) => setValues((old) => withValue(old, variable, change))}
        />
      </div>
      <div className="row">
        <Button type="submit" variant="primary" icon={<Play aria-hidden />} busy={busy}>
          {t("run.start")}
        </Button>
        <span className="start-keys" aria-hidden>
          <KeyCap>Ctrl</KeyCap> <KeyCap>Enter</KeyCap>
        </span>
      </div>
    </form>
  );
}

/** Why a run could not be started, with the server's findings per input. */
export function StartProblem({ error }: { error: unknown }) {
  const sentence = useErrorText();
  if (error === null || error === undefined) return null;
  const details = error instanceof ApiError ? error.details : [];
  return (
    <Notice tone="bad" alert>
      {sentence(error).why}
      {details.map((detail) => (
        <p key={`${detail.path} ${detail.message}`} className="small" dir="auto">
          {detail.message}
        </p>
      ))}
    </Notice>
  );
}
