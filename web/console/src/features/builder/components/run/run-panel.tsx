import type { AppDetail } from "@diwan/contracts";
import { JsonView, Notice, TabPanel, Tabs, useFormat, useT } from "@diwan/ui";
import { useErrorText } from "../../../../shared/api/error-text.ts";
import { isChat } from "../../../../shared/apps/app-kind.tsx";
import { RunOrigin } from "../../../../shared/runs/run-origin.tsx";
import { RunStatusChip } from "../../../../shared/runs/run-status-chip.tsx";
import { useRun } from "../../live/run-context.tsx";
import { useNow } from "../../live/use-now.ts";
import type { Frame } from "../../model/frames.ts";
import type { Graph } from "../../model/graph.ts";
import { isOver, tokensOf } from "../../model/run-view.ts";
import { AnsweredForms, OpenForms } from "../form/forms.tsx";
import { EventsTab } from "./events-tab.tsx";
import { InputsTab } from "./inputs-tab.tsx";
import { ResultTab } from "./result-tab.tsx";
import { RunActions } from "./run-actions.tsx";
import { TraceTab } from "./trace-tab.tsx";

export type RunTab = "trace" | "result" | "inputs" | "events";

type RunPanelProps = {
  app: AppDetail;
  graph: Graph;
  tab: RunTab;
  selected: string | undefined;
  /** Of several rounds, the one whose step is selected. */
  place: string | undefined;
  /** Forms are shown here, unless the preview beside shows them. */
  formsHere: boolean;
  given: Record<string, unknown>;
  starting: boolean;
  startError: unknown;
  onTab: (tab: RunTab) => void;
  onSelect: (stepId: string, frame: Frame) => void;
  onStart: (inputs: Record<string, unknown>) => void;
  onAgain: () => void;
  onClose: () => void;
};

/** Docked at the bottom: what a run does and gives, live. */
export function RunPanel(props: RunPanelProps) {
  const t = useT();
  const sentence = useErrorText();
  const { app, tab } = props;
  const shown = useRun((run) => run.runId);
  const failure = useRun((run) => run.failure);
  const line = useRun((run) => run.line);
  const tabs: RunTab[] = isChat(app.mode) ? ["trace", "inputs", "events"] : ["trace", "result", "inputs", "events"];
  return (
    <section className="run-panel" aria-label={t("run.panel")}>
      <header className="run-head">
        <Tabs
          flat
          id="run"
          label={t("run.panel")}
          value={tab}
          onChange={props.onTab}
          items={tabs.map((key) => ({ key, text: t(`run.tab.${key}`) }))}
        />
        <span className="grow" />
        {shown !== null && <RunFacts />}
        <RunActions
          appId={app.id}
          chat={isChat(app.mode)}
          starting={props.starting}
          onAgain={props.onAgain}
          onClose={props.onClose}
        />
      </header>
      <TabPanel className="run-body" id="run" value={tab}>
        {line === "lost" && <Notice tone="warn">{t("run.line-lost")}</Notice>}
        {failure !== null && (
          <Notice tone="bad" alert>
            {t("run.not-shown")} {sentence(failure).why}
          </Notice>
        )}
        <RunTabBody {...props} shown={shown} />
      </TabPanel>
    </section>
  );
}

function RunTabBody(props: RunPanelProps & { shown: string | null }) {
  const t = useT();
  const { app, tab, shown, given } = props;
  const asked = useRun((run) => run.view.forms.length > 0) && props.formsHere;
  if (tab === "inputs") {
    if (isChat(app.mode))
      return (
        <div className="result">
          <JsonView value={given} label={t("run.inputs")} />
        </div>
      );
    return (
      <InputsTab
        key={shown ?? "new"}
        app={app}
        given={given}
        busy={props.starting}
        error={props.startError}
        onStart={props.onStart}
      />
    );
  }
  if (shown === null) return <p className="run-empty muted small">{t("run.nothing-yet")}</p>;
  if (tab === "events") return <EventsTab />;
  const forms = props.formsHere && (
    <>
      <AnsweredForms />
      <OpenForms appId={app.id} />
    </>
  );
  if (tab === "result")
    return (
      <>
        {forms}
        <ResultTab app={app} />
      </>
    );
  return (
    <div className={isChat(app.mode) && !asked ? "run-split one" : "run-split"}>
      <TraceTab
        key={shown}
        graph={props.graph}
        selected={props.selected}
        place={props.place}
        onSelect={props.onSelect}
      />
      {isChat(app.mode) ? (
        asked && <div className="run-aside">{forms}</div>
      ) : (
        <div className="run-aside">
          {forms}
          <ResultTab app={app} />
        </div>
      )}
    </div>
  );
}

function RunFacts() {
  const t = useT();
  const format = useFormat();
  const view = useRun((run) => run.view);
  const tokens = tokensOf(view);
  const running = !isOver(view.status) && view.status !== "paused" && view.startedAt !== null;
  const now = useNow(running);
  const elapsed = view.elapsedMs ?? (running ? Math.max(0, now - (view.startedAt ?? now)) : null);
  return (
    <span className="run-facts">
      {view.about !== null && <RunOrigin run={view.about} />}
      <RunStatusChip status={view.status} />
      {elapsed !== null && <span className="num">{format.duration(elapsed)}</span>}
      {tokens > 0 && <span className="num">{t("run.tokens", { count: tokens, shown: format.number(tokens) })}</span>}
    </span>
  );
}
