import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { expectAccessible } from "./support/checks.ts";
import { chromiumHere } from "./support/chromium.ts";
import { example, Site } from "./support/site.ts";
import { wordsOf } from "./support/words.ts";

/** The fourth line opens a list that never closes. */
const notYaml = "kind: app\nversion: 0.6.0\napp:\n  name: [Story\nworkflow: {}\n";
/** Two faults, on lines 13 and 14. */
const badGraph = `kind: app
version: 0.6.0
app:
  name: Story
  mode: workflow
workflow:
  graph:
    nodes:
    - {id: a, data: {type: start, title: A}}
    - {id: b, data: {type: end, title: B}}
    edges:
    - {id: ab, source: a, target: b}
    - {id: to-nowhere, source: a, target: nowhere}
    - {id: to-nothing, source: a, target: nothing}
`;

/** What a browser does when a person lets go of a file over a part of the page. */
function drop(page: Page, target: string, name: string, content: string): Promise<unknown> {
  return page.evaluate(`(() => {
    const data = new DataTransfer();
    data.items.add(new File([${JSON.stringify(content)}], ${JSON.stringify(name)}));
    for (const type of ["dragenter", "dragover", "drop"]) {
      const event = new DragEvent(type, { dataTransfer: data, bubbles: true, cancelable: true });
      document.querySelector(${JSON.stringify(target)}).dispatchEvent(event);
    }
  })()`);
}

const languages = [
  ["English", "en"],
  ["Arabic", "ar"],
] as const;

describe.skipIf(chromiumHere.missing)(`importing ${chromiumHere.name}`, () => {
  let site: Site;
  beforeAll(async () => {
    site = await Site.start();
    await site.becomeOwner();
  });
  afterAll(() => site?.close());
  afterEach(async () => {
    await site.closeWindows();
    expect(site.takeComplaints()).toEqual([]);
  });

  it.each(languages)("opens the app of a file that was chosen, in %s", async (_language, locale) => {
    const t = wordsOf(locale);
    await site.call("PATCH", "/console/api/account", { locale });
    const { page } = await site.open("/studio", { locale });
    await page.getByRole("link", { name: t("studio.import"), exact: true }).click();
    await page.getByRole("heading", { name: t("studio.import.title") }).waitFor();
    await expectAccessible(page, "import");
    const [chooser] = await Promise.all([
      page.waitForEvent("filechooser"),
      page.getByRole("button", { name: t("studio.import.choose") }).click(),
    ]);
    await chooser.setFiles({
      name: "story.yml",
      mimeType: "text/yaml",
      buffer: Buffer.from(example("story-chat.yml")),
    });
    await page.waitForURL(/\/apps\/[0-9a-f-]+\/build/);
    await page.locator(".canvas .step").first().waitFor();
    expect(await page.locator(".canvas .step").count()).toBeGreaterThan(2);
    await page.getByText(t("studio.import.done")).waitFor();
  });

  it.each(languages)(
    "takes a file that is dropped on the studio, and says what about it cannot run, in %s",
    async (_language, locale) => {
      const t = wordsOf(locale);
      await site.call("PATCH", "/console/api/account", { locale });
      const { page } = await site.open("/studio", { locale });
      await page.getByRole("heading", { name: t("frame.studio"), level: 1 }).waitFor();
      await drop(page, ".page", "answers.yml", example("knowledge-answers.yml"));
      await page.waitForURL(/\/studio\/import/);
      const report = page.getByRole("region", { name: t("studio.report") });
      await report.getByRole("listitem").first().waitFor();
      await expectAccessible(page, "import with warnings");
      await report.getByRole("button", { name: t("studio.report.open") }).click();
      await page.locator(".canvas .step").first().waitFor();
      expect(
        await page
          .locator(".step-badge")
          .filter({ hasText: t("builder.later-step") })
          .count(),
      ).toBeGreaterThan(0);
      await expectAccessible(page, "builder of an app that cannot run yet");
    },
  );

  it.each(languages)(
    "says what is wrong with a bad file and on which line, and makes no app of it, in %s",
    async (_language, locale) => {
      const t = wordsOf(locale);
      await site.call("PATCH", "/console/api/account", { locale });
      const { page } = await site.open("/studio/import", { locale });
      await page.getByRole("heading", { name: t("studio.import.title") }).waitFor();
      const before = await site.call<{ total: number }>("GET", "/console/api/workspaces/{workspaceId}/apps");
      const report = page.getByRole("alert", { name: t("studio.report") });
      await drop(page, ".choose-file", "story.yml", notYaml);
      await report.getByText(/Line 5, column 1: this is not valid YAML/).waitFor();
      expect(await report.innerText()).toMatch(t.like("studio.report.failed"));
      expect(await report.innerText()).toContain("story.yml");
      await expectAccessible(page, "import of a file that is no YAML");
      await drop(page, ".choose-file", "story.yml", badGraph);
      await report.getByRole("listitem").first().waitFor();
      expect(await report.getByRole("listitem").allInnerTexts()).toEqual([
        expect.stringContaining("Line 13"),
        expect.stringContaining("Line 14"),
      ]);
      await expectAccessible(page, "import of a bad graph");
      const after = await site.call<{ total: number }>("GET", "/console/api/workspaces/{workspaceId}/apps");
      expect(after.total).toBe(before.total);
    },
  );
});
