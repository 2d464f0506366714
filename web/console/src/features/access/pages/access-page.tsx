import { useParams } from "@tanstack/react-router";
import { AppFrame } from "../../../shared/apps/app-frame.tsx";
import { AppLoader } from "../../../shared/apps/app-loader.tsx";
import { ApiAccess } from "../components/api-access.tsx";
import "../access.css";

export function AccessPage() {
  const { appId } = useParams({ from: "/frame/apps/$appId/access/api" });
  return (
    <AppLoader appId={appId}>
      {(app) => (
        <AppFrame app={app} section="access">
          <div className="app-scroll">
            <ApiAccess app={app} />
          </div>
        </AppFrame>
      )}
    </AppLoader>
  );
}
