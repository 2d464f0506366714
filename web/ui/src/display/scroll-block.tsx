import type { ReactNode } from "react";

/** Code that may scroll inside itself, so it is named and reachable by keyboard; always left to right. */
export function ScrollBlock({
  kind,
  label,
  children,
}: {
  kind: "json" | "code-block";
  label: string;
  children: ReactNode;
}) {
  return (
    // biome-ignore lint/a11y: a block that scrolls is a named region with a tab stop (WCAG 2.1.1)
    <pre className={kind} dir="ltr" tabIndex={0} role="group" aria-label={label}>
      {children}
    </pre>
  );
}
