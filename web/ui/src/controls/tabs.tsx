import { type KeyboardEvent, type ReactNode, useRef } from "react";
import { useRightToLeft } from "../i18n/i18n.tsx";

type TabsProps<Key extends string> = {
  label: string;
  value: Key;
  onChange: (key: Key) => void;
  items: { key: Key; text: string; extra?: ReactNode }[];
  /** Ties tabs to their panel: `<id>-panel` is labelled by `<id>-<key>`. */
  id: string;
  flat?: boolean;
};

/** Parts of one thing: one tab stop, arrows inside, in the order they are drawn. */
export function Tabs<Key extends string>({ label, value, onChange, items, id, flat }: TabsProps<Key>) {
  const rightToLeft = useRightToLeft();
  const list = useRef<HTMLDivElement>(null);
  const onKeyDown = (event: KeyboardEvent) => {
    const step = { ArrowRight: rightToLeft ? -1 : 1, ArrowLeft: rightToLeft ? 1 : -1 }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const at = items.findIndex((item) => item.key === value);
    const next = items[(at + step + items.length) % items.length];
    if (next === undefined) return;
    onChange(next.key);
    list.current?.querySelector<HTMLElement>(`#${CSS.escape(`${id}-${next.key}`)}`)?.focus();
  };
  return (
    <div ref={list} className={flat ? "tabs flat" : "tabs"} role="tablist" aria-label={label} onKeyDown={onKeyDown}>
      {items.map((item) => (
        <button
          key={item.key}
          type="button"
          role="tab"
          id={`${id}-${item.key}`}
          aria-selected={item.key === value}
          aria-controls={item.key === value ? `${id}-panel` : undefined}
          tabIndex={item.key === value ? 0 : -1}
          onClick={() => onChange(item.key)}
        >
          {item.text}
          {item.extra}
        </button>
      ))}
    </div>
  );
}

type TabPanelProps = { id: string; value: string; className: string; children: ReactNode };

/** What the chosen tab shows; it may scroll, so it is a tab stop of its own. */
export function TabPanel({ id, value, className, children }: TabPanelProps) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: the tabs pattern has the panel focusable (APG)
    <div className={className} role="tabpanel" tabIndex={0} id={`${id}-panel`} aria-labelledby={`${id}-${value}`}>
      {children}
    </div>
  );
}

type SegmentsProps<Key extends string> = {
  label: string;
  value: Key;
  onChange: (key: Key) => void;
  items: { key: Key; text: string; icon?: ReactNode }[];
};

/** Views of the same thing. */
export function Segments<Key extends string>({ label, value, onChange, items }: SegmentsProps<Key>) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset would bring its own box and legend
    <div className="group" role="group" aria-label={label}>
      {items.map((item) => (
        <button key={item.key} type="button" aria-pressed={item.key === value} onClick={() => onChange(item.key)}>
          {item.icon}
          {item.text}
        </button>
      ))}
    </div>
  );
}
