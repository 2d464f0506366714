import type { AppDetail } from "@diwan/contracts";
import { EmptyState, useT } from "@diwan/ui";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { Workflow } from "lucide-react";
import { lazy, Suspense, useCallback, useMemo, useState } from "react";
import { AppFrame } from "../../../shared/apps/app-frame.tsx";
import { isChat } from "../../../shared/apps/app-kind.tsx";
import { exampleOf } from "../../../shared/apps/example-inputs.ts";
import { useNarrow } from "../../../shared/use-narrow.ts";
import { RunContext } from "../live/run-context.tsx";
import { useBuilderRun } from "../live/use-builder-run.ts";
import { RepeatContext, useRepeat } from "../live/use-repeat.ts";
import { frameText } from "../model/frames.ts";
import { readGraph } from "../model/graph.ts";
import { BarButtons } from "./bar-buttons.tsx";
import { Canvas } from "./canvas/canvas.tsx";
import { SelectContext } from "./canvas/select-context.ts";
import { ChatPanel } from "./chat/chat-panel.tsx";
import { TitlesContext, useKindName } from "./names.tsx";
import { OutlineList } from "./outline-list.tsx";
import { StepPanel } from "./panel/step-panel.tsx";
import { RunPanel, type RunTab } from "./run/run-panel.tsx";

type Search = {
  step?: string | undefined;
  /** Of a step in a container, the rounds it is looked at in. */
  at?: string | undefined;
  run?: string | undefined;
  tab?: RunTab | undefined;
};

const RepeatDialog = lazy(() =>
  import("./repeat/repeat-dialog.tsx").then((module) => ({ default: module.RepeatDialog })),
);

export function Builder({ app }: { app: AppDetail }) {
  const t = useT();
  const narrow = useNarrow();
  const navigate = useNavigate();
  const search = useSearch({ from: "/frame/apps/$appId/build" });
  const chatApp = isChat(app.mode);
  const [chatOpen, setChatOpen] = useState(chatApp && search.run !== undefined);
  // Counts of runs change with every run; the graph must not, or a run on show would be followed anew.
  const { graph: drawn, steps } = app;
  const graph = useMemo(() => readGraph({ graph: drawn, steps }), [drawn, steps]);
  const kindName = useKindName();
  const titles = useMemo(
    () => new Map(graph.steps.map((step) => [step.id, step.title || kindName(step.type)])),
    [graph, kindName],
  );
  const go = useCallback(
    (change: Search) =>
      void navigate({
        to: "/apps/$appId/build",
        params: { appId: app.id },
        search: (old) => ({ ...old, ...("step" in change ? { at: undefined } : {}), ...change }),
        replace: !("run" in change),
      }),
    [navigate, app.id],
  );
  const run = useBuilderRun({
    app,
    graph,
    runId: search.run,
    onStarted: (runId) => go({ run: runId, tab: "trace", step: undefined }),
    onFailed: (step) => {
      // A conversation tells of the failure itself and stays in view.
      if (!chatApp && search.step === undefined) go({ step });
    },
  });
  const { repeat, question, start, close } = useRepeat(app, run.begun);
  const selectContext = useMemo(
    () => ({ selected: search.step, select: (step: string | undefined) => go({ step }) }),
    [search.step, go],
  );
  const example = exampleOf(app.id);
  const selected = graph.steps.find((step) => step.id === search.step);
  const panelOpen = search.run !== undefined || search.tab !== undefined;
  const onRun = () => {
    if (chatApp) {
      setChatOpen(true);
      go({ step: undefined });
    } else if (app.inputs.some((field) => !field.hide)) go({ tab: "inputs", step: undefined });
    else run.start({});
  };
  const given = { ...example?.inputs, ...(search.run === undefined ? {} : run.store.getState().view.inputs) };
  return (
    <RunContext value={run.store}>
      <RepeatContext value={repeat}>
        <TitlesContext value={titles}>
          <SelectContext value={selectContext}>
            <AppFrame
              app={app}
              section="build"
              end={
                <BarButtons
                  app={app}
                  starting={run.starting}
                  runnable={graph.steps.length > 0}
                  onRun={onRun}
                  onStop={run.stop}
                />
              }
            >
              <div className="work">
                <div className="stage">
                  {graph.steps.length === 0 ? (
                    <EmptyState
                      icon={<Workflow size={22} />}
                      title={t("builder.no-steps")}
                      text={t("builder.no-steps.text")}
                    />
                  ) : narrow ? (
                    <OutlineList graph={graph} selected={search.step} onSelect={(step) => go({ step })} />
                  ) : (
                    <Canvas graph={graph} />
                  )}
                  {panelOpen && (
                    <RunPanel
                      app={app}
                      graph={graph}
                      tab={search.tab ?? "trace"}
                      selected={search.step}
                      place={search.at}
                      formsHere={!(chatOpen && selected === undefined)}
                      given={given}
                      starting={run.starting}
                      startError={run.startError}
                      onTab={(tab) => go({ tab })}
                      onSelect={(step, frame) => go({ step, at: frameText(frame) })}
                      onStart={run.start}
                      onAgain={() => run.start(run.store.getState().view.inputs)}
                      onClose={() => go({ run: undefined, tab: undefined })}
                    />
                  )}
                </div>
                {selected !== undefined && selected.view !== "note" ? (
                  <StepPanel
                    step={selected}
                    place={search.at}
                    onPlace={(at) => go({ step: selected.id, at })}
                    onClose={() => go({ step: undefined })}
                  />
                ) : (
                  chatOpen && (
                    <ChatPanel
                      app={app}
                      conversation={run.conversation}
                      example={example}
                      starting={run.starting}
                      startError={run.startError}
                      onAsk={run.ask}
                      onStop={run.stop}
                      onNew={() => {
                        run.startAnew();
                        go({ run: undefined, tab: undefined });
                      }}
                      onClose={() => setChatOpen(false)}
                    />
                  )
                )}
              </div>
            </AppFrame>
          </SelectContext>
        </TitlesContext>
        {question !== undefined && (
          <Suspense fallback={null}>
            <RepeatDialog app={app} question={question} busy={repeat.busy} onStart={start} onClose={close} />
          </Suspense>
        )}
      </RepeatContext>
    </RunContext>
  );
}
