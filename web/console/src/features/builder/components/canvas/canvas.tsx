import "@xyflow/react/dist/base.css";
import { Loading, Skeleton, stepKind, useRightToLeft, useT } from "@diwan/ui";
import { Background, BackgroundVariant, MiniMap, ReactFlow, ReactFlowProvider, useReactFlow } from "@xyflow/react";
import { useCallback, useContext, useEffect, useMemo, useRef, useState } from "react";
import { type StepFlowNode, toFlow } from "../../model/flow.ts";
import type { Graph } from "../../model/graph.ts";
import { type LayOut, lacksPlaces } from "../../model/layout.ts";
import { CanvasTools } from "./canvas-tools.tsx";
import { LinkEdge } from "./link-edge.tsx";
import { ContainerNode, MarkerNode, NoteNode } from "./other-nodes.tsx";
import { SelectContext } from "./select-context.ts";
import { StepNode } from "./step-node.tsx";

const nodeTypes = { step: StepNode, container: ContainerNode, marker: MarkerNode, note: NoteNode };
const edgeTypes = { link: LinkEdge };
const fit = { padding: 0.12, maxZoom: 1 };
/** Below this all steps are drawn, so that the keyboard reaches them in order. */
const drawnAtOnce = 120;

export function Canvas({ graph }: { graph: Graph }) {
  const rightToLeft = useRightToLeft();
  const layOut = useLayOut(graph);
  if (layOut === undefined && lacksPlaces(graph)) {
    return (
      <Loading>
        <Skeleton style={{ blockSize: "100%" }} />
      </Loading>
    );
  }
  return (
    // Another direction is another set of positions and handles; starting anew also fits the view.
    <ReactFlowProvider key={rightToLeft ? "rtl" : "ltr"}>
      <Flow graph={graph} layOut={layOut} />
    </ReactFlowProvider>
  );
}

/** Files from elsewhere may come without places; only then is the layout fetched. */
function useLayOut(graph: Graph): LayOut | undefined {
  const [layOut, setLayOut] = useState<LayOut>();
  const wanted = lacksPlaces(graph);
  useEffect(() => {
    if (!wanted) return;
    let current = true;
    void import("../../model/lay-out.ts").then((module) => current && setLayOut(() => module.layOut));
    return () => {
      current = false;
    };
  }, [wanted]);
  return layOut;
}

function Flow({ graph, layOut }: { graph: Graph; layOut: LayOut | undefined }) {
  const t = useT();
  const rightToLeft = useRightToLeft();
  const { select } = useContext(SelectContext);
  const flow = useReactFlow();
  const { nodes, edges } = useMemo(() => toFlow(graph, rightToLeft, layOut), [graph, rightToLeft, layOut]);
  const frame = useRef<HTMLElement>(null);
  const movedByHand = useRef(false);
  const fitNow = useCallback(() => void flow.fitView({ ...fit, duration: 200 }), [flow]);
  useEffect(() => {
    // Panels that open take room: the whole graph stays in view until the person has moved it.
    const observer = new ResizeObserver(() => {
      if (!movedByHand.current) fitNow();
    });
    if (frame.current !== null) observer.observe(frame.current);
    return () => observer.disconnect();
  }, [fitNow]);
  return (
    <section className="canvas" dir="ltr" aria-label={t("builder.canvas")} ref={frame}>
      <ReactFlow
        defaultNodes={nodes}
        defaultEdges={edges}
        nodeTypes={nodeTypes}
        edgeTypes={edgeTypes}
        nodeOrigin={rightToLeft ? [1, 0] : [0, 0]}
        nodesDraggable={false}
        nodesConnectable={false}
        nodesFocusable={false}
        edgesFocusable={false}
        elementsSelectable={false}
        onNodeClick={(_, node: StepFlowNode) => {
          if (node.type === "step" || node.type === "container") select(node.id);
        }}
        onPaneClick={() => select(undefined)}
        onMoveStart={(event) => {
          if (event !== null) movedByHand.current = true;
        }}
        fitView
        fitViewOptions={fit}
        minZoom={0.1}
        maxZoom={2}
        panOnScroll
        deleteKeyCode={null}
        onlyRenderVisibleElements={nodes.length > drawnAtOnce}
        proOptions={{ hideAttribution: true }}
        disableKeyboardA11y
      >
        <Background variant={BackgroundVariant.Dots} gap={20} size={1.7} color="var(--canvas-dot)" />
        <MiniMap
          pannable
          zoomable
          ariaLabel={null}
          position={rightToLeft ? "bottom-left" : "bottom-right"}
          nodeColor={mapColour}
          nodeStrokeWidth={0}
          nodeBorderRadius={12}
          maskColor="var(--map-mask)"
          style={{ width: 168, height: 104 }}
        />
      </ReactFlow>
      <div dir={rightToLeft ? "rtl" : "ltr"}>
        <CanvasTools
          onFit={() => {
            movedByHand.current = false;
            fitNow();
          }}
        />
      </div>
    </section>
  );
}

function mapColour(node: StepFlowNode): string {
  if (node.type === "container") return "var(--fam-logic-bg)";
  if (node.type === "note") return "var(--gold-line)";
  const family = stepKind(node.data.step.type)?.family;
  return family === undefined ? "var(--line-control)" : `color-mix(in oklab, var(--fam-${family}) 55%, var(--surface))`;
}
