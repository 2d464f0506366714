import type { AppSummary } from "@diwan/contracts";
import type { MenuEntry } from "@diwan/ui";
import { useT } from "@diwan/ui";
import { useNavigate } from "@tanstack/react-router";
import { Download, KeyRound, PanelTopOpen, Trash2 } from "lucide-react";
import { type ReactNode, useState } from "react";
import { apiPath } from "../api/call.ts";
import { DeleteAppDialog } from "./delete-app-dialog.tsx";

/** What can be done with an app, the same on its card and in its bar. */
export function useAppMenu(app: AppSummary, from: "card" | "bar"): { entries: MenuEntry[]; dialog: ReactNode } {
  const t = useT();
  const navigate = useNavigate();
  const [deleting, setDeleting] = useState(false);
  const open: MenuEntry = {
    text: t("app.open"),
    icon: <PanelTopOpen size={16} aria-hidden />,
    onSelect: () => void navigate({ to: "/apps/$appId/build", params: { appId: app.id } }),
  };
  const entries: MenuEntry[] = [
    ...(from === "card" ? [open] : []),
    {
      kind: "link",
      text: t("app.export"),
      icon: <Download size={16} aria-hidden />,
      href: apiPath("GET /console/api/apps/{appId}/export", { appId: app.id }),
      download: true,
    },
    {
      text: t("app.keys"),
      icon: <KeyRound size={16} aria-hidden />,
      onSelect: () => void navigate({ to: "/apps/$appId/access/api", params: { appId: app.id } }),
    },
    { kind: "divider" },
    { text: t("app.delete"), icon: <Trash2 size={16} aria-hidden />, danger: true, onSelect: () => setDeleting(true) },
  ];
  return { entries, dialog: <DeleteAppDialog app={app} open={deleting} onClose={() => setDeleting(false)} /> };
}
