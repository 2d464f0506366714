import type { AppDetail, RunComparison } from "@diwan/contracts";
import { buttonClass, FailedState, Loading, Notice, Skeleton, useFormat, useT } from "@diwan/ui";
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { ArrowLeftRight, Columns2 } from "lucide-react";
import { useErrorText } from "../../../shared/api/error-text.ts";
import { shortRunId } from "../../../shared/runs/run-id.ts";
import { RunOrigin } from "../../../shared/runs/run-origin.tsx";
import { RunStatusChip } from "../../../shared/runs/run-status-chip.tsx";
import { compareQuery } from "../api/compare-queries.ts";
import { stepKey } from "../model/comparison.ts";
import { ComparedList } from "./compared-list.tsx";
import { ComparedValues } from "./compared-values.tsx";

type ComparisonProps = { app: AppDetail; runId: string; otherId: string; chosen: string | undefined };

export function Comparison({ app, runId, otherId, chosen }: ComparisonProps) {
  const t = useT();
  const sentence = useErrorText();
  const navigate = useNavigate();
  const query = useQuery(compareQuery(runId, otherId));
  if (query.isPending) {
    return (
      <div className="app-scroll page">
        <Loading onRetry={() => void query.refetch()}>
          <Skeleton style={{ blockSize: 84, borderRadius: 14 }} />
          <Skeleton style={{ blockSize: 360, borderRadius: 14, marginBlockStart: 16 }} />
        </Loading>
      </div>
    );
  }
  if (query.isError) {
    return (
      <div className="app-scroll page">
        <FailedState what={t("compare.failed")} {...sentence(query.error)} onRetry={() => void query.refetch()} />
      </div>
    );
  }
  const { steps, first_difference: first } = query.data;
  const shownKey = chosen ?? (first === null ? undefined : stepKey(first));
  const shown = steps.find((step) => stepKey(step) === shownKey);
  const select = (key: string | undefined) =>
    void navigate({
      to: "/apps/$appId/runs/$runId/compare",
      params: { appId: app.id, runId },
      search: { with: otherId, ...(key === undefined ? {} : { step: key }) },
      replace: true,
    });
  return (
    <div className="compare">
      <div className="compare-main">
        <Head app={app} comparison={query.data} />
        <ComparedList comparison={query.data} selected={shownKey} onSelect={select} />
      </div>
      {shown !== undefined && (
        <ComparedValues
          key={shownKey}
          step={shown}
          isFirst={first !== null && shownKey === stepKey(first)}
          changed={steps.filter((step) => step.change !== "equal")}
          onSelect={select}
        />
      )}
    </div>
  );
}

function Head({ app, comparison }: { app: AppDetail; comparison: RunComparison }) {
  const t = useT();
  const { a, b, equal, first_difference: first, steps } = comparison;
  const parts = first === null ? undefined : steps.find((step) => stepKey(step) === stepKey(first));
  const title = parts?.title || parts?.node_id || "";
  return (
    <header className="compare-head">
      <div className="page-head">
        <h2>{t("compare.title")}</h2>
        {!equal && parts !== undefined && (
          <span className="muted grow" dir="auto">
            {t("compare.parts-at", { title })}
          </span>
        )}
        {(equal || parts === undefined) && <span className="grow" />}
        <Link
          to="/apps/$appId/runs/$runId/compare"
          params={{ appId: app.id, runId: a.id }}
          className={buttonClass("quiet", "sm")}
        >
          <Columns2 aria-hidden />
          {t("compare.other")}
        </Link>
      </div>
      <div className="compare-sides">
        <Side side="a" run={a} />
        <Link
          to="/apps/$appId/runs/$runId/compare"
          params={{ appId: app.id, runId: b.id }}
          search={{ with: a.id }}
          className={buttonClass("default", "md", "icon")}
          aria-label={t("compare.swap")}
          title={t("compare.swap")}
        >
          <ArrowLeftRight aria-hidden />
        </Link>
        <Side side="b" run={b} />
      </div>
      {equal && <Notice tone="ok">{t("compare.equal")}</Notice>}
    </header>
  );
}

function Side({ side, run }: { side: "a" | "b"; run: RunComparison["a"] }) {
  const t = useT();
  const format = useFormat();
  return (
    <section className="compare-side" data-side={side} aria-label={t(`compare.run.${side}`)}>
      <span className="letter" aria-hidden>
        {side.toUpperCase()}
      </span>
      <div className="stack grow compare-what">
        <span className="row wrap">
          <Link
            to="/apps/$appId/build"
            params={{ appId: run.app_id }}
            search={{ run: run.id, tab: "trace" }}
            className="mono strong"
            dir="ltr"
          >
            {shortRunId(run.id)}
          </Link>
          <RunStatusChip status={run.status} />
        </span>
        <span className="row wrap faint small">
          <span className="num" title={format.moment(run.created_at)}>
            {format.ago(run.created_at)} · {t("runs.version", { n: format.number(run.version_number) })}
          </span>
          <RunOrigin run={run} />
        </span>
      </div>
      <dl className="compare-facts num">
        <div>
          <dt>{t("runs.column.time")}</dt>
          <dd>{run.elapsed_ms === null ? "–" : format.duration(run.elapsed_ms)}</dd>
        </div>
        <div>
          <dt>{t("runs.column.tokens")}</dt>
          <dd>{format.number(run.total_tokens)}</dd>
        </div>
      </dl>
    </section>
  );
}
