import type { AppMode, AppSummary } from "@diwan/contracts";
import { Chip, useT } from "@diwan/ui";
import {
  Bot,
  FileText,
  FlaskConical,
  ListTree,
  type LucideIcon,
  MessagesSquare,
  TriangleAlert,
  Workflow,
} from "lucide-react";
import "./apps.css";

const icons: Record<AppMode, LucideIcon> = {
  "advanced-chat": Workflow,
  workflow: ListTree,
  chat: MessagesSquare,
  "agent-chat": Bot,
  completion: FileText,
};

/** Kinds in the order people meet them. */
export const appModes: AppMode[] = ["workflow", "advanced-chat", "chat", "agent-chat", "completion"];

export function isChat(mode: AppMode): boolean {
  return mode === "advanced-chat" || mode === "chat" || mode === "agent-chat";
}

export function AppKind({ mode }: { mode: AppMode }) {
  const t = useT();
  const Icon = icons[mode];
  return (
    <span className="app-kind">
      <Icon size={14} aria-hidden />
      {t(`app.kind.${mode}`)}
    </span>
  );
}

/** The last run counts before what is published: a failing app needs a person. */
export function AppStatus({ app }: { app: AppSummary }) {
  const t = useT();
  if (app.status === "paused") return <Chip tone="warn">{t("app.status.paused")}</Chip>;
  if (app.last_run_status === "failed") {
    return (
      <Chip tone="bad" icon={<TriangleAlert aria-hidden />}>
        {t("app.status.last-failed")}
      </Chip>
    );
  }
  if (app.status === "draft") return <Chip>{t("app.status.draft")}</Chip>;
  return app.draft_ahead ? (
    <Chip tone="run">{t("app.status.ahead")}</Chip>
  ) : (
    <Chip tone="ok">{t("app.status.live")}</Chip>
  );
}

/** Answers of the demo model follow visible rules; nobody shall take them for a model's. */
export function DemoChip() {
  const t = useT();
  return (
    <Chip tone="gold" icon={<FlaskConical aria-hidden />}>
      {t("app.demo-answers")}
    </Chip>
  );
}

/** The same where a card has no room for a second chip. */
export function DemoTag() {
  const t = useT();
  return (
    <span className="demo-tag">
      <FlaskConical size={13} aria-hidden />
      {t("app.demo-answers")}
    </span>
  );
}
