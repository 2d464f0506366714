import type { AppDetail } from "@diwan/contracts";
import { Button, toast, useT } from "@diwan/ui";
import { Play, Square } from "lucide-react";
import { useErrorText } from "../../../shared/api/error-text.ts";
import { usePublish } from "../api/run-queries.ts";
import { useRun } from "../live/run-context.tsx";
import { isOver } from "../model/run-view.ts";

type BarButtonsProps = { app: AppDetail; starting: boolean; runnable: boolean; onRun: () => void; onStop: () => void };

/** Run, which becomes Stop, and Publish where the draft is ahead of what is live. */
export function BarButtons({ app, starting, runnable, onRun, onStop }: BarButtonsProps) {
  const t = useT();
  const sentence = useErrorText();
  const running = useRun((run) => run.runId !== null && run.failure === null && !isOver(run.view.status));
  const publish = usePublish(app);
  const ahead = app.draft_ahead || app.published_version === null;
  return (
    <>
      {running ? (
        <Button icon={<Square aria-hidden />} onClick={onStop}>
          {t("builder.stop")}
        </Button>
      ) : (
        <Button
          variant={ahead ? "default" : "primary"}
          icon={<Play aria-hidden />}
          busy={starting}
          notNow={runnable ? undefined : t("builder.no-steps.text")}
          onClick={onRun}
        >
          {t("builder.run")}
        </Button>
      )}
      {ahead && (
        <Button
          variant="primary"
          busy={publish.isPending}
          onClick={() =>
            publish.mutate(undefined, {
              onSuccess: (live) => toast("ok", t("builder.published", { n: live.published_version?.number ?? 1 })),
              onError: (error) => toast("bad", sentence(error).why),
            })
          }
        >
          {t("builder.publish")}
        </Button>
      )}
    </>
  );
}
