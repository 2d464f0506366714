import type { RunStep } from "@diwan/contracts";
import {
  Button,
  Chip,
  CopyIconButton,
  FailureCard,
  IconButton,
  JsonView,
  Notice,
  type Tone,
  useFormat,
  useT,
} from "@diwan/ui";
import { ChevronLeft, ChevronRight, RotateCcw } from "lucide-react";
import { useContext } from "react";
import { runErrorText } from "../../../../shared/api/error-text.ts";
import { useRun } from "../../live/run-context.tsx";
import { RepeatContext } from "../../live/use-repeat.ts";
import { executionsOf } from "../../model/executions.ts";
import { frameText } from "../../model/frames.ts";
import type { Step } from "../../model/graph.ts";
import { isOver } from "../../model/run-view.ts";
import type { StateName } from "../../model/step-states.ts";
import { StateIcon } from "../canvas/step-state.tsx";

const tones: Record<StateName, Tone> = {
  waiting: "human",
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
  waiting: "waiting",
  succeeded: "succeeded",
  failed: "failed",
  exception: "handled",
  retried: "second-try",
};

type StepLastRunProps = { step: Step; place: string | undefined; onPlace: (place: string | undefined) => void };

/** Inputs, outputs, error, time and tokens of a step in the run on show: every try of it, one round at a time. */
export function StepLastRun({ step, place, onPlace }: StepLastRunProps) {
  const t = useT();
  const all = useRun((run) => run.view.steps);
  const over = useRun((run) => isOver(run.view.status));
  const shownRun = useRun((run) => run.runId);
  const executions = executionsOf(all, step.id);
  if (shownRun === null) return <p className="muted small">{t("builder.no-run")}</p>;
  const named = executions.findIndex(({ frame }) => frameText(frame) === place);
  const at = named >= 0 ? named : firstOfNote(executions);
  const shown = executions[at];
  if (shown === undefined) return <p className="muted small">{t(over ? "builder.not-reached" : "builder.not-yet")}</p>;
  return (
    <>
      {executions.length > 1 && (
        <Rounds
          at={at}
          count={executions.length}
          frame={shown.frame}
          onGo={(next) => onPlace(frameText(executions[next]?.frame ?? []))}
        />
      )}
      {shown.tries.map((run) => (
        <StepRunValues key={`${run.id}/${run.attempt}`} run={run} tries={shown.tries.length} over={over} />
      ))}
      {over && <RetryFromHere run={shown.tries.at(-1) as RunStep} />}
    </>
  );
}

/** What failed is shown first, else the first round. */
function firstOfNote(executions: { tries: RunStep[] }[]): number {
  const status = ({ tries }: { tries: RunStep[] }) => tries.at(-1)?.status;
  const failed = executions.findIndex((one) => status(one) === "failed");
  return failed >= 0
    ? failed
    : Math.max(
        0,
        executions.findIndex((one) => status(one) === "waiting"),
      );
}

type RoundsProps = { at: number; count: number; frame: RunStep["frame"]; onGo: (at: number) => void };

/** Leads through the times that a step ran. */
function Rounds({ at, count, frame, onGo }: RoundsProps) {
  const t = useT();
  const format = useFormat();
  const rounds = frame.map(([, round]) => t("run.round", { n: format.number(round + 1) }));
  return (
    <div className="step-rounds">
      <IconButton
        label={t("run.round-before")}
        notNow={at === 0 ? t("run.round-first") : undefined}
        onClick={() => onGo(at - 1)}
      >
        <ChevronLeft className="flip" aria-hidden />
      </IconButton>
      <span className="grow">
        <span className="strong">{rounds.join(" › ")}</span>{" "}
        <span className="faint small num">
          {t("run.round-of", { n: format.number(at + 1), count: format.number(count) })}
        </span>
      </span>
      <IconButton
        label={t("run.round-after")}
        notNow={at === count - 1 ? t("run.round-last") : undefined}
        onClick={() => onGo(at + 1)}
      >
        <ChevronRight className="flip" aria-hidden />
      </IconButton>
    </div>
  );
}

type StepRunValuesProps = { run: RunStep; tries: number; over: boolean };

function StepRunValues({ run, tries, over }: StepRunValuesProps) {
  const t = useT();
  const format = useFormat();
  const name = run.status === "running" && over ? "stopped" : stateOf[run.status];
  return (
    <section className="dock-section">
      <div className="row wrap">
        <Chip tone={tones[name]} icon={<StateIcon name={name} />}>
          {t(run.status === "retried" ? "run.state.retried" : `run.state.${name}`)}
        </Chip>
        {tries > 1 && (
          <span className="small muted num">
            {t("run.try-of", { n: format.number(run.attempt), count: format.number(tries) })}
          </span>
        )}
        {run.elapsed_ms !== null && <span className="small num muted">{format.duration(run.elapsed_ms)}</span>}
        {run.total_tokens > 0 && (
          <span className="small num muted">
            {t("run.tokens", { count: run.total_tokens, shown: format.number(run.total_tokens) })}
          </span>
        )}
      </div>
      {name === "waiting" && <Notice>{t("form.step-waits")}</Notice>}
      {run.error !== null && (
        <FailureCard
          what={t(run.status === "exception" ? "run.step-handled" : "run.step-failed")}
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

/** Goes on from this step as a new run; what came before it is not done again. */
function RetryFromHere({ run }: { run: RunStep }) {
  const t = useT();
  const repeat = useContext(RepeatContext);
  const about = useRun((state) => state.view.about);
  if (about === null || run.node_type === "start" || run.node_type.startsWith("trigger-")) return null;
  return (
    <section className="dock-section">
      <div className="row wrap">
        <Button
          size="sm"
          icon={<RotateCcw className="flip" aria-hidden />}
          busy={repeat.busy}
          onClick={() => repeat.retry(about, { node_id: run.node_id, frame: run.frame })}
        >
          {t("repeat.from-here")}
        </Button>
        <span className="small faint">{t("repeat.from-here.keeps")}</span>
      </div>
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
