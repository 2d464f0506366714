import { Menu as MantineMenu } from "@mantine/core";
import { Check } from "lucide-react";
import { Fragment, type ReactElement, type ReactNode } from "react";

export type MenuEntry =
  | { kind: "label"; text: string }
  | { kind: "divider" }
  | {
      kind?: "item";
      text: string;
      /** Where the text is not in the page's language. */
      lang?: string;
      icon?: ReactNode;
      /** Of several that exclude each other: this is the chosen one. */
      checked?: boolean;
      danger?: boolean;
      onSelect: () => void;
    }
  | { kind: "link"; text: string; icon?: ReactNode; href: string; download?: boolean };

type MenuProps = {
  /** A button; it must take a ref. */
  trigger: ReactElement;
  entries: MenuEntry[];
  align?: "start" | "end";
  side?: "bottom" | "top" | "right";
};

export function Menu({ trigger, entries, align = "end", side = "bottom" }: MenuProps) {
  return (
    <MantineMenu
      position={`${side}-${align}`}
      radius={12}
      offset={6}
      zIndex={40}
      transitionProps={{ duration: 120 }}
      returnFocus
      withInitialFocusPlaceholder={false}
      withinPortal
    >
      <MantineMenu.Target>{trigger}</MantineMenu.Target>
      <MantineMenu.Dropdown>
        {entries.map((entry, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: entries are a fixed list without ids
          <Fragment key={index}>{drawEntry(entry)}</Fragment>
        ))}
      </MantineMenu.Dropdown>
    </MantineMenu>
  );
}

function drawEntry(entry: MenuEntry): ReactNode {
  if (entry.kind === "label") return <MantineMenu.Label>{entry.text}</MantineMenu.Label>;
  if (entry.kind === "divider") return <MantineMenu.Divider />;
  if (entry.kind === "link") {
    return (
      <MantineMenu.Item component="a" href={entry.href} download={entry.download} leftSection={entry.icon}>
        {entry.text}
      </MantineMenu.Item>
    );
  }
  if (entry.checked !== undefined) {
    return (
      <MantineMenu.RadioItem
        lang={entry.lang}
        value={entry.text}
        checked={entry.checked}
        onChange={entry.onSelect}
        closeMenuOnClick
        checkIcon={<Check size={15} aria-hidden />}
      >
        {entry.text}
      </MantineMenu.RadioItem>
    );
  }
  return (
    <MantineMenu.Item
      leftSection={entry.icon}
      className={entry.danger === true ? "menu-danger" : undefined}
      onClick={entry.onSelect}
    >
      {entry.text}
    </MantineMenu.Item>
  );
}
