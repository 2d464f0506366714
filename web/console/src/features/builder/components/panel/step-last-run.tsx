import type { RunStep } from "@diwan/contracts";
import { Chip, CopyIconButton, FailureCard, JsonView, type Tone, useFormat, useT } from "@diwan/ui";
import { runErrorText } from "../../../../shared/api/error-text.ts";
import { useRun } from "../../live/run-context.tsx";
import type { Step } from "../../model/graph.ts";
import { isOver } from "../../model/run-view.ts";
import type { StateName } from "../../model/step-states.ts";
import { StateIcon } from "../canvas/step-state.tsx";

const tones: Record<StateName, Tone> = {
  waiting: "neutral",
  running: "run",
  succeeded: "ok",
  "second-try": "warn",
  handled: "warn",
  failed: "bad",
  stopped: "neutral",
  skipped: "neutral",
  "not-reached": "neutral",
};
const stateOf: Record<RunStep["status"], StateName> = {
  running: "running",
  succeeded: "succeeded",
  failed: "failed",
  exception: "handled",
  retried: "second-try",
};

/** Inputs, outputs, error, time and tokens of a step in the run on show; every try and round of it. */
export function StepLastRun({ step }: { step: Step }) {
  const t = useT();
  const all = useRun((run) => run.view.steps);
  const over = useRun((run) => isOver(run.view.status));
  const shownRun = useRun((run) => run.runId);
  const tries = all.filter((other) => other.node_id === step.id);
  if (shownRun === null) return <p className="muted small">{t("builder.no-run")}</p>;
  if (tries.length === 0) return <p className="muted small">{t(over ? "builder.not-reached" : "builder.not-yet")}</p>;
  return tries.map((run) => (
    <StepRunValues key={`${run.id}/${run.attempt}`} run={run} several={tries.length > 1} over={over} />
  ));
}

type StepRunValuesProps = { run: RunStep; several: boolean; over: boolean };

function StepRunValues({ run, several, over }: StepRunValuesProps) {
  const t = useT();
  const format = useFormat();
  const name = run.status === "running" && over ? "stopped" : stateOf[run.status];
  const round = run.frame.at(-1)?.[1];
  return (
    <section className="dock-section">
      <div className="row wrap">
        <Chip tone={tones[name]} icon={<StateIcon name={name} />}>
          {t(`run.state.${name}`)}
        </Chip>
        {several && round !== undefined && (
          <span className="small muted">{t("run.round", { n: format.number(round + 1) })}</span>
        )}
        {run.attempt > 1 && <span className="small muted">{t("run.try", { n: format.number(run.attempt) })}</span>}
        {run.elapsed_ms !== null && <span className="small num muted">{format.duration(run.elapsed_ms)}</span>}
        {run.total_tokens > 0 && (
          <span className="small num muted">
            {t("run.tokens", { count: run.total_tokens, shown: format.number(run.total_tokens) })}
          </span>
        )}
      </div>
      {run.error !== null && (
        <FailureCard
          what={t("run.step-failed")}
          why={runErrorText(t, run.error)}
          code={run.error.code || run.error.type}
        />
      )}
      <Values title={t("run.inputs")} value={run.inputs} />
      <Values title={t("run.process")} value={run.process_data} />
      <Values title={t("run.outputs")} value={run.outputs} />
    </section>
  );
}

function Values({ title, value }: { title: string; value: Record<string, unknown> }) {
  if (Object.keys(value).length === 0) return null;
  return (
    <div>
      <div className="values-head">
        <h3>{title}</h3>
        <CopyIconButton text={JSON.stringify(value, null, 2)} />
      </div>
      <JsonView value={value} label={title} />
    </div>
  );
}
