import type { AppSummary } from "@diwan/contracts";
import { AppIcon, IconButton, Menu, useFormat, useRightToLeft, useT } from "@diwan/ui";
import { Link } from "@tanstack/react-router";
import { MoreHorizontal } from "lucide-react";
import { AppKind, AppStatus, DemoTag } from "../../../shared/apps/app-kind.tsx";
import { useAppMenu } from "../../../shared/apps/use-app-menu.tsx";
import { sparkline } from "../model/sparkline.ts";

export function AppCard({ app }: { app: AppSummary }) {
  return (
    <li className="card app-card">
      <Link to="/apps/$appId/build" params={{ appId: app.id }} className="app-card-link" aria-label={app.name} />
      <div className="app-card-top">
        <AppIcon icon={app} />
        <div className="stack grow">
          <h2 className="cell">
            <bdi className="clip" dir="auto">
              {app.name}
            </bdi>
          </h2>
          <span className="row">
            <AppKind mode={app.mode} />
            {app.uses_demo_model && <DemoTag />}
          </span>
        </div>
        <AppMenuButton app={app} />
      </div>
      <p className="muted small clamp" dir="auto">
        {app.description}
      </p>
      <div className="app-card-foot">
        <AppStatus app={app} />
        <span className="grow" />
        <Activity app={app} />
      </div>
    </li>
  );
}

export function AppMenuButton({ app }: { app: AppSummary }) {
  const t = useT();
  const { entries, dialog } = useAppMenu(app, "card");
  return (
    <span className="row-action">
      <Menu
        entries={entries}
        trigger={
          <IconButton label={t("app.more-of", { name: app.name })}>
            <MoreHorizontal aria-hidden />
          </IconButton>
        }
      />
      {dialog}
    </span>
  );
}

function Activity({ app }: { app: AppSummary }) {
  const t = useT();
  const format = useFormat();
  if (app.run_count === 0) return <span className="faint small">{t("studio.never-run")}</span>;
  return (
    <>
      {app.runs_by_day.length > 1 && <Sparkline values={app.runs_by_day} failing={app.last_run_status === "failed"} />}
      <span className="small num run-count">
        {t("studio.runs", { count: app.run_count, shown: format.compact(app.run_count) })}
      </span>
    </>
  );
}

function Sparkline({ values, failing }: { values: number[]; failing: boolean }) {
  const rightToLeft = useRightToLeft();
  return (
    <svg width="90" height="27" className="sparkline" aria-hidden="true">
      <polyline
        points={sparkline(values, 90, 27, rightToLeft)}
        fill="none"
        stroke={failing ? "var(--bad)" : "var(--text-3)"}
        strokeWidth="1.5"
        strokeLinejoin="round"
        strokeLinecap="round"
      />
    </svg>
  );
}
