import type { ReactNode } from "react";

export type Tone = "neutral" | "ok" | "warn" | "bad" | "run" | "gold" | "human";

/** A state: icon and word. Not for tags, counts or kinds. */
export function Chip({ tone = "neutral", icon, children }: { tone?: Tone; icon?: ReactNode; children: ReactNode }) {
  return (
    <span className={`chip ${tone}`}>
      {icon}
      {children}
    </span>
  );
}

/** A variable: "source · name". */
export function Pill({ from, name }: { from?: string | undefined; name: string }) {
  return (
    <span className="pill" dir="auto">
      {from !== undefined && <span className="pill-from">{from}</span>}
      <span>{name}</span>
    </span>
  );
}

export function KeyCap({ children }: { children: string }) {
  return <kbd className="kbd">{children}</kbd>;
}

/**
 * A share of a known whole, from 0 to 1; its number stands beside it.
 *
 * @public
 */
export function Meter({ share, tone = "run", label }: { share: number; tone?: Tone; label: string }) {
  return (
    <span className={`meter ${tone}`} role="img" aria-label={label}>
      <i style={{ inlineSize: `${Math.round(Math.min(1, Math.max(0, share)) * 100)}%` }} />
    </span>
  );
}

/** The turning ring of work in progress; the word stands beside it. */
export function Ring() {
  return <span className="spin" aria-hidden />;
}

/** The product's mark: an eight-pointed star, ink on paper, with a gold heart. */
export function Mark({ size = 28 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 28 28" aria-hidden="true" focusable="false">
      <rect width="28" height="28" rx="8" fill="var(--ink)" />
      <path
        d="M14 5.2l2.1 3.7 4.1-1-1 4.1 3.7 2-3.7 2.1 1 4.1-4.1-1L14 22.8l-2.1-3.6-4.1 1 1-4.1-3.7-2.1 3.7-2-1-4.1 4.1 1z"
        fill="none"
        stroke="var(--on-ink)"
        strokeWidth="1.5"
        strokeLinejoin="round"
      />
      <circle cx="14" cy="14" r="2.6" fill="var(--mark-gold, #d9a441)" />
    </svg>
  );
}
