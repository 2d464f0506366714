import type { RunSummary } from "@diwan/contracts";
import { useT } from "@diwan/ui";
import { Link } from "@tanstack/react-router";
import { History, RotateCcw } from "lucide-react";
import { shortRunId } from "./run-id.ts";
import "./runs.css";

/** Of a run that was made from another one: which, with the way there. */
export function RunOrigin({ run }: { run: Pick<RunSummary, "app_id" | "repeats"> }) {
  const t = useT();
  if (run.repeats === null) return null;
  const { kind, of } = run.repeats;
  const Sign = kind === "retry" ? RotateCcw : History;
  return (
    <Link
      to="/apps/$appId/build"
      params={{ appId: run.app_id }}
      search={{ run: of, tab: "trace" }}
      className="run-origin small"
    >
      <Sign size={13} strokeWidth={2.2} className={kind === "retry" ? "flip" : undefined} aria-hidden />
      {t(`repeat.of.${kind}`, { run: `\u2068${shortRunId(of)}\u2069` })}
    </Link>
  );
}
