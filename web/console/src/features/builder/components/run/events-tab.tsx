import type { ConsoleRunEvent } from "@diwan/contracts";
import { useFormat, useT } from "@diwan/ui";
import { useRun } from "../../live/run-context.tsx";

const shownAtMost = 400;

/** The raw stream, newest last; of a run opened after its end, what its record tells. */
export function EventsTab() {
  const t = useT();
  const format = useFormat();
  const log = useRun((run) => run.view.log);
  const streamed = useRun((run) => run.view.lastEventId > 0);
  if (log.length === 0) return <p className="run-empty muted small">{t("run.no-events")}</p>;
  return (
    <>
      {!streamed && <p className="events-note faint small">{t("run.events-kept")}</p>}
      <ol className="events" aria-label={t("run.tab.events")}>
        {log.slice(-shownAtMost).map(({ id, event }) => (
          <li key={id}>
            <span className="num faint">{format.number(id, { useGrouping: false })}</span>
            <bdi className="mono event-name" dir="ltr">
              {event.event}
            </bdi>
            <bdi className="mono clip faint" dir="ltr">
              {summaryOf(event)}
            </bdi>
          </li>
        ))}
      </ol>
    </>
  );
}

function summaryOf(event: ConsoleRunEvent): string {
  switch (event.event) {
    case "run.started":
      return JSON.stringify(event.inputs);
    case "step.started":
    case "step.finished":
    case "step.retried":
      return `${event.step.node_id} ${event.step.status}`;
    case "round.started":
      return `${event.node_id} ${event.round + 1}`;
    case "form.required":
      return `${event.form.node_id} ${event.form.actions.map((action) => action.id).join(", ")}`;
    case "form.closed":
      return `${event.node_id} ${event.action ?? "–"}`;
    case "run.paused":
      return event.run.status;
    case "text-delta":
    case "reasoning-delta":
    case "text-replaced":
      return JSON.stringify(event.text);
    case "run.finished":
      return event.run.status;
  }
}
