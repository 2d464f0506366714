import type { AppDetail } from "@diwan/contracts";
import { announce, toast, useT } from "@diwan/ui";
import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { useErrorText } from "../../../shared/api/error-text.ts";
import { exampleOf, rememberExample } from "../../../shared/apps/example-inputs.ts";
import { runQuery, useStartRun, useStopRun } from "../api/run-queries.ts";
import {
  accepted,
  answered,
  asked,
  type Conversation,
  newConversation,
  refused,
  reopened,
} from "../model/conversation.ts";
import type { Graph } from "../model/graph.ts";
import type { RunView } from "../model/run-view.ts";
import { createRunStore } from "./run-store.ts";
import { useFollowedRun } from "./use-followed-run.ts";

type Needs = {
  app: AppDetail;
  graph: Graph;
  runId: string | undefined;
  onStarted: (runId: string) => void;
  onFailed: (stepId: string) => void;
};

/** The run on show, the conversation it belongs to, and starting and stopping runs. */
export function useBuilderRun({ app, graph, runId, onStarted, onFailed }: Needs) {
  const t = useT();
  const [store] = useState(createRunStore);
  const startedHere = useRef<string>(undefined);
  const [conversation, setConversation] = useState<Conversation>(newConversation);
  const queryClient = useQueryClient();
  const sentence = useErrorText();
  const startRun = useStartRun(app.id);
  const stopRun = useStopRun();

  useFollowedRun(store, runId, graph, (view: RunView, wasLive: boolean) => {
    if (runId === undefined) return;
    // A quick run may be over before it is first looked at; whoever started it is told all the same.
    if (wasLive || startedHere.current === runId) announce(t(`run.announce.${view.status}`));
    setConversation((old) => answered(old, runId, view));
    if (view.error?.node_id != null) onFailed(view.error.node_id);
    void queryClient.invalidateQueries({ queryKey: ["workspace"] });
  });
  useEffect(() => {
    if (runId === undefined) return;
    let current = true;
    // A run opened by its address brings its question along; one asked here is in the conversation already.
    void queryClient.fetchQuery(runQuery(runId)).then(
      (run) => {
        if (!current || run.query === null) return;
        setConversation((old) => (old.turns.some((turn) => turn.runId === runId) ? old : reopened(run)));
      },
      () => undefined,
    );
    return () => {
      current = false;
    };
  }, [runId, queryClient]);

  const begun = (id: string) => {
    startedHere.current = id;
    onStarted(id);
  };
  return {
    store,
    begun,
    conversation,
    starting: startRun.isPending,
    startError: startRun.error,
    start(inputs: Record<string, unknown>) {
      if (startRun.isPending) return;
      rememberExample(app.id, { inputs, query: exampleOf(app.id)?.query ?? "" });
      startRun.mutate({ inputs }, { onSuccess: (run) => begun(run.run_id) });
    },
    ask(query: string, inputs: Record<string, unknown>) {
      if (startRun.isPending) return;
      const before = conversation;
      setConversation(asked(before, query, inputs));
      startRun.mutate(
        { inputs, query, ...(before.id === null ? {} : { conversation_id: before.id }) },
        {
          onSuccess: (run) => {
            setConversation((old) => accepted(old, run.run_id, run.conversation_id));
            begun(run.run_id);
          },
          onError: () => setConversation(refused),
        },
      );
    },
    stop() {
      if (runId !== undefined) stopRun.mutate(runId, { onError: (error) => toast("bad", sentence(error).why) });
    },
    startAnew: () => {
      startRun.reset();
      setConversation(newConversation);
    },
  };
}
