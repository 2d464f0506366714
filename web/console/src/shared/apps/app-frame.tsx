import type { AppDetail } from "@diwan/contracts";
import { AppIcon, IconButton, Menu, useT } from "@diwan/ui";
import { Link } from "@tanstack/react-router";
import { ChevronDown, ChevronRight } from "lucide-react";
import type { ReactNode } from "react";
import { usePageTitle } from "../page-title.ts";
import { DemoChip } from "./app-kind.tsx";
import { useAppMenu } from "./use-app-menu.tsx";
import "./app-frame.css";

const sections = [
  { key: "build", to: "/apps/$appId/build" },
  { key: "runs", to: "/apps/$appId/runs" },
  { key: "access", to: "/apps/$appId/access/api" },
] as const;

type AppFrameProps = {
  app: AppDetail;
  section: (typeof sections)[number]["key"];
  /** The page's own buttons, the main one last. */
  end?: ReactNode;
  children: ReactNode;
};

/** The bar of one app: where it lives, its sections, and what can be done with it. */
export function AppFrame({ app, section, end, children }: AppFrameProps) {
  const t = useT();
  const { entries, dialog } = useAppMenu(app, "bar");
  usePageTitle(`${app.name} · ${t(`app.section.${section}`)}`);
  return (
    <div className="app-frame">
      <header className="app-bar">
        <div className="app-bar-start">
          <Link to="/studio" className="crumb">
            {t("frame.studio")}
          </Link>
          <ChevronRight size={14} className="faint flip crumb-sign" aria-hidden />
          <AppIcon icon={app} size={24} />
          <h1 className="ell" dir="auto">
            {app.name}
          </h1>
          <Menu
            align="start"
            entries={entries}
            trigger={
              <IconButton label={t("app.more")}>
                <ChevronDown aria-hidden />
              </IconButton>
            }
          />
          {app.uses_demo_model && <DemoChip />}
        </div>
        <nav className="app-sections" aria-label={t("app.sections")}>
          {sections.map(({ key, to }) => (
            <Link
              key={key}
              to={to}
              params={{ appId: app.id }}
              aria-current={key === section ? "page" : undefined}
              activeProps={{}}
            >
              {t(`app.section.${key}`)}
            </Link>
          ))}
        </nav>
        <div className="app-bar-end">{end}</div>
      </header>
      {children}
      {dialog}
    </div>
  );
}
