import { Hint, IconButton, Mark, useT } from "@diwan/ui";
import { Link, Outlet, useLocation } from "@tanstack/react-router";
import { Blocks, LayoutGrid, type LucideIcon, PanelLeftClose, PanelLeftOpen } from "lucide-react";
import { useState } from "react";
import { AccountMenu } from "./account-menu.tsx";
import { FollowTheme } from "./follow-theme.tsx";
import { WorkspaceSwitch } from "./workspace-switch.tsx";

const railKey = "diwan.rail";

/** The frame of every page: the rail at the inline start, a bottom bar on narrow screens. */
export function Shell() {
  const t = useT();
  const { pathname } = useLocation();
  const [narrowRail, setNarrowRail] = useState(localStorage.getItem(railKey) === "slim");
  const inApp = pathname.startsWith("/apps/");
  const slim = inApp || narrowRail;
  const toggleRail = () => {
    localStorage.setItem(railKey, narrowRail ? "wide" : "slim");
    setNarrowRail(!narrowRail);
  };
  return (
    <div className="shell">
      <a className="skip-link" href="#main">
        {t("frame.skip")}
      </a>
      <FollowTheme />
      <nav className={slim ? "rail slim" : "rail"} aria-label={t("frame.main-navigation")}>
        <Link to="/studio" className="brand" aria-label="Diwan" tabIndex={-1}>
          <Mark />
          <span aria-hidden>{t("frame.brand")}</span>
        </Link>
        <WorkspaceSwitch slim={slim} />
        <RailLink
          to="/studio"
          icon={LayoutGrid}
          label={t("frame.studio")}
          slim={slim}
          on={inApp || pathname.startsWith("/studio")}
        />
        <RailLink
          to="/integrations/models"
          icon={Blocks}
          label={t("frame.integrations")}
          slim={slim}
          on={pathname.startsWith("/integrations")}
        />
        <span className="rail-gap" />
        <AccountMenu slim={slim} />
        {!inApp && (
          <span className="rail-toggle">
            <IconButton label={t(slim ? "frame.widen-rail" : "frame.narrow-rail")} onClick={toggleRail}>
              {slim ? <PanelLeftOpen className="flip" aria-hidden /> : <PanelLeftClose className="flip" aria-hidden />}
            </IconButton>
          </span>
        )}
      </nav>
      <main className="main" id="main" tabIndex={-1}>
        <Outlet />
      </main>
    </div>
  );
}

type RailLinkProps = {
  to: "/studio" | "/integrations/models";
  icon: LucideIcon;
  label: string;
  slim: boolean;
  on: boolean;
};

function RailLink({ to, icon: Icon, label, slim, on }: RailLinkProps) {
  const link = (
    <Link to={to} className="nav" aria-current={on ? "page" : undefined} aria-label={label}>
      <Icon aria-hidden />
      <span aria-hidden>{label}</span>
    </Link>
  );
  return slim ? (
    <Hint label={label} side="end">
      {link}
    </Hint>
  ) : (
    link
  );
}
