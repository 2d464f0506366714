import { StepTile, useFormat, useRightToLeft, useT } from "@diwan/ui";
import type { NodeProps } from "@xyflow/react";
import { CircleDot } from "lucide-react";
import { memo, useContext } from "react";
import { useRun } from "../../live/run-context.tsx";
import type { StepFlowNode } from "../../model/flow.ts";
import { noteText } from "../../model/graph.ts";
import { numberAt, stringAt } from "../../model/json.ts";
import { SelectContext } from "./select-context.ts";
import { InPort, OutPort, StepName } from "./step-node.tsx";
import { StepStateMark } from "./step-state.tsx";

/** For each and loop: a box around what they repeat. */
export const ContainerNode = memo(function ContainerNode({ data }: NodeProps<StepFlowNode>) {
  const { step } = data;
  const t = useT();
  const format = useFormat();
  const rightToLeft = useRightToLeft();
  const state = useRun((run) => run.steps.get(step.id));
  const { selected } = useContext(SelectContext);
  const parallel = step.data["is_parallel"] === true ? numberAt(step.data, "parallel_nums") : null;
  return (
    <div
      className={["container", state?.name, selected === step.id ? "selected" : ""].filter(Boolean).join(" ")}
      dir={rightToLeft ? "rtl" : "ltr"}
    >
      <InPort step={step} />
      <header>
        <StepTile type={step.type} />
        <StepName step={step} />
        {parallel !== null && (
          <span className="small faint">{t("builder.at-a-time", { n: format.number(parallel) })}</span>
        )}
        <span className="grow" />
        <StepStateMark state={state} />
      </header>
      <OutPort id="source" />
    </div>
  );
});

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
