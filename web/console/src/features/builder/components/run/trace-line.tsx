import { IconButton, StepTile, useFormat, useT } from "@diwan/ui";
import { ChevronDown, ChevronRight, CircleAlert, RotateCcw, ShieldCheck, UserCheck } from "lucide-react";
import type { Frame } from "../../model/frames.ts";
import type { TimeScale } from "../../model/time-scale.ts";
import type { TraceRow, TraceState } from "../../model/trace.ts";
import { useKindName } from "../names.tsx";

type TraceLineProps = {
  row: TraceRow;
  scale: TimeScale;
  over: boolean;
  selected: boolean;
  unfolded: boolean;
  /** Room for the fold buttons of other rows, so that names stand in line. */
  gutter: boolean;
  onToggle: () => void;
  onSelect: (stepId: string, frame: Frame) => void;
};

export function TraceLine({ row, scale, over, selected, unfolded, gutter, onToggle, onSelect }: TraceLineProps) {
  const t = useT();
  const format = useFormat();
  const title = useRowTitle()(row);
  const state = row.state === "running" && over ? "stopped" : row.state;
  const unfinished = state === "running" || state === "waiting";
  return (
    <li className="trace-row" data-depth={row.depth} data-on={selected || undefined}>
      <span className="trace-name" style={{ paddingInlineStart: row.depth * 18 }}>
        {row.kind === "step" && row.folds && (
          <IconButton
            size="xs"
            label={t(unfolded ? "run.fold" : "run.unfold", { title })}
            aria-expanded={unfolded}
            onClick={onToggle}
          >
            {unfolded ? <ChevronDown aria-hidden /> : <ChevronRight className="flip" aria-hidden />}
          </IconButton>
        )}
        {row.kind === "step" && !row.folds && gutter && <span className="trace-gutter" />}
        {row.kind === "step" ? (
          <>
            <StepTile type={row.step.node_type} size={22} />
            <button
              type="button"
              className="trace-open"
              aria-pressed={selected}
              onClick={() => onSelect(row.step.node_id, row.step.frame)}
            >
              <bdi className="clip" dir="auto">
                {title}
              </bdi>
            </button>
            {row.tries.length > 1 && (
              <span className="small faint trace-tries">{t("run.tries", { count: row.tries.length })}</span>
            )}
            {row.rounds.length > 0 && <RoundMarks states={row.rounds} over={over} />}
          </>
        ) : (
          <>
            <button type="button" className="trace-open trace-toggle" aria-expanded={unfolded} onClick={onToggle}>
              {unfolded ? <ChevronDown aria-hidden /> : <ChevronRight className="flip" aria-hidden />}
              {row.kind === "round" && (
                <span className={`trace-round num ${row.state}`} aria-hidden>
                  {format.number(row.round)}
                </span>
              )}
              <span className="ell">{title}</span>
            </button>
            {row.kind === "round" && row.item !== "" && (
              <span className="cell small faint trace-item">
                <bdi className="clip" dir="auto">
                  {row.item}
                </bdi>
              </span>
            )}
          </>
        )}
        <TraceSign state={state} />
      </span>
      <span className="trace-lane" aria-hidden>
        {scale.gaps.map((gap) => (
          <span
            key={gap.from}
            className="trace-gap"
            style={{ insetInlineStart: percent(gap.from, scale), inlineSize: percent(gap.to - gap.from, scale) }}
          />
        ))}
        <Bars row={row} state={state} scale={scale} />
      </span>
      <span className="num end small">{unfinished ? "…" : format.duration(row.to - row.from)}</span>
      <span className="num end small">{row.tokens > 0 ? format.number(row.tokens) : "–"}</span>
    </li>
  );
}

/** A step's tries are solid; the waits between them are dotted. */
function Bars({ row, state, scale }: { row: TraceRow; state: TraceState | "stopped"; scale: TimeScale }) {
  const look = (from: number, to: number) => ({
    insetInlineStart: percent(scale.at(from), scale),
    inlineSize: `max(3px, ${percent(scale.at(to) - scale.at(from), scale)})`,
  });
  if (row.kind !== "step") return <span className={`trace-bar round ${state}`} style={look(row.from, row.to)} />;
  const person = row.step.node_type === "human-input" ? "person" : "";
  return (
    <>
      {row.tries.length > 1 && <span className="trace-wait" style={look(row.from, row.to)} />}
      {row.tries.map((part, index) => (
        <span
          key={part.attempt}
          className={`trace-bar ${index === row.tries.length - 1 ? state : part.state} ${person}`}
          style={look(part.from, part.to)}
        />
      ))}
    </>
  );
}

const percent = (ms: number, { total }: TimeScale) => `${(ms / total) * 100}%`;

/** One small square for each round; rows tell the same in words. */
function RoundMarks({ states, over }: { states: TraceState[]; over: boolean }) {
  return (
    <span className="trace-marks" aria-hidden>
      {states.map((state, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a round is known by its place
        <i key={index} className={`trace-mark ${state === "running" && over ? "stopped" : state}`} />
      ))}
    </span>
  );
}

function useRowTitle(): (row: TraceRow) => string {
  const t = useT();
  const format = useFormat();
  const kindName = useKindName();
  return (row) => {
    switch (row.kind) {
      case "step":
        return row.step.title || kindName(row.step.node_type);
      case "round":
        return t("run.round", { n: format.number(row.round) });
      case "range":
        return t("run.rounds", { first: format.number(row.first), last: format.number(row.last) });
    }
  };
}

function TraceSign({ state }: { state: TraceState | "stopped" }) {
  const t = useT();
  switch (state) {
    case "failed":
      return <CircleAlert size={15} className="sign-bad" aria-label={t("run.state.failed")} />;
    case "retried":
      return <RotateCcw size={14} className="sign-warn flip" aria-label={t("run.state.retried")} />;
    case "exception":
      return <ShieldCheck size={14} className="sign-warn" aria-label={t("run.state.handled")} />;
    case "waiting":
      return <UserCheck size={14} className="sign-human" aria-label={t("run.state.waiting")} />;
    default:
      return null;
  }
}
