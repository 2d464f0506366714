import type { RunSummary } from "@diwan/contracts";
import { Chip, Ring, type Tone, useT } from "@diwan/ui";
import { Check, CircleAlert, Clock, Hourglass, ShieldCheck, Square } from "lucide-react";
import type { ReactNode } from "react";

const looks: Record<RunSummary["status"], { tone: Tone; icon: ReactNode }> = {
  queued: { tone: "neutral", icon: <Clock aria-hidden /> },
  running: { tone: "run", icon: <Ring /> },
  succeeded: { tone: "ok", icon: <Check aria-hidden /> },
  "partial-succeeded": { tone: "warn", icon: <ShieldCheck aria-hidden /> },
  failed: { tone: "bad", icon: <CircleAlert aria-hidden /> },
  stopped: { tone: "neutral", icon: <Square aria-hidden /> },
  paused: { tone: "warn", icon: <Hourglass aria-hidden /> },
};

/** In a list, what went well is `quiet`: a tick and grey words, so that only what needs a person has colour. */
export function RunStatusChip({ status, quiet }: { status: RunSummary["status"]; quiet?: boolean }) {
  const t = useT();
  if (quiet && status === "succeeded") {
    return (
      <span className="quiet-state">
        <Check size={15} strokeWidth={2.2} aria-hidden />
        {t(`runs.status.${status}`)}
      </span>
    );
  }
  return (
    <Chip tone={looks[status].tone} icon={looks[status].icon}>
      {t(`runs.status.${status}`)}
    </Chip>
  );
}
