import type { AppDetail, RunSummary } from "@diwan/contracts";
import { Button, buttonClass, EmptyState, FailedState, Loading, Skeleton, useFormat, useT } from "@diwan/ui";
import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Play } from "lucide-react";
import { runErrorText, useErrorText } from "../../../shared/api/error-text.ts";
import { RunOrigin } from "../../../shared/runs/run-origin.tsx";
import { RunStatusChip } from "../../../shared/runs/run-status-chip.tsx";
import { runsQuery } from "../api/runs-queries.ts";

export function RunList({ app }: { app: AppDetail }) {
  const t = useT();
  const sentence = useErrorText();
  const query = useInfiniteQuery(runsQuery(app.id));
  const runs = query.data?.pages.flatMap((page) => page.data);
  const total = query.data?.pages[0]?.total;
  return (
    <div className="page">
      <header className="page-head">
        <h2>{t("app.section.runs")}</h2>
        {total !== undefined && <span className="faint small num">{t("runs.count", { count: total })}</span>}
      </header>
      {query.isPending && (
        <Loading onRetry={() => void query.refetch()}>
          <Skeleton style={{ blockSize: 420, borderRadius: 14 }} />
        </Loading>
      )}
      {query.isError && (
        <FailedState what={t("runs.failed")} {...sentence(query.error)} onRetry={() => void query.refetch()} />
      )}
      {runs?.length === 0 && (
        <EmptyState
          icon={<Play size={22} />}
          title={t("runs.empty")}
          text={t("runs.empty.text")}
          actions={
            <Link to="/apps/$appId/build" params={{ appId: app.id }} className={buttonClass("primary")}>
              {t("runs.empty.open")}
            </Link>
          }
        />
      )}
      {runs !== undefined && runs.length > 0 && <RunTable appId={app.id} runs={runs} />}
      {query.hasNextPage && (
        <div className="foot-row">
          <Button busy={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
            {t("runs.more")}
          </Button>
        </div>
      )}
    </div>
  );
}

function RunTable({ appId, runs }: { appId: string; runs: RunSummary[] }) {
  const t = useT();
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a table that scrolls sideways must be reachable by keyboard
    <section className="card table-card" aria-label={t("app.section.runs")} tabIndex={0}>
      <table className="table as-cards">
        <thead>
          <tr>
            <th>{t("runs.column.status")}</th>
            <th>{t("runs.column.started")}</th>
            <th>{t("runs.column.trigger")}</th>
            <th>{t("runs.column.version")}</th>
            <th className="end">{t("runs.column.steps")}</th>
            <th className="end">{t("runs.column.tokens")}</th>
            <th className="end">{t("runs.column.time")}</th>
          </tr>
        </thead>
        <tbody>
          {runs.map((run) => (
            <RunRow key={run.id} appId={appId} run={run} />
          ))}
        </tbody>
      </table>
    </section>
  );
}

function RunRow({ appId, run }: { appId: string; run: RunSummary }) {
  const t = useT();
  const format = useFormat();
  return (
    <tr>
      <td className="run-state">
        <span className="row">
          <RunStatusChip status={run.status} quiet />
          <RunOrigin run={run} />
          {run.error !== null && (
            <span className="cell small faint">
              <bdi className="clip" dir="auto" title={run.error.message}>
                {runErrorText(t, run.error)}
              </bdi>
            </span>
          )}
        </span>
      </td>
      <td>
        <Link
          to="/apps/$appId/build"
          params={{ appId }}
          search={{ run: run.id, tab: "trace", ...(run.error?.node_id == null ? {} : { step: run.error.node_id }) }}
          className="row-link"
          title={format.moment(run.created_at)}
        >
          {format.ago(run.created_at)}
        </Link>
      </td>
      <td className="muted">{t(`runs.trigger.${run.trigger}`)}</td>
      <td className="muted num wide-only">{t("runs.version", { n: format.number(run.version_number) })}</td>
      <td className="end num muted wide-only">{format.number(run.total_steps)}</td>
      <td className="end num muted wide-only">{run.total_tokens === 0 ? "–" : format.number(run.total_tokens)}</td>
      <td className="end num">{run.elapsed_ms === null ? "–" : format.duration(run.elapsed_ms)}</td>
    </tr>
  );
}
