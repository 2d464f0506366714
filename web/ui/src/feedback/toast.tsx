import { CircleAlert, CircleCheck, X } from "lucide-react";
import { useEffect, useState, useSyncExternalStore } from "react";
import { IconButton } from "../controls/button.tsx";
import { useT } from "../i18n/i18n.tsx";

type ToastItem = { id: number; tone: "ok" | "bad"; text: string };

const shownAtMost = 3;
const shownMs = 6_000;
let items: ToastItem[] = [];
let lastId = 0;
const listeners = new Set<() => void>();

function change(next: ToastItem[]) {
  items = next;
  for (const listener of listeners) listener();
}

/** The result of what the person just did here; never the only sign of a failure. */
export function toast(tone: ToastItem["tone"], text: string): void {
  lastId += 1;
  change([...items, { id: lastId, tone, text }].slice(-shownAtMost));
}

export function Toaster() {
  const t = useT();
  const shown = useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => items,
  );
  return (
    <section className="toasts" aria-label={t("ui.notifications")} aria-live="polite">
      {shown.map((item) => (
        <ToastCard key={item.id} item={item} />
      ))}
    </section>
  );
}

function ToastCard({ item }: { item: ToastItem }) {
  const t = useT();
  const [held, setHeld] = useState(false);
  const close = () => change(items.filter((other) => other.id !== item.id));
  useEffect(() => {
    if (held) return;
    const timer = setTimeout(() => change(items.filter((other) => other.id !== item.id)), shownMs);
    return () => clearTimeout(timer);
  }, [held, item.id]);
  const Icon = item.tone === "ok" ? CircleCheck : CircleAlert;
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: hovering only keeps the message from leaving
    <div
      className="toast"
      onMouseEnter={() => setHeld(true)}
      onMouseLeave={() => setHeld(false)}
      onFocus={() => setHeld(true)}
      onBlur={() => setHeld(false)}
    >
      <Icon size={17} className={`tone-${item.tone}`} aria-hidden />
      <span className="grow" dir="auto">
        {item.text}
      </span>
      <IconButton label={t("ui.close")} onClick={close}>
        <X aria-hidden />
      </IconButton>
    </div>
  );
}
