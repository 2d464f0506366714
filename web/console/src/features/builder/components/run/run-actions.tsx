import { Button, IconButton, Menu, type MenuEntry, useT } from "@diwan/ui";
import { useNavigate } from "@tanstack/react-router";
import { Columns2, Ellipsis, History, Play, RotateCcw, X } from "lucide-react";
import { useContext } from "react";
import { useRun } from "../../live/run-context.tsx";
import { RepeatContext } from "../../live/use-repeat.ts";
import { isOver } from "../../model/run-view.ts";

type RunActionsProps = {
  appId: string;
  chat: boolean;
  starting: boolean;
  onAgain: () => void;
  onClose: () => void;
};

/** What can be made of the run on show: once more, from where it failed, with its recorded answers, beside another. */
export function RunActions({ appId, chat, starting, onAgain, onClose }: RunActionsProps) {
  const t = useT();
  const navigate = useNavigate();
  const repeat = useContext(RepeatContext);
  const about = useRun((run) => run.view.about);
  const over = useRun((run) => isOver(run.view.status));
  const broken = useRun((run) => run.view.status === "failed" || run.view.status === "stopped");
  const failed = useRun((run) => run.view.status === "failed");
  const entries: MenuEntry[] =
    about === null
      ? []
      : [
          { text: t("repeat.replay"), icon: <History size={16} aria-hidden />, onSelect: () => repeat.replay(about) },
          {
            text: t("repeat.compare"),
            icon: <Columns2 size={16} aria-hidden />,
            onSelect: () =>
              void navigate({ to: "/apps/$appId/runs/$runId/compare", params: { appId, runId: about.id } }),
          },
        ];
  return (
    <>
      {about !== null && over && (
        <>
          {!chat && (
            <Button size="sm" variant="quiet" icon={<Play aria-hidden />} busy={starting} onClick={onAgain}>
              {t("run.again")}
            </Button>
          )}
          {broken && (
            <Button
              size="sm"
              icon={<RotateCcw className="flip" aria-hidden />}
              busy={repeat.busy}
              onClick={() => repeat.retry(about, "failed")}
            >
              {t(failed ? "repeat.retry" : "repeat.go-on")}
            </Button>
          )}
          <Menu
            entries={entries}
            side="top"
            trigger={
              <IconButton label={t("repeat.menu")}>
                <Ellipsis aria-hidden />
              </IconButton>
            }
          />
        </>
      )}
      <IconButton label={t("run.close")} onClick={onClose} className="run-close">
        <X aria-hidden />
      </IconButton>
    </>
  );
}
