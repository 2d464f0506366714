import type { AppDetail } from "@diwan/contracts";
import { buttonClass, DeniedState, EmptyState, FailedState, Loading, Skeleton, useT } from "@diwan/ui";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { SearchX } from "lucide-react";
import type { ReactNode } from "react";
import { ApiError } from "../api/api-error.ts";
import { useErrorText } from "../api/error-text.ts";
import { appQueries } from "./app-queries.ts";

/** Loads an app and draws what stands in its place meanwhile, or when it is gone, refused or out of reach. */
export function AppLoader({ appId, children }: { appId: string; children: (app: AppDetail) => ReactNode }) {
  const t = useT();
  const sentence = useErrorText();
  const app = useQuery(appQueries.detail(appId));
  if (app.data !== undefined) return children(app.data);
  if (app.isPending) {
    return (
      <Loading onRetry={() => void app.refetch()}>
        <Skeleton style={{ blockSize: 52, borderRadius: 0 }} />
        <Skeleton style={{ blockSize: 240, margin: 24, borderRadius: 14 }} />
      </Loading>
    );
  }
  const toStudio = (
    <Link to="/studio" className={buttonClass("default")}>
      {t("frame.to-studio")}
    </Link>
  );
  if (app.error instanceof ApiError && app.error.status === 404) {
    return (
      <EmptyState icon={<SearchX size={22} />} title={t("app.gone")} text={t("app.gone.text")} actions={toStudio} />
    );
  }
  if (app.error instanceof ApiError && app.error.status === 403) {
    return <DeniedState title={t("app.denied")} text={t("app.denied.text")} actions={toStudio} />;
  }
  const { why, requestId } = sentence(app.error);
  return (
    <div className="page narrow">
      <FailedState what={t("app.failed")} why={why} requestId={requestId} onRetry={() => void app.refetch()} />
    </div>
  );
}
