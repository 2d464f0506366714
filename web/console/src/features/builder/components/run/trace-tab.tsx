import { IconButton, StepTile, useFormat, useT } from "@diwan/ui";
import { ChevronDown, ChevronRight, CircleAlert, CircleDashed, RotateCcw, ShieldCheck } from "lucide-react";
import { type CSSProperties, useState } from "react";
import { useRun } from "../../live/run-context.tsx";
import { useNow } from "../../live/use-now.ts";
import type { Graph } from "../../model/graph.ts";
import { isOver, tokensOf } from "../../model/run-view.ts";
import { isPassedBy } from "../../model/step-states.ts";
import { type TraceRow, ticks, traceRows } from "../../model/trace.ts";
import { useKindName, useStepTitle } from "../names.tsx";

type TraceTabProps = { graph: Graph; selected: string | undefined; onSelect: (stepId: string) => void };

/** Bars on a time line, one row per step; containers and their rounds unfold. */
export function TraceTab({ graph, selected, onSelect }: TraceTabProps) {
  const t = useT();
  const format = useFormat();
  const view = useRun((run) => run.view);
  const states = useRun((run) => run.steps);
  const [unfolded, setUnfolded] = useState<ReadonlySet<string>>(new Set());
  const now = useNow(!isOver(view.status));
  const rows = traceRows(view, now, unfolded);
  const total = Math.max(1, view.elapsedMs ?? 0, ...rows.map((row) => row.to));
  const titleOf = useStepTitle();
  const passedBy = graph.steps.filter(
    (step) => isPassedBy(states.get(step.id)) && step.view !== "marker" && step.parent === null,
  );
  const toggle = (key: string) =>
    setUnfolded((old) => (old.has(key) ? new Set([...old].filter((other) => other !== key)) : new Set([...old, key])));
  return (
    <div className="trace">
      <div className="trace-row trace-head" aria-hidden>
        <span />
        <span className="trace-axis num">
          {ticks(total).map((at) => (
            <i key={at} style={{ insetInlineStart: `${(at / total) * 100}%` }}>
              {at === 0 ? format.number(0) : format.duration(at)}
            </i>
          ))}
        </span>
        <span className="end">{t("run.column.time")}</span>
        <span className="end">{t("run.column.tokens")}</span>
      </div>
      <ul
        aria-label={t("run.trace")}
        style={{ "--tick": `${((ticks(total)[1] ?? total) / total) * 100}%` } as CSSProperties}
      >
        {rows.map((row) => (
          <TraceLine
            key={row.key}
            row={row}
            total={total}
            over={isOver(view.status)}
            selected={row.step !== null && row.step.node_id === selected}
            unfolded={unfolded.has(row.key)}
            onToggle={() => toggle(row.key)}
            onSelect={onSelect}
          />
        ))}
      </ul>
      {isOver(view.status) && passedBy.length > 0 && (
        <p className="trace-rest">
          <CircleDashed size={15} aria-hidden />
          <span className="ell">
            {t(view.status === "succeeded" ? "run.not-taken" : "run.not-reached", { count: passedBy.length })}{" "}
            {format.list(passedBy.map(titleOf))}
          </span>
        </p>
      )}
      {isOver(view.status) && (
        <div className="trace-row trace-total">
          <span>{t("run.whole")}</span>
          <span />
          <span className="num end">{format.duration(view.elapsedMs ?? total)}</span>
          <span className="num end">{format.number(tokensOf(view))}</span>
        </div>
      )}
    </div>
  );
}

type TraceLineProps = {
  row: TraceRow;
  total: number;
  over: boolean;
  selected: boolean;
  unfolded: boolean;
  onToggle: () => void;
  onSelect: (stepId: string) => void;
};

function TraceLine({ row, total, over, selected, unfolded, onToggle, onSelect }: TraceLineProps) {
  const t = useT();
  const format = useFormat();
  const kindName = useKindName();
  const { step } = row;
  const status = step?.status === "running" && over ? "stopped" : (step?.status ?? "round");
  const title =
    step === null ? t("run.round", { n: format.number(row.round ?? 0) }) : step.title || kindName(step.node_type);
  const running = status === "running";
  return (
    <li className="trace-row" data-depth={row.depth} data-on={selected || undefined}>
      <span className="trace-name" style={{ paddingInlineStart: row.depth * 20 }}>
        {row.folds && (
          <IconButton
            size="xs"
            label={t(unfolded ? "run.fold" : "run.unfold", { title })}
            aria-expanded={unfolded}
            onClick={onToggle}
          >
            {unfolded ? <ChevronDown aria-hidden /> : <ChevronRight className="flip" aria-hidden />}
          </IconButton>
        )}
        {step === null ? (
          <span className="trace-round num">{format.number(row.round ?? 0)}</span>
        ) : (
          <StepTile type={step.node_type} size={22} />
        )}
        {step === null ? (
          <span className="ell muted">{title}</span>
        ) : (
          <button type="button" className="trace-open" aria-pressed={selected} onClick={() => onSelect(step.node_id)}>
            <bdi className="clip" dir="auto">
              {title}
            </bdi>
          </button>
        )}
        <TraceSign status={status} />
      </span>
      <span className="trace-lane" aria-hidden>
        <span
          className={`trace-bar ${status}`}
          style={{
            insetInlineStart: `${(row.from / total) * 100}%`,
            inlineSize: `max(3px, ${((row.to - row.from) / total) * 100}%)`,
          }}
        />
      </span>
      <span className="num end small">{running ? "…" : format.duration(row.to - row.from)}</span>
      <span className="num end small">
        {step !== null && step.total_tokens > 0 ? format.number(step.total_tokens) : "–"}
      </span>
    </li>
  );
}

function TraceSign({ status }: { status: string }) {
  const t = useT();
  if (status === "failed") return <CircleAlert size={15} className="sign-bad" aria-label={t("run.state.failed")} />;
  if (status === "retried")
    return <RotateCcw size={14} className="sign-warn flip" aria-label={t("run.state.retried")} />;
  if (status === "exception")
    return <ShieldCheck size={14} className="sign-warn" aria-label={t("run.state.handled")} />;
  return null;
}
