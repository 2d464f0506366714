import { Chip, IconButton, StepTile, TabPanel, Tabs, useT } from "@diwan/ui";
import { FlaskConical, X } from "lucide-react";
import { useState } from "react";
import { useRun } from "../../live/run-context.tsx";
import type { Step } from "../../model/graph.ts";
import { stringAt } from "../../model/json.ts";
import { usesDemoModel } from "../../model/settings.ts";
import { useKindName, useStepTitle } from "../names.tsx";
import { StepLastRun } from "./step-last-run.tsx";
import { StepSettings } from "./step-settings.tsx";

type StepPanelProps = {
  step: Step;
  /** Of several rounds, the one to show; undefined for the first that matters. */
  place: string | undefined;
  onPlace: (place: string | undefined) => void;
  onClose: () => void;
};

/** What the selected step is set to, and how it did in the run on show. */
export function StepPanel({ step, place, onPlace, onClose }: StepPanelProps) {
  const t = useT();
  const title = useStepTitle()(step);
  const kindName = useKindName()(step.type);
  const ran = useRun((run) => run.view.steps.some((other) => other.node_id === step.id));
  const [chosen, setChosen] = useState<{ step: string; tab: "settings" | "run" }>();
  // A step of a run opens with its values, unless the person chose the settings for this step.
  const tab = chosen?.step === step.id ? chosen.tab : ran ? "run" : "settings";
  const note = stringAt(step.data, "desc");
  return (
    <aside className="dock" aria-label={t("builder.step-panel", { title })}>
      <header className="dock-head">
        <StepTile type={step.support === "unknown" ? "" : step.type} size={32} />
        <div className="stack grow">
          <h2 className="cell">
            <bdi className="clip" dir="auto">
              {title}
            </bdi>
          </h2>
          <span className="small faint">{step.support === "unknown" ? t("builder.unknown-step") : kindName}</span>
        </div>
        {usesDemoModel(step) && (
          <Chip tone="gold" icon={<FlaskConical aria-hidden />}>
            {t("app.demo-answers")}
          </Chip>
        )}
        <IconButton label={t("ui.close")} onClick={onClose}>
          <X aria-hidden />
        </IconButton>
      </header>
      <Tabs
        id="step"
        label={t("builder.step-tabs")}
        value={tab}
        onChange={(key) => setChosen({ step: step.id, tab: key })}
        items={[
          { key: "settings", text: t("builder.tab.settings") },
          { key: "run", text: t("builder.tab.last-run") },
        ]}
      />
      <TabPanel className="dock-body" id="step" value={tab}>
        {note !== "" && (
          <p className="small muted" dir="auto">
            {note}
          </p>
        )}
        {tab === "settings" ? (
          <StepSettings step={step} />
        ) : (
          <StepLastRun step={step} place={place} onPlace={onPlace} />
        )}
      </TabPanel>
    </aside>
  );
}
