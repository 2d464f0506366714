import type { AppDetail } from "@diwan/contracts";
import { Button, Chip, IconButton, useT } from "@diwan/ui";
import { FlaskConical, MessageSquarePlus, X } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { useRun } from "../../live/run-context.tsx";
import type { Conversation } from "../../model/conversation.ts";
import { type FieldProblem, readForm, startValues, withValue } from "../../model/input-form.ts";
import { isOver } from "../../model/run-view.ts";
import { InputFields } from "../run/input-fields.tsx";
import { StartProblem } from "../run/inputs-tab.tsx";
import { AnswerText, ChatTurn } from "./chat-turn.tsx";
import { Composer } from "./composer.tsx";

type ChatPanelProps = {
  app: AppDetail;
  conversation: Conversation;
  /** Inputs and question that show a sample at its best. */
  example: { inputs: Record<string, unknown>; query: string } | undefined;
  starting: boolean;
  startError: unknown;
  onAsk: (query: string, inputs: Record<string, unknown>) => void;
  onStop: () => void;
  onNew: () => void;
  onClose: () => void;
};

/** A preview conversation with the draft, docked beside the canvas. */
export function ChatPanel({
  app,
  conversation,
  example,
  starting,
  startError,
  onAsk,
  onStop,
  onNew,
  onClose,
}: ChatPanelProps) {
  const t = useT();
  const { turns } = conversation;
  const [values, setValues] = useState(() => startValues(app.inputs, { ...example?.inputs, ...conversation.inputs }));
  const [problems, setProblems] = useState<Record<string, FieldProblem>>({});
  const following = useRun((run) => run.runId);
  const over = useRun((run) => isOver(run.view.status));
  const answer = useRun((run) => run.view.answer);
  const forms = useRun((run) => run.view.forms.length);
  const running = starting || (following !== null && !over && turns.at(-1)?.runId === following);
  const end = useRef<HTMLDivElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the view follows the answer as it grows
  useEffect(() => {
    end.current?.scrollIntoView({ block: "end" });
  }, [turns.length, answer, forms]);
  const ask = (query: string) => {
    const reading = readForm(app.inputs, values);
    setProblems(reading.ok ? {} : reading.problems);
    if (reading.ok) onAsk(query, reading.inputs);
  };
  const suggestions = example?.query ? [example.query, ...app.suggested_questions] : app.suggested_questions;
  return (
    <aside className="dock chat" aria-label={t("chat.preview")}>
      <header className="dock-head">
        <div className="stack grow">
          <h2>{t("chat.preview")}</h2>
          <span className="small faint">{t("chat.with-draft")}</span>
        </div>
        {app.uses_demo_model && (
          <Chip tone="gold" icon={<FlaskConical aria-hidden />}>
            {t("app.demo-answers")}
          </Chip>
        )}
        <IconButton label={t("chat.new")} onClick={onNew}>
          <MessageSquarePlus aria-hidden />
        </IconButton>
        <IconButton label={t("ui.close")} onClick={onClose}>
          <X aria-hidden />
        </IconButton>
      </header>
      <div className="chat-turns">
        {turns.length === 0 && app.inputs.some((field) => !field.hide) && (
          <section className="chat-inputs" aria-label={t("run.inputs")}>
            <InputFields
              app={app}
              values={values}
              problems={problems}
              onChange={(variable, change) => setValues((old) => withValue(old, variable, change))}
            />
          </section>
        )}
        {app.opening_statement !== "" && <AnswerText text={app.opening_statement} live={false} />}
        {turns.map((turn, index) => (
          <ChatTurn key={turn.runId ?? `open-${index}`} appId={app.id} turn={turn} />
        ))}
        <StartProblem error={startError} />
        <div ref={end} />
      </div>
      {turns.length === 0 && suggestions.length > 0 && (
        <div className="chat-suggestions">
          {suggestions.map((question) => (
            <Button key={question} size="sm" onClick={() => ask(question)}>
              <bdi className="clip" dir="auto">
                {question}
              </bdi>
            </Button>
          ))}
        </div>
      )}
      <Composer running={running} onSend={ask} onStop={onStop} />
    </aside>
  );
}
