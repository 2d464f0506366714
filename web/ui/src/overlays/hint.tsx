import { Tooltip } from "@mantine/core";
import type { ReactElement } from "react";

type HintProps = {
  label: string;
  keys?: string | undefined;
  /** "end" for things on the rail. */
  side?: "top" | "bottom" | "end";
  children: ReactElement;
};

/** A tooltip after 350 ms, on hover and on focus. The child must take a ref. */
export function Hint({ label, keys, side = "top", children }: HintProps) {
  return (
    <Tooltip
      label={
        keys === undefined ? (
          label
        ) : (
          <>
            {label} <kbd className="kbd">{keys}</kbd>
          </>
        )
      }
      openDelay={350}
      position={side === "end" ? "right" : side}
      events={{ hover: true, focus: true, touch: false }}
      zIndex={60}
      withinPortal
    >
      {children}
    </Tooltip>
  );
}
