import { Mark, useT } from "@diwan/ui";
import type { ReactNode } from "react";
import "../account.css";

/** A page before sign-in: the mark, one card, nothing else. */
export function BarePage({ title, lead, children }: { title: string; lead?: string; children: ReactNode }) {
  const t = useT();
  return (
    <main className="bare">
      <div className="bare-brand">
        <Mark size={32} />
        <span>{t("frame.brand")}</span>
      </div>
      <section className="card bare-card">
        <h1>{title}</h1>
        {lead !== undefined && <p className="muted">{lead}</p>}
        {children}
      </section>
    </main>
  );
}
