import { useParams, useSearch } from "@tanstack/react-router";
import { AppFrame } from "../../../shared/apps/app-frame.tsx";
import { AppLoader } from "../../../shared/apps/app-loader.tsx";
import { ChooseRun } from "../components/choose-run.tsx";
import { Comparison } from "../components/comparison.tsx";
import "../compare.css";

/** Two runs of an app side by side; without a second one, the choice of it. */
export function ComparePage() {
  const { appId, runId } = useParams({ from: "/frame/apps/$appId/runs/$runId/compare" });
  const { with: otherId, step } = useSearch({ from: "/frame/apps/$appId/runs/$runId/compare" });
  return (
    <AppLoader appId={appId}>
      {(app) => (
        <AppFrame app={app} section="runs">
          {otherId === undefined ? (
            <ChooseRun app={app} runId={runId} />
          ) : (
            <Comparison key={`${runId} ${otherId}`} app={app} runId={runId} otherId={otherId} chosen={step} />
          )}
        </AppFrame>
      )}
    </AppLoader>
  );
}
