import { Hint, useFormat, useT } from "@diwan/ui";
import { useReactFlow, useViewport } from "@xyflow/react";
import { type LucideIcon, Maximize, Minus, Plus } from "lucide-react";

/** Zoom and fit, at the bottom centre of the canvas. */
export function CanvasTools({ onFit }: { onFit: () => void }) {
  const t = useT();
  const format = useFormat();
  const flow = useReactFlow();
  const { zoom } = useViewport();
  return (
    <div className="canvas-tools" role="toolbar" aria-label={t("builder.tools")}>
      <Tool label={t("builder.zoom-out")} icon={Minus} onClick={() => void flow.zoomOut()} />
      <Hint label={t("builder.zoom-reset")}>
        <button
          type="button"
          className="tool zoom num"
          aria-label={t("builder.zoom-is", { zoom: format.percent(zoom) })}
          onClick={() => void flow.zoomTo(1)}
        >
          {format.percent(zoom)}
        </button>
      </Hint>
      <Tool label={t("builder.zoom-in")} icon={Plus} onClick={() => void flow.zoomIn()} />
      <Tool label={t("builder.fit")} icon={Maximize} onClick={onFit} />
    </div>
  );
}

function Tool({ label, icon: Icon, onClick }: { label: string; icon: LucideIcon; onClick: () => void }) {
  return (
    <Hint label={label}>
      <button type="button" className="tool" aria-label={label} onClick={onClick}>
        <Icon size={17} strokeWidth={1.8} aria-hidden />
      </button>
    </Hint>
  );
}
