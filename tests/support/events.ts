import type { RunEvent } from "@diwan/contracts";

/** The pieces of the reply, in order. */
export function deltas(events: RunEvent[]): string[] {
  return events.flatMap((event) => (event.type === "text-delta" ? [event.text] : []));
}

/** What happened, a few words for each event. */
export function kinds(events: RunEvent[]): string[] {
  return events.map((event) => {
    if (event.type === "step.started") return `started ${event.nodeId}`;
    if (event.type === "step.finished" || event.type === "step.retried")
      return `${event.type.slice(5)} ${event.step.nodeId}`;
    return event.type === "text-delta" ? `text ${event.text}` : event.type;
  });
}
