import { Loading, Skeleton, useT } from "@diwan/ui";
import { CircleCheck, TimerOff } from "lucide-react";
import { lazy, Suspense } from "react";
import { useRun } from "../../live/run-context.tsx";

const FormCard = lazy(() => import("./form-card.tsx").then((module) => ({ default: module.FormCard })));

/** What the run on show asks of people. */
export function OpenForms({ appId }: { appId: string }) {
  const t = useT();
  const runId = useRun((run) => run.runId);
  const forms = useRun((run) => run.view.forms);
  if (runId === null || forms.length === 0) return null;
  return (
    <section className="asks" aria-label={t("form.asked")}>
      <Suspense
        fallback={
          <Loading>
            <Skeleton style={{ blockSize: 160, borderRadius: 12 }} />
          </Loading>
        }
      >
        {forms.map((form) => (
          <FormCard key={form.id} appId={appId} runId={runId} form={form} />
        ))}
      </Suspense>
    </section>
  );
}

/** What people have answered while this page looked, a line each. */
export function AnsweredForms() {
  const t = useT();
  const closed = useRun((run) => run.view.closedForms);
  if (closed.length === 0) return null;
  return (
    <ul className="asks" aria-label={t("form.answers")}>
      {closed.map(({ title, action }, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the list only grows at its end
        <li key={index} className="ask-answered">
          {action === null ? <TimerOff size={15} aria-hidden /> : <CircleCheck size={15} aria-hidden />}
          <span dir="auto">
            {action === null ? t("form.ran-out", { title }) : t("form.answered", { title, action })}
          </span>
        </li>
      ))}
    </ul>
  );
}
