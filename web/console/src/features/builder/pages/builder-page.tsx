import { useParams } from "@tanstack/react-router";
import { AppLoader } from "../../../shared/apps/app-loader.tsx";
import { Builder } from "../components/builder.tsx";
import "../builder.css";
import "../canvas.css";
import "../run.css";

export function BuilderPage() {
  const { appId } = useParams({ from: "/frame/apps/$appId/build" });
  return <AppLoader appId={appId}>{(app) => <Builder key={app.id} app={app} />}</AppLoader>;
}
