import type { AppSummary } from "@diwan/contracts";
import { AppIcon, useFormat, useT } from "@diwan/ui";
import { Link } from "@tanstack/react-router";
import { AppKind, AppStatus } from "../../../shared/apps/app-kind.tsx";
import { useNarrow } from "../../../shared/use-narrow.ts";
import { AppMenuButton } from "./app-card.tsx";

export function AppTable({ apps }: { apps: AppSummary[] }) {
  const t = useT();
  const format = useFormat();
  const narrow = useNarrow();
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a table that scrolls sideways must be reachable by keyboard
    <section className="card table-card" aria-label={t("studio.list-label")} tabIndex={0}>
      <table className="table as-cards app-rows">
        <thead>
          <tr>
            <th>{t("studio.column.name")}</th>
            <th>{t("studio.column.kind")}</th>
            <th>{t("studio.column.status")}</th>
            <th className="end">{t("studio.column.runs")}</th>
            <th>{t("studio.column.edited")}</th>
            <th aria-label={t("app.more")} />
          </tr>
        </thead>
        <tbody>
          {apps.map((app) => (
            <tr key={app.id}>
              <td>
                <span className="row">
                  <AppIcon icon={app} size={28} />
                  <Link to="/apps/$appId/build" params={{ appId: app.id }} className="row-link">
                    <bdi dir="auto">{app.name}</bdi>
                  </Link>
                </span>
              </td>
              <td className="wide-only">
                <AppKind mode={app.mode} />
              </td>
              <td>
                <AppStatus app={app} />
              </td>
              <td className="end num">
                {narrow
                  ? t("studio.runs", { count: app.run_count, shown: format.compact(app.run_count) })
                  : format.number(app.run_count)}
              </td>
              <td className="muted wide-only" title={format.moment(app.updated_at)}>
                {format.ago(app.updated_at)}
              </td>
              <td className="end">
                <AppMenuButton app={app} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
