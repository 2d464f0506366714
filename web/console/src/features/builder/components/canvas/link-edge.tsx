import { BaseEdge, type EdgeProps, getBezierPath } from "@xyflow/react";
import { memo } from "react";
import { useRun } from "../../live/run-context.tsx";

export const LinkEdge = memo(function LinkEdge(props: EdgeProps) {
  const state = useRun((run) => run.links.get(props.id));
  const [path] = getBezierPath({ ...props, curvature: 0.32 });
  return <BaseEdge id={props.id} path={path} interactionWidth={0} className={`link ${state ?? ""}`} />;
});
