import { buttonClass, useT } from "@diwan/ui";
import { Link } from "@tanstack/react-router";
import { FileUp } from "lucide-react";
import { usePageTitle } from "../../../shared/page-title.ts";
import { useWorkspace } from "../../../shared/session/use-session.ts";
import { Samples } from "../components/samples.tsx";
import "../studio.css";

export function NewAppPage() {
  const t = useT();
  usePageTitle(t("studio.new"));
  const workspace = useWorkspace();
  return (
    <div className="page">
      <header className="page-head">
        <h1>{t("studio.new")}</h1>
        <Link to="/studio/import" className={buttonClass("default")}>
          <FileUp aria-hidden />
          {t("studio.import")}
        </Link>
      </header>
      <p className="lead">{t("studio.new.lead")}</p>
      <Samples workspaceId={workspace.id} />
    </div>
  );
}
