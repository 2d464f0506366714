import { useParams } from "@tanstack/react-router";
import { AppFrame } from "../../../shared/apps/app-frame.tsx";
import { AppLoader } from "../../../shared/apps/app-loader.tsx";
import { RunList } from "../components/run-list.tsx";

export function RunsPage() {
  const { appId } = useParams({ from: "/frame/apps/$appId/runs" });
  return (
    <AppLoader appId={appId}>
      {(app) => (
        <AppFrame app={app} section="runs">
          <div className="app-scroll">
            <RunList app={app} />
          </div>
        </AppFrame>
      )}
    </AppLoader>
  );
}
