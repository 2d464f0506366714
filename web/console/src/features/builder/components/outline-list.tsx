import { StepTile, useT } from "@diwan/ui";
import { useRun } from "../live/run-context.tsx";
import type { Graph } from "../model/graph.ts";
import { outline } from "../model/outline.ts";
import { StepStateMark } from "./canvas/step-state.tsx";
import { useKindName, useStepTitle } from "./names.tsx";

type OutlineListProps = { graph: Graph; selected: string | undefined; onSelect: (stepId: string) => void };

/** The steps as a list in the order they run: the builder on a narrow screen. */
export function OutlineList({ graph, selected, onSelect }: OutlineListProps) {
  const t = useT();
  const titleOf = useStepTitle();
  const kindName = useKindName();
  const states = useRun((run) => run.steps);
  return (
    <section className="outline" aria-label={t("builder.outline")}>
      <p className="small muted outline-note">{t("builder.narrow")}</p>
      <ol className="card">
        {outline(graph).map(({ step, depth }) => (
          <li key={step.id} style={{ paddingInlineStart: 12 + depth * 20 }} data-on={step.id === selected || undefined}>
            <StepTile type={step.support === "unknown" ? "" : step.type} size={28} />
            <button type="button" onClick={() => onSelect(step.id)}>
              <bdi className="clip strong" dir="auto">
                {titleOf(step)}
              </bdi>
              <span className="small faint">
                {step.support === "unknown"
                  ? t("builder.unknown-step")
                  : step.support === "later"
                    ? t("builder.later-step")
                    : kindName(step.type)}
              </span>
            </button>
            <StepStateMark state={states.get(step.id)} />
          </li>
        ))}
      </ol>
    </section>
  );
}
