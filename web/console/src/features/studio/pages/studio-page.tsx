import type { AppSummary } from "@diwan/contracts";
import { Button, buttonClass, DeniedState, EmptyState, FailedState, Loading, Skeleton, useT } from "@diwan/ui";
import { useInfiniteQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { FileUp, Plus, Wand2 } from "lucide-react";
import { useCallback } from "react";
import { ApiError } from "../../../shared/api/api-error.ts";
import { useErrorText } from "../../../shared/api/error-text.ts";
import { appQueries } from "../../../shared/apps/app-queries.ts";
import { usePageTitle } from "../../../shared/page-title.ts";
import { mayEdit, useWorkspace } from "../../../shared/session/use-session.ts";
import { AppCard } from "../components/app-card.tsx";
import { AppTable } from "../components/app-table.tsx";
import { DropTarget } from "../components/drop-target.tsx";
import { Samples } from "../components/samples.tsx";
import { type StudioFilter, StudioFilters } from "../components/studio-filters.tsx";
import { handOver } from "../model/dropped-file.ts";
import "../studio.css";

export function StudioPage() {
  const t = useT();
  usePageTitle(t("frame.studio"));
  const workspace = useWorkspace();
  const navigate = useNavigate();
  const { q = "", kind, view } = useSearch({ from: "/frame/studio" });
  const filter: StudioFilter = { q, kind, view: view ?? "cards" };
  const onChange = useCallback(
    (change: Partial<StudioFilter>) =>
      void navigate({
        to: "/studio",
        replace: true,
        search: (old) => {
          const next = { ...old, ...change };
          return { q: next.q || undefined, kind: next.kind, view: next.view === "list" ? "list" : undefined };
        },
      }),
    [navigate],
  );
  if (!mayEdit(workspace)) {
    return (
      <div className="page">
        <header className="page-head">
          <h1>{t("frame.studio")}</h1>
        </header>
        <DeniedState title={t("studio.denied")} text={t("studio.denied.text")} />
      </div>
    );
  }
  return (
    <DropTarget
      onFile={(file) => {
        handOver(file);
        void navigate({ to: "/studio/import" });
      }}
    >
      <div className="page">
        <header className="page-head">
          <h1>{t("frame.studio")}</h1>
          <div className="row">
            <Link to="/studio/import" className={buttonClass("default")}>
              <FileUp aria-hidden />
              {t("studio.import")}
            </Link>
            <Link to="/studio/new" className={buttonClass("primary")}>
              <Plus aria-hidden />
              {t("studio.new")}
            </Link>
          </div>
        </header>
        <AppList workspaceId={workspace.id} filter={filter} onChange={onChange} />
      </div>
    </DropTarget>
  );
}

type AppListProps = { workspaceId: string; filter: StudioFilter; onChange: (change: Partial<StudioFilter>) => void };

function AppList({ workspaceId, filter, onChange }: AppListProps) {
  const t = useT();
  const sentence = useErrorText();
  const query = useInfiniteQuery(appQueries.list(workspaceId, filter.q, filter.kind));
  const filtered = filter.q !== "" || filter.kind !== undefined;
  const apps = query.data?.pages.flatMap((page) => page.data);
  const total = query.data?.pages[0]?.total ?? apps?.length;
  if (apps?.length === 0 && !filtered) return <FirstApp workspaceId={workspaceId} />;
  return (
    <>
      <StudioFilters filter={filter} count={total} onChange={onChange} />
      {query.isPending && (
        <Loading onRetry={() => void query.refetch()}>
          <CardSkeletons />
        </Loading>
      )}
      {query.isError && <ListFailure error={query.error} sentence={sentence} onRetry={() => void query.refetch()} />}
      {apps?.length === 0 && (
        <p className="muted">
          {t("studio.nothing-matches")}{" "}
          <Button variant="quiet" size="sm" onClick={() => onChange({ q: "", kind: undefined })}>
            {t("studio.clear-filters")}
          </Button>
        </p>
      )}
      {apps !== undefined && apps.length > 0 && <Apps apps={apps} view={filter.view} />}
      {query.hasNextPage && (
        <div className="foot-row">
          <Button busy={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
            {t("studio.more")}
          </Button>
        </div>
      )}
    </>
  );
}

function Apps({ apps, view }: { apps: AppSummary[]; view: StudioFilter["view"] }) {
  if (view === "list") return <AppTable apps={apps} />;
  return (
    <ul className="app-cards">
      {apps.map((app) => (
        <AppCard key={app.id} app={app} />
      ))}
    </ul>
  );
}

function FirstApp({ workspaceId }: { workspaceId: string }) {
  const t = useT();
  return (
    <EmptyState icon={<Wand2 size={22} />} title={t("studio.empty")} text={t("studio.empty.text")}>
      <Samples workspaceId={workspaceId} />
      <p className="small">
        <Link to="/studio/import">{t("studio.empty.import")}</Link>
      </p>
    </EmptyState>
  );
}

type ListFailureProps = { error: unknown; sentence: ReturnType<typeof useErrorText>; onRetry: () => void };

function ListFailure({ error, sentence, onRetry }: ListFailureProps) {
  const t = useT();
  if (error instanceof ApiError && error.status === 403) {
    return <DeniedState title={t("studio.denied")} text={t("studio.denied.text")} />;
  }
  const { why, requestId } = sentence(error);
  return <FailedState what={t("studio.failed")} why={why} requestId={requestId} onRetry={onRetry} />;
}

function CardSkeletons() {
  return (
    <div className="app-cards">
      {[1, 2, 3, 4, 5, 6].map((card) => (
        <div key={card} className="card app-card">
          <div className="app-card-top">
            <Skeleton style={{ inlineSize: 40, blockSize: 40, borderRadius: 11 }} />
            <div className="stack grow" style={{ gap: 6 }}>
              <Skeleton style={{ blockSize: 16, inlineSize: "55%" }} />
              <Skeleton style={{ blockSize: 12, inlineSize: "30%" }} />
            </div>
          </div>
          <Skeleton style={{ blockSize: 36 }} />
          <Skeleton style={{ blockSize: 22, inlineSize: 84, borderRadius: 999 }} />
        </div>
      ))}
    </div>
  );
}
