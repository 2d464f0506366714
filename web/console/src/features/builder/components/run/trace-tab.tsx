import { useFormat, useT } from "@diwan/ui";
import { CircleDashed } from "lucide-react";
import { type CSSProperties, useMemo, useState } from "react";
import { useRun } from "../../live/run-context.tsx";
import { useNow } from "../../live/use-now.ts";
import { type Frame, frameText } from "../../model/frames.ts";
import type { Graph } from "../../model/graph.ts";
import { isOver, type RunView, tokensOf } from "../../model/run-view.ts";
import { isPassedBy } from "../../model/step-states.ts";
import { timeScale } from "../../model/time-scale.ts";
import { keysTo, ticks, traceRows } from "../../model/trace.ts";
import { useStepTitle } from "../names.tsx";
import { TraceLine } from "./trace-line.tsx";

type TraceTabProps = {
  graph: Graph;
  selected: string | undefined;
  /** Of several rounds, the one whose step is selected. */
  place: string | undefined;
  onSelect: (stepId: string, frame: Frame) => void;
};

/** Bars on a time line, one row per step; containers and their rounds unfold. */
export function TraceTab({ graph, selected, place, onSelect }: TraceTabProps) {
  const t = useT();
  const format = useFormat();
  const view = useRun((run) => run.view);
  const states = useRun((run) => run.steps);
  const over = isOver(view.status);
  const [chosen, setChosen] = useState<ReadonlySet<string>>();
  // A failure inside a container is in view without a search for it.
  const toFailure = useMemo(() => keysToFailure(view.steps, over), [view.steps, over]);
  const unfolded = chosen ?? toFailure;
  const now = useNow(!over && view.status !== "paused");
  const rows = traceRows(view, now, unfolded);
  const gutter = rows.some((row) => row.folds);
  const scale = timeScale(view, now);
  const titleOf = useStepTitle();
  const passedBy = graph.steps.filter(
    (step) => isPassedBy(states.get(step.id)) && step.view !== "marker" && step.parent === null,
  );
  const toggle = (key: string) => {
    const next = new Set(unfolded);
    if (!next.delete(key)) next.add(key);
    setChosen(next);
  };
  // Within a wait that was cut short no time can be read.
  const axis = ticks(scale.total).filter((at) => !scale.gaps.some((gap) => at > gap.from && at < gap.to));
  return (
    <div className="trace">
      <div className="trace-row trace-head" aria-hidden>
        <span />
        <span className="trace-axis num">
          {axis.map((at) => (
            <i key={at} style={{ insetInlineStart: `${(at / scale.total) * 100}%` }}>
              {at === 0 ? format.number(0) : format.duration(at)}
            </i>
          ))}
        </span>
        <span className="end">{t("run.column.time")}</span>
        <span className="end">{t("run.column.tokens")}</span>
      </div>
      <ul
        aria-label={t("run.trace")}
        style={{ "--tick": `${((axis[1] ?? scale.total) / scale.total) * 100}%` } as CSSProperties}
      >
        {rows.map((row) => (
          <TraceLine
            key={row.key}
            row={row}
            scale={scale}
            over={over}
            selected={
              row.kind === "step" &&
              row.step.node_id === selected &&
              (place === undefined || place === frameText(row.step.frame))
            }
            unfolded={unfolded.has(row.key)}
            gutter={gutter}
            onToggle={() => toggle(row.key)}
            onSelect={onSelect}
          />
        ))}
      </ul>
      {over && passedBy.length > 0 && (
        <p className="trace-rest">
          <CircleDashed size={15} aria-hidden />
          <span className="ell">
            {t(view.status === "succeeded" ? "run.not-taken" : "run.not-reached", { count: passedBy.length })}{" "}
            {format.list(passedBy.map(titleOf))}
          </span>
        </p>
      )}
      {over && (
        <div className="trace-row trace-total">
          <span>{t("run.whole")}</span>
          <span />
          <span className="num end">{format.duration(view.elapsedMs ?? scale.total)}</span>
          <span className="num end">{format.number(tokensOf(view))}</span>
        </div>
      )}
    </div>
  );
}

function keysToFailure(steps: RunView["steps"], over: boolean): ReadonlySet<string> {
  const failed = over ? steps.find((step) => step.status === "failed" && step.frame.length > 0) : undefined;
  return new Set(failed === undefined ? [] : keysTo({ steps }, failed));
}
