import { StepTile, stepKind, useFormat, useRightToLeft, useT } from "@diwan/ui";
import { Handle, type NodeProps, Position, useStore } from "@xyflow/react";
import { FlaskConical, TimerReset } from "lucide-react";
import { memo, useContext } from "react";
import { useRun } from "../../live/run-context.tsx";
import type { StepFlowNode } from "../../model/flow.ts";
import type { Step } from "../../model/graph.ts";
import { type Fact, hasPlainPort, type Row, rowsOf } from "../../model/rows.ts";
import type { Schedule } from "../../model/schedule.ts";
import { usesDemoModel } from "../../model/settings.ts";
import { RefPill, useStepTitle } from "../names.tsx";
import { SelectContext } from "./select-context.ts";
import { StateIcon, StepStateMark } from "./step-state.tsx";

export const isFar = (state: { transform: [number, number, number] }) => state.transform[2] < 0.4;

export const StepNode = memo(function StepNode({ data }: NodeProps<StepFlowNode>) {
  const { step } = data;
  const rightToLeft = useRightToLeft();
  const state = useRun((run) => run.steps.get(step.id));
  const { selected } = useContext(SelectContext);
  const far = useStore(isFar);
  const classes = [
    "step",
    state?.name,
    selected === step.id ? "selected" : "",
    step.parent === null ? "" : "inner",
    far ? "far" : "",
  ];
  return (
    <div
      className={classes.filter(Boolean).join(" ")}
      dir={rightToLeft ? "rtl" : "ltr"}
      data-fam={stepKind(step.type)?.family}
      style={far ? { blockSize: data.height } : undefined}
    >
      <InPort step={step} />
      <header>
        {!far && <StepTile type={step.support === "unknown" ? "" : step.type} />}
        <StepName step={step} />
        {far ? state !== undefined && <StateIcon name={state.name} /> : <StepStateMark state={state} />}
      </header>
      {far ? (
        rowsOf(step).map((row) => row.port !== undefined && <OutPort key={row.port} id={row.port} />)
      ) : (
        <StepBody step={step} />
      )}
      {hasPlainPort(step) && <OutPort id="source" />}
    </div>
  );
});

/** The step's name is its button: the keyboard's way to select it. */
export function StepName({ step }: { step: Step }) {
  const t = useT();
  const title = useStepTitle()(step);
  const state = useRun((run) => run.steps.get(step.id)?.name);
  const { select } = useContext(SelectContext);
  return (
    <button
      type="button"
      className="step-name nodrag nopan"
      onClick={() => select(step.id)}
      aria-label={state === undefined ? title : t("builder.step-in-state", { title, state: t(`run.state.${state}`) })}
    >
      <bdi className="clip" dir="auto">
        {title}
      </bdi>
    </button>
  );
}

function StepBody({ step }: { step: Step }) {
  const t = useT();
  const rows = rowsOf(step);
  const demo = usesDemoModel(step);
  return (
    <>
      {rows.length > 0 && (
        <div className="step-body">
          {rows.map((row, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: rows of a read-only step keep their places
            <RowLine key={index} row={row} />
          ))}
        </div>
      )}
      {step.support === "unknown" && <p className="step-note">{t("builder.unknown-step")}</p>}
      {step.support === "later" && (
        <span className="step-badge">
          <TimerReset size={11} strokeWidth={2.4} aria-hidden />
          {t("builder.later-step")}
        </span>
      )}
      {demo && (
        <span className="step-badge gold">
          <FlaskConical size={11} strokeWidth={2.4} aria-hidden />
          {t("app.demo-answers")}
        </span>
      )}
    </>
  );
}

function RowLine({ row }: { row: Row }) {
  const words = useRowWords();
  const isVerb = row.tag !== undefined && /^[A-Z]+$/.test(row.tag);
  if (row.refs !== undefined) {
    return (
      <div className="step-row soft">
        {row.refs.map((selector) => (
          <RefPill key={selector.join(".")} selector={selector} />
        ))}
      </div>
    );
  }
  return (
    <div className="step-row">
      {isVerb && (
        <bdi className="verb" dir="ltr">
          {row.tag}
        </bdi>
      )}
      <span className={row.mono ? "cell grow mono" : "cell grow"}>
        <bdi className="clip" dir="auto">
          {words(row)}
        </bdi>
      </span>
      {!isVerb && row.tag !== undefined && row.tag !== "" && (
        <bdi className="type-name" dir="ltr">
          {row.tag}
        </bdi>
      )}
      {row.port !== undefined && <OutPort id={row.port} failure={row.port === "fail-branch"} />}
    </div>
  );
}

function useRowWords(): (row: Row) => string {
  const t = useT();
  const facts = useFactWords();
  const schedule = useScheduleWords();
  return (row) => {
    if (row.facts !== undefined) return facts(row.facts);
    if (row.schedule !== undefined) return schedule(row.schedule);
    return row.key === undefined ? (row.text ?? "") : t(row.key, row.values);
  };
}

/** Short facts as one line, parted by dots. */
export function useFactWords(): (facts: Fact[]) => string {
  const t = useT();
  return (facts) =>
    facts
      .map(({ key, values, name }) =>
        t(key, { ...values, ...(name === undefined ? {} : { name: `\u2068${name}\u2069` }) }),
      )
      .join(" · ");
}

function useScheduleWords(): (schedule: Schedule) => string {
  const t = useT();
  const format = useFormat();
  return (schedule) => {
    switch (schedule.kind) {
      case "minutes":
        return t("steps.schedule.minutes", { count: schedule.every });
      case "hourly":
        return t("steps.schedule.hourly", { count: schedule.minute });
      case "daily":
        return t("steps.schedule.daily", { time: format.clock(schedule.time) });
      case "weekly":
        return t("steps.schedule.weekly", {
          days: format.list(schedule.days.map(format.weekday)),
          time: format.clock(schedule.time),
        });
      case "monthly":
        return t("steps.schedule.monthly", {
          days: format.list(
            schedule.days.map((day) => (day === "last" ? t("steps.schedule.last-day") : format.number(day))),
          ),
          time: format.clock(schedule.time),
        });
      case "cron":
        return schedule.text;
    }
  };
}

export function InPort({ step }: { step: Step }) {
  const rightToLeft = useRightToLeft();
  if (step.type === "start" || step.type.startsWith("trigger-")) return null;
  return (
    <Handle
      type="target"
      id="target"
      position={rightToLeft ? Position.Right : Position.Left}
      className="port in"
      isConnectable={false}
    />
  );
}

export function OutPort({ id, failure }: { id: string; failure?: boolean }) {
  const rightToLeft = useRightToLeft();
  return (
    <Handle
      type="source"
      id={id}
      position={rightToLeft ? Position.Left : Position.Right}
      className={failure ? "port out failure-port" : "port out"}
      isConnectable={false}
    />
  );
}
