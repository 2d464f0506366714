import axe from "axe-core";
import type { Page } from "playwright-core";
import { expect } from "vitest";

const rules = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];

type Violation = { id: string; nodes: { html: string; failureSummary?: string }[] };

/** No violation of WCAG 2.2 A or AA in what is on show, in light and in dark. */
export async function expectAccessible(
  page: Page,
  what: string,
  schemes: readonly ("light" | "dark")[] = ["dark", "light"],
): Promise<void> {
  if (!(await page.evaluate("'axe' in window"))) await page.evaluate(axe.source);
  const found: string[] = [];
  for (const colorScheme of schemes) {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    await page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))");
    const violations = await page.evaluate<Violation[]>(
      `axe.run(document, ${JSON.stringify({ runOnly: rules, resultTypes: ["violations"], preload: false })}).then((run) => run.violations)`,
    );
    for (const { id, nodes } of violations) {
      for (const { html, failureSummary } of nodes) {
        found.push(`${what}, ${colorScheme}: ${id} at ${html.slice(0, 300)}: ${failureSummary ?? ""}`);
      }
    }
  }
  expect(found).toEqual([]);
}

/** Nothing makes the page wider than the window; what scrolls inside itself may. */
export async function expectNoSidewaysScroll(page: Page, what: string): Promise<void> {
  const wider = await page.evaluate<string[]>(`(() => {
    const { clientWidth } = document.documentElement;
    const scrolls = [...document.querySelectorAll("html, body, .main, .page, .app-frame, .bare, .table-card")].filter(
      (box) => box.scrollWidth > box.clientWidth + 1,
    );
    const clipped = [...document.querySelectorAll("button, a, input, textarea, select, h1, h2, h3, p, td")].filter((part) => {
      const { left, right, width } = part.getBoundingClientRect();
      if (width === 0 || (left >= -1 && right <= clientWidth + 1)) return false;
      for (let at = part.parentElement; at !== null; at = at.parentElement) {
        if (["auto", "scroll"].includes(getComputedStyle(at).overflowX) && at.tabIndex >= 0) return false;
        if (at.matches(".vh, .skip-link, pre, .json")) return false;
      }
      return !part.matches(".vh, .skip-link");
    });
    return [...scrolls, ...clipped].map((part) => part.tagName + "." + part.className + ": " + part.textContent.slice(0, 40));
  })()`);
  expect(wider.map((part) => `${what}: ${part}`)).toEqual([]);
}
