import type { AppDetail } from "@diwan/contracts";
import { Chip, CopyIconButton, FailureCard, JsonView, useT } from "@diwan/ui";
import { Markdown } from "@diwan/ui/markdown";
import { FlaskConical } from "lucide-react";
import { runErrorText } from "../../../../shared/api/error-text.ts";
import { useRun } from "../../live/run-context.tsx";
import { isOver } from "../../model/run-view.ts";

/** What the run gives back: streamed text while it comes, then the named outputs; or why it failed. */
export function ResultTab({ app }: { app: AppDetail }) {
  const t = useT();
  const view = useRun((run) => run.view);
  const over = isOver(view.status);
  const outputs = Object.entries(view.outputs);
  const [only] = outputs.length === 1 ? outputs : [];
  const text = view.answer !== "" ? view.answer : typeof only?.[1] === "string" ? only[1] : "";
  const rest = outputs.filter(([, value]) => value !== text);
  return (
    <section className="result" aria-label={t("run.result")} aria-busy={!over}>
      {view.error !== null && (
        <FailureCard what={t("run.failed")} why={runErrorText(t, view.error)} code={view.error.code} />
      )}
      {(text !== "" || (!over && view.status !== "paused")) && (
        <>
          <div className="values-head">
            <h3>{t("run.answer")}</h3>
            {app.uses_demo_model && (
              <Chip tone="gold" icon={<FlaskConical aria-hidden />}>
                {t("app.demo-answers")}
              </Chip>
            )}
            <span className="grow" />
            {text !== "" && <CopyIconButton text={text} />}
          </div>
          {text === "" ? <p className="muted small">{t("run.no-text-yet")}</p> : <Markdown text={text} live={!over} />}
        </>
      )}
      {over && rest.length > 0 && (
        <div>
          <div className="values-head">
            <h3>{t("run.outputs")}</h3>
            <span className="grow" />
            <CopyIconButton text={JSON.stringify(view.outputs, null, 2)} />
          </div>
          <JsonView value={Object.fromEntries(rest)} label={t("run.outputs")} />
        </div>
      )}
      {over && view.error === null && text === "" && outputs.length === 0 && (
        <p className="muted small">{t("run.no-outputs")}</p>
      )}
    </section>
  );
}
