import { CopyIconButton, FailureCard, Ring, useFormat, useT } from "@diwan/ui";
import { Markdown } from "@diwan/ui/markdown";
import { Check } from "lucide-react";
import { runErrorText } from "../../../../shared/api/error-text.ts";
import { useRun } from "../../live/run-context.tsx";
import type { Turn } from "../../model/conversation.ts";
import { isOver } from "../../model/run-view.ts";
import { AnsweredForms, OpenForms } from "../form/forms.tsx";

/** A question and its answer; the one being answered reads the live run. */
export function ChatTurn({ appId, turn }: { appId: string; turn: Turn }) {
  const t = useT();
  const format = useFormat();
  const view = useRun((run) => (run.runId === turn.runId ? run.view : undefined));
  const answer = view === undefined || turn.answer !== "" ? turn.answer : view.answer;
  const status = view?.status ?? turn.status;
  const error = view?.error ?? turn.error;
  const over = isOver(status);
  return (
    <>
      <p className="chat-question" dir="auto">
        {turn.query}
      </p>
      <article aria-label={t("chat.answer")} aria-busy={!over}>
        {!over && status !== "paused" && answer === "" && (
          <p className="chat-steps">
            <Ring />
            {view?.steps.at(-1)?.title || t("chat.thinking")}
          </p>
        )}
        {turn.work !== null && (
          <p className="chat-steps">
            {status === "succeeded" && <Check size={15} aria-hidden />}
            {t("chat.steps", { count: turn.work.steps, time: format.duration(turn.work.elapsedMs) })}
          </p>
        )}
        {view !== undefined && <AnsweredForms />}
        {answer !== "" && <AnswerText text={answer} live={!over} />}
        {view !== undefined && <OpenForms appId={appId} />}
        {error !== null && <FailureCard what={t("run.failed")} why={runErrorText(t, error)} />}
        {status === "stopped" && <p className="small muted">{t("run.announce.stopped")}</p>}
        {over && answer !== "" && (
          <div className="chat-actions">
            <CopyIconButton text={answer} />
          </div>
        )}
      </article>
    </>
  );
}

export function AnswerText({ text, live }: { text: string; live: boolean }) {
  return (
    <div className="chat-answer">
      <Markdown text={text} live={live} />
    </div>
  );
}
