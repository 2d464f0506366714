import { Lock } from "lucide-react";
import { type CSSProperties, type ReactNode, useEffect, useState } from "react";
import { Button } from "../controls/button.tsx";
import { CopyIconButton } from "../display/copy.tsx";
import { useT } from "../i18n/i18n.tsx";
import { Notice } from "./notices.tsx";

type EmptyStateProps = { icon: ReactNode; title: string; text: string; actions?: ReactNode; children?: ReactNode };

export function EmptyState({ icon, title, text, actions, children }: EmptyStateProps) {
  return (
    <section className="empty">
      <div className="empty-tile" aria-hidden>
        {icon}
      </div>
      <h2>{title}</h2>
      <p>{text}</p>
      {actions !== undefined && <div className="row">{actions}</div>}
      {children}
    </section>
  );
}

export function DeniedState({ title, text, actions }: { title: string; text: string; actions?: ReactNode }) {
  return (
    <section className="empty">
      <div className="empty-tile denied" aria-hidden>
        <Lock size={20} />
      </div>
      <h2>{title}</h2>
      <p>{text}</p>
      {actions !== undefined && <div className="row">{actions}</div>}
    </section>
  );
}

type FailedStateProps = { what: string; why: string; requestId?: string | undefined; onRetry: () => void };

/** The part that could not be loaded, not the page. */
export function FailedState({ what, why, requestId, onRetry }: FailedStateProps) {
  const t = useT();
  return (
    <Notice
      tone="bad"
      alert
      actions={
        <>
          <Button size="sm" onClick={onRetry}>
            {t("ui.try-again")}
          </Button>
          <CopyIconButton text={`${what} ${why} ${requestId ?? ""}`.trim()} label={t("ui.copy-details")} />
        </>
      }
    >
      <strong className="strong">{what}</strong> <bdi>{why}</bdi>
      {requestId !== undefined && (
        <div className="small">
          {t("ui.request")} <code dir="ltr">{requestId}</code>
        </div>
      )}
    </Notice>
  );
}

export function Skeleton({ style }: { style: CSSProperties }) {
  return <span className="skeleton" style={style} />;
}

/** A skeleton appears after 150 ms, so that a quick answer does not flicker; after 10 s a line says that we still wait. */
export function Loading({ children, onRetry }: { children: ReactNode; onRetry?: () => void }) {
  const t = useT();
  const [age, setAge] = useState<"new" | "shown" | "long">("new");
  useEffect(() => {
    const timers = [setTimeout(() => setAge("shown"), 150), setTimeout(() => setAge("long"), 10_000)];
    return () => timers.forEach(clearTimeout);
  }, []);
  if (age === "new") return null;
  return (
    <div role="status" aria-label={t("ui.loading")}>
      <div aria-hidden>{children}</div>
      {age === "long" && (
        <p className="row small muted">
          {t("ui.still-waiting")}
          {onRetry !== undefined && (
            <Button variant="quiet" size="sm" onClick={onRetry}>
              {t("ui.try-again")}
            </Button>
          )}
        </p>
      )}
    </div>
  );
}
