import type { AppDetail } from "@diwan/contracts";
import { Button, IconButton, JsonView, Notice, TabPanel, Tabs, useFormat, useT } from "@diwan/ui";
import { RotateCcw, X } from "lucide-react";
import { useErrorText } from "../../../../shared/api/error-text.ts";
import { isChat } from "../../../../shared/apps/app-kind.tsx";
import { RunStatusChip } from "../../../../shared/runs/run-status-chip.tsx";
import { useRun } from "../../live/run-context.tsx";
import { useNow } from "../../live/use-now.ts";
import type { Graph } from "../../model/graph.ts";
import { isOver, tokensOf } from "../../model/run-view.ts";
import { EventsTab } from "./events-tab.tsx";
import { InputsTab } from "./inputs-tab.tsx";
import { ResultTab } from "./result-tab.tsx";
import { TraceTab } from "./trace-tab.tsx";

export type RunTab = "trace" | "result" | "inputs" | "events";

type RunPanelProps = {
  app: AppDetail;
  graph: Graph;
  tab: RunTab;
  selected: string | undefined;
  given: Record<string, unknown>;
  starting: boolean;
  startError: unknown;
  onTab: (tab: RunTab) => void;
  onSelect: (stepId: string) => void;
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
        <RunActions {...props} />
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
  if (tab === "result") return <ResultTab app={app} />;
  return (
    <div className={isChat(app.mode) ? "run-split one" : "run-split"}>
      <TraceTab graph={props.graph} selected={props.selected} onSelect={props.onSelect} />
      {!isChat(app.mode) && <ResultTab app={app} />}
    </div>
  );
}

function RunFacts() {
  const t = useT();
  const format = useFormat();
  const view = useRun((run) => run.view);
  const tokens = tokensOf(view);
  const running = !isOver(view.status) && view.startedAt !== null;
  const now = useNow(running);
  const elapsed = view.elapsedMs ?? (running ? Math.max(0, now - (view.startedAt ?? now)) : null);
  return (
    <span className="run-facts">
      <RunStatusChip status={view.status} />
      {elapsed !== null && <span className="num">{format.duration(elapsed)}</span>}
      {tokens > 0 && <span className="num">{t("run.tokens", { count: tokens, shown: format.number(tokens) })}</span>}
    </span>
  );
}

function RunActions({ app, starting, onAgain, onClose }: RunPanelProps) {
  const t = useT();
  const shown = useRun((run) => run.runId !== null);
  const over = useRun((run) => isOver(run.view.status));
  return (
    <>
      {shown && over && !isChat(app.mode) && (
        <Button
          size="sm"
          variant="quiet"
          icon={<RotateCcw className="flip" aria-hidden />}
          busy={starting}
          onClick={onAgain}
        >
          {t("run.again")}
        </Button>
      )}
      <IconButton label={t("run.close")} onClick={onClose} className="run-close">
        <X aria-hidden />
      </IconButton>
    </>
  );
}
