import type { AppDetail, RunSummary } from "@diwan/contracts";
import { Button, buttonClass, EmptyState, FailedState, Loading, Skeleton, useFormat, useT } from "@diwan/ui";
import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Columns2 } from "lucide-react";
import { useErrorText } from "../../../shared/api/error-text.ts";
import { shortRunId } from "../../../shared/runs/run-id.ts";
import { RunStatusChip } from "../../../shared/runs/run-status-chip.tsx";
import { runsQuery } from "../api/runs-queries.ts";

/** Which run to hold against this one. */
export function ChooseRun({ app, runId }: { app: AppDetail; runId: string }) {
  const t = useT();
  const sentence = useErrorText();
  const query = useInfiniteQuery(runsQuery(app.id));
  const runs = query.data?.pages.flatMap((page) => page.data);
  const others = runs?.filter((run) => run.id !== runId);
  // The run that this one was made from is what it is mostly compared with.
  const of = runs?.find((run) => run.id === runId)?.repeats?.of;
  const sorted = others?.toSorted((one, other) => Number(other.id === of) - Number(one.id === of));
  return (
    <div className="app-scroll">
      <div className="page">
        <header className="page-head">
          <h2>{t("compare.choose")}</h2>
          <span className="grow muted small">
            {t("compare.choose.text", { run: `\u2068${shortRunId(runId)}\u2069` })}
          </span>
          <Link
            to="/apps/$appId/build"
            params={{ appId: app.id }}
            search={{ run: runId, tab: "trace" }}
            className={buttonClass()}
          >
            {t("app.cancel")}
          </Link>
        </header>
        {query.isPending && (
          <Loading onRetry={() => void query.refetch()}>
            <Skeleton style={{ blockSize: 320, borderRadius: 14 }} />
          </Loading>
        )}
        {query.isError && (
          <FailedState what={t("runs.failed")} {...sentence(query.error)} onRetry={() => void query.refetch()} />
        )}
        {sorted?.length === 0 && (
          <EmptyState icon={<Columns2 size={22} />} title={t("compare.none")} text={t("compare.none.text")} />
        )}
        {sorted !== undefined && sorted.length > 0 && (
          <ul className="card run-choice">
            {sorted.map((run) => (
              <RunChoice key={run.id} run={run} runId={runId} isOrigin={run.id === of} />
            ))}
          </ul>
        )}
        {query.hasNextPage && (
          <div className="foot-row">
            <Button busy={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
              {t("runs.more")}
            </Button>
          </div>
        )}
      </div>
    </div>
  );
}

function RunChoice({ run, runId, isOrigin }: { run: RunSummary; runId: string; isOrigin: boolean }) {
  const t = useT();
  const format = useFormat();
  return (
    <li>
      <RunStatusChip status={run.status} quiet />
      <Link
        to="/apps/$appId/runs/$runId/compare"
        params={{ appId: run.app_id, runId: isOrigin ? run.id : runId }}
        search={{ with: isOrigin ? runId : run.id }}
        className="row-link"
        title={format.moment(run.created_at)}
      >
        {format.ago(run.created_at)}
      </Link>
      <bdi className="mono small faint" dir="ltr">
        {shortRunId(run.id)}
      </bdi>
      {isOrigin && <span className="small muted">{t("compare.origin")}</span>}
      {run.repeats !== null && (
        <span className="small muted">
          {t(`repeat.of.${run.repeats.kind}`, { run: `\u2068${shortRunId(run.repeats.of)}\u2069` })}
        </span>
      )}
      <span className="grow" />
      <span className="num small muted">{t("runs.version", { n: format.number(run.version_number) })}</span>
      <span className="num small muted run-choice-time">
        {run.elapsed_ms === null ? "–" : format.duration(run.elapsed_ms)}
      </span>
    </li>
  );
}
