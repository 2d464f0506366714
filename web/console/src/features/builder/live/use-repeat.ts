import type { AppDetail, RunSummary } from "@diwan/contracts";
import { toast, useFormat, useT } from "@diwan/ui";
import { createContext, useState } from "react";
import { useErrorText } from "../../../shared/api/error-text.ts";
import { type RepeatVersion, type RetryFrom, useReplayRun, useRetryRun } from "../api/repeat-queries.ts";

/** What a person is asked before a run is made from another one. */
export type RepeatQuestion = { run: RunSummary } & ({ kind: "retry"; from: RetryFrom } | { kind: "replay" });
export type Repeat = {
  busy: boolean;
  retry: (run: RunSummary, from: RetryFrom) => void;
  replay: (run: RunSummary) => void;
};

/** How steps and the run's own bar make a new run of the one on show. */
export const RepeatContext = createContext<Repeat>({ busy: false, retry: () => {}, replay: () => {} });

/**
 * Retries and replays. A retry asks first only where the version that ran is not the live one: then either may be meant. A
 * replay always says what it is.
 */
export function useRepeat(app: AppDetail, onStarted: (runId: string) => void) {
  const t = useT();
  const format = useFormat();
  const sentence = useErrorText();
  const [question, setQuestion] = useState<RepeatQuestion>();
  const retryRun = useRetryRun(app.id);
  const replayRun = useReplayRun(app.id);
  const busy = retryRun.isPending || replayRun.isPending;
  const onError = (error: unknown) => toast("bad", sentence(error).why);
  const start = (asked: RepeatQuestion, version: RepeatVersion) => {
    if (busy) return;
    const runId = asked.run.id;
    if (asked.kind === "replay") {
      const onSuccess = (made: { run_id: string }) => {
        setQuestion(undefined);
        onStarted(made.run_id);
      };
      return replayRun.mutate({ runId, version }, { onError, onSuccess });
    }
    retryRun.mutate(
      { runId, from: asked.from, version },
      {
        onError,
        onSuccess: ({ run_id, reused, changed }) => {
          setQuestion(undefined);
          onStarted(run_id);
          toast("ok", t("repeat.reused", { count: reused, shown: format.number(reused) }));
          if (changed.length > 0) toast("ok", t("repeat.changed", { count: changed.length }));
        },
      },
    );
  };
  const isLive = (run: RunSummary) => run.version_number === app.published_version?.number;
  const repeat: Repeat = {
    busy,
    retry(run, from) {
      const asked: RepeatQuestion = { kind: "retry", run, from };
      if (isLive(run) || app.published_version === null) start(asked, "same");
      else setQuestion(asked);
    },
    replay: (run) => setQuestion({ kind: "replay", run }),
  };
  return { repeat, question, start, close: () => setQuestion(undefined) };
}
