import { StepTile, useRightToLeft, useT } from "@diwan/ui";
import { type NodeProps, useStore } from "@xyflow/react";
import { CircleDot } from "lucide-react";
import { memo, useContext } from "react";
import { useRun } from "../../live/run-context.tsx";
import type { StepFlowNode } from "../../model/flow.ts";
import { noteText } from "../../model/graph.ts";
import { stringAt } from "../../model/json.ts";
import { containerFacts } from "../../model/rows.ts";
import type { StepState } from "../../model/step-states.ts";
import { SelectContext } from "./select-context.ts";
import { InPort, isFar, OutPort, StepName, useFactWords } from "./step-node.tsx";
import { StateIcon, StepStateMark } from "./step-state.tsx";

/** For each and loop: a box around what they repeat. */
export const ContainerNode = memo(function ContainerNode({ data }: NodeProps<StepFlowNode>) {
  const { step } = data;
  const t = useT();
  const facts = useFactWords();
  const rightToLeft = useRightToLeft();
  const state = useRun((run) => run.steps.get(step.id));
  const { selected } = useContext(SelectContext);
  const far = useStore(isFar);
  const said = facts(containerFacts(step));
  return (
    <div
      className={["container", state?.name, selected === step.id ? "selected" : "", far ? "far" : ""]
        .filter(Boolean)
        .join(" ")}
      dir={rightToLeft ? "rtl" : "ltr"}
    >
      <InPort step={step} />
      <header>
        {!far && <StepTile type={step.type} />}
        <StepName step={step} />
        <span className="cell grow small faint">{!far && <span className="clip">{said}</span>}</span>
        {far ? state !== undefined && <StateIcon name={state.name} /> : <StepStateMark state={state} />}
      </header>
      {state?.rounds !== undefined && <RoundLine state={state} />}
      <OutPort id="source" />
      {stringAt(step.data, "error_strategy") === "fail-branch" && (
        <div className="step-row container-failure">
          {t("steps.on-failure")}
          <OutPort id="fail-branch" failure />
        </div>
      )}
    </div>
  );
});

/** A thin line under the head: the share of the rounds that have begun. */
function RoundLine({ state: { name, rounds } }: { state: StepState }) {
  if (rounds === undefined || rounds.of === null || rounds.of === 0) return null;
  // A loop that may end before its most is done when it has ended.
  const share = name === "succeeded" ? 1 : Math.min(1, rounds.begun / rounds.of);
  return (
    <span className={`round-line ${name}`} aria-hidden>
      <i style={{ inlineSize: `${share * 100}%` }} />
    </span>
  );
}

export const MarkerNode = memo(function MarkerNode() {
  const t = useT();
  return (
    <div className="marker" title={t("builder.round-start")}>
      <CircleDot size={17} aria-hidden />
      <OutPort id="source" />
    </div>
  );
});

const noteGrounds: Record<string, string> = {
  blue: "model",
  cyan: "know",
  green: "know",
  pink: "human",
  violet: "data",
};

export const NoteNode = memo(function NoteNode({ data }: NodeProps<StepFlowNode>) {
  const { step } = data;
  const rightToLeft = useRightToLeft();
  const author = step.data["showAuthor"] === true ? stringAt(step.data, "author") : "";
  return (
    <div
      className="canvas-note"
      dir={rightToLeft ? "rtl" : "ltr"}
      data-ground={noteGrounds[stringAt(step.data, "theme")]}
    >
      <p dir="auto">{noteText(step.data)}</p>
      {author !== "" && <bdi dir="auto">{author}</bdi>}
    </div>
  );
});
