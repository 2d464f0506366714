import type { Locator, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { expectAccessible } from "./support/checks.ts";
import { chromiumHere } from "./support/chromium.ts";
import { owner, Site, type Visitor } from "./support/site.ts";
import { wordsOf } from "./support/words.ts";

/** Of the sample's seven steps one branch of a fork is not taken. */
const stepsTaken = 6;

/** The same visit in both languages: the Arabic one on a mirrored page. */
const visits = [
  ["English", { locale: "en", dir: "ltr", run: "Run" }],
  ["Arabic", { locale: "ar", dir: "rtl", run: "تشغيل" }],
] as const;

describe.skipIf(chromiumHere.missing).each(visits)(`a first visit in %s ${chromiumHere.name}`, (_language, visit) => {
  const t = wordsOf(visit.locale);
  let site: Site;
  let page: Page;
  let visitor: Visitor;
  const button = (key: string) => page.getByRole("button", { name: t(key), exact: true });
  const tab = (key: string) => page.getByRole("tab", { name: t(key), exact: true });
  const step = (title: string): Locator =>
    page.locator(".canvas .step").filter({ has: page.locator(".step-name", { hasText: title }) });

  beforeAll(async () => {
    site = await Site.start();
    visitor = await site.open(site.setupLink, { locale: visit.locale, signedIn: false });
    page = visitor.page;
  });
  afterAll(() => site?.close());
  // One page, one thing after another: whatever it complained about belongs to the test that just ended.
  afterEach(() => expect(site.takeComplaints()).toEqual([]));

  it("makes whoever opens the printed link the owner, without asking for the secret", async () => {
    await page.getByRole("heading", { name: t("account.setup.title") }).waitFor();
    expect(await page.getAttribute("html", "dir")).toBe(visit.dir);
    expect(await page.getAttribute("html", "lang")).toBe(visit.locale);
    expect(await page.getByLabel(t("account.secret")).count()).toBe(0);
    await button("account.setup.submit").click();
    await page.getByText(t("account.problem.required")).first().waitFor();
    expect(await page.evaluate("document.activeElement.getAttribute('autocomplete')")).toBe("name");
    await expectAccessible(page, "set-up");
    await page.getByLabel(t("account.name")).fill(owner.name);
    await page.getByLabel(t("account.email")).fill(owner.email);
    await page.getByLabel(t("account.password")).fill(owner.password);
    await page.getByLabel(t("account.workspace")).fill("Najm Retail");
    await button("account.setup.submit").click();
    await page.getByRole("heading", { name: t("studio.empty") }).waitFor();
    expect(new URL(page.url())).toMatchObject({ pathname: "/studio", hash: "" });
    await expectAccessible(page, "empty studio");
  });

  it("opens the sample with its graph, the flow going in the direction of reading", async () => {
    await page.getByRole("listitem").filter({ hasText: "Support reply" }).getByRole("button").click();
    await step("Customer message").waitFor();
    const [first, last] = await Promise.all([
      step("Customer message").boundingBox(),
      page.locator(".step[data-fam=io]").last().boundingBox(),
    ]);
    expect(Math.sign(last!.x - first!.x)).toBe(visit.dir === "rtl" ? -1 : 1);
    const documentOfApp = await page.evaluate<{ graph: { nodes: { id: string; position: { x: number } }[] } }>(
      `fetch("/console/api/apps/" + location.pathname.split("/")[2]).then((reply) => reply.json())`,
    );
    expect(documentOfApp.graph.nodes.find(({ id }) => id === "1001")?.position.x).toBe(30);
    expect(await page.locator(".step .step-badge").innerText()).toContain(t("app.demo-answers"));
    await expectAccessible(page, "builder");
  });

  it("runs with the example inputs: steps change their state and the answer streams in", async () => {
    expect(t("builder.run")).toBe(visit.run);
    await button("builder.run").click();
    await page.getByRole("form", { name: t("run.inputs-form") }).waitFor();
    expect(await page.getByRole("form").getByRole("textbox").first().inputValue()).toContain("SO-20418");
    await page.evaluate(`(() => {
      const seen = { states: [], lengths: [], runningTitles: [] };
      window.seen = seen;
      new MutationObserver(() => {
        for (const step of document.querySelectorAll(".canvas .step.running .step-name")) {
          if (!seen.runningTitles.includes(step.innerText)) seen.runningTitles.push(step.innerText);
        }
        const length = document.querySelector(".result .md")?.innerText.length ?? 0;
        if (length > (seen.lengths.at(-1) ?? 0)) seen.lengths.push(length);
      }).observe(document.body, { subtree: true, childList: true, attributes: true, characterData: true });
    })()`);
    await button("run.start").click();
    await page.locator(".run-facts").getByText(t("runs.status.succeeded")).waitFor();
    const seen = await page.evaluate<{ lengths: number[]; runningTitles: string[] }>("window.seen");
    expect(seen.runningTitles).toContain("Draft the reply");
    expect(seen.lengths.length).toBeGreaterThan(3);
    expect(await page.locator(".canvas .step.succeeded").count()).toBe(stepsTaken);
    expect(await page.locator(".canvas .step.skipped").innerText()).toContain(t("run.state.skipped"));
    expect(
      await page.locator(".canvas .step.succeeded").first().getByRole("button").getAttribute("aria-label"),
    ).toContain(t("run.state.succeeded"));
    await expectAccessible(page, "builder after a run");
  });

  it("shows inputs, outputs, time and tokens of a step", async () => {
    await step("Draft the reply").getByRole("button").click();
    const panel = page.getByRole("complementary", { name: t.like("builder.step-panel") });
    await panel.getByRole("heading", { name: t("run.outputs") }).waitFor();
    const text = await panel.innerText();
    expect(text).toContain(t("run.state.succeeded"));
    expect(text).toContain("My kettle arrived broken");
    expect(text).toMatch(/total_tokens/);
    expect(await panel.locator(".num").allInnerTexts()).toEqual([
      expect.stringMatching(/\d/),
      expect.stringMatching(/\d+/),
    ]);
    await expectAccessible(page, "step panel");
    await panel.getByRole("tab", { name: t("builder.tab.settings") }).click();
    await panel.getByText("You answer customers of").waitFor();
    await expectAccessible(page, "step settings");
    await panel.getByRole("button", { name: t("ui.close") }).click();
  });

  it("tells the events of a run that has ended", async () => {
    await tab("run.tab.events").click();
    await page.locator(".events li").first().waitFor();
    expect(await page.locator(".events .event-name").allInnerTexts()).toContain("run.finished");
    await page.reload();
    await page.locator(".events li").first().waitFor();
    const names = await page.locator(".events .event-name").allInnerTexts();
    expect(names.at(0)).toBe("run.started");
    expect(names.at(-1)).toBe("run.finished");
    expect(names.filter((name) => name === "step.finished")).toHaveLength(stepsTaken);
  });

  it("lists the run, and shows it again from there and after a reload", async () => {
    await page
      .getByRole("navigation", { name: t("app.sections") })
      .getByText(t("app.section.runs"))
      .click();
    const row = page.getByRole("row").filter({ hasText: t("runs.status.succeeded") });
    await row.waitFor();
    expect(await row.count()).toBe(1);
    await expectAccessible(page, "run list");
    await row.getByRole("link").click();
    await page.locator(".run-facts").getByText(t("runs.status.succeeded")).waitFor();
    expect(new URL(page.url()).searchParams.get("run")).toMatch(/^[0-9a-f-]{36}$/);
    await page.reload();
    await page.locator(".run-facts").getByText(t("runs.status.succeeded")).waitFor();
    expect(await page.locator(".canvas .step.succeeded").count()).toBe(stepsTaken);
    expect(await page.locator(".result .md").innerText()).not.toBe("");
  });

  it("signs out, and back in to the page that was asked for", async () => {
    const address = page.url();
    await page.getByRole("button", { name: t.like("frame.account") }).click();
    await page.getByRole("menuitem", { name: t("frame.sign-out") }).click();
    await page.getByRole("heading", { name: t("account.sign-in") }).waitFor();
    await page.goto(address);
    await page.getByText(t("account.sign-in.back")).waitFor();
    await expectAccessible(page, "sign-in");
    await page.getByLabel(t("account.email")).fill(owner.email);
    await page.getByLabel(t("account.password")).fill("not the password");
    await button("account.sign-in").click();
    await page.getByText(t("error.auth.credentials-wrong")).waitFor();
    await page.getByLabel(t("account.password")).fill(owner.password);
    await button("account.sign-in").click();
    await page.locator(".run-facts").getByText(t("runs.status.succeeded")).waitFor();
    expect(page.url()).toBe(address);
    expect(await page.getAttribute("html", "dir")).toBe(visit.dir);
  });

  it("cannot be set up a second time", async () => {
    await page.goto(site.setupLink);
    await page.getByRole("heading", { name: t("account.setup.done") }).waitFor();
  });
});
