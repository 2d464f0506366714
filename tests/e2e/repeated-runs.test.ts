import { type ModelServer, startModelServer, words } from "@diwan/testkit";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { appText, end, llm, start, template, text } from "../support/app-text.ts";
import { expectAccessible, expectNoSidewaysScroll } from "./support/checks.ts";
import { chromiumHere } from "./support/chromium.ts";
import { Site } from "./support/site.ts";
import { wordsOf } from "./support/words.ts";

const sketch = appText(
  "workflow",
  [
    start([text("topic", { required: true })]),
    template("Prompt", "Write about {{ topic }}", { topic: ["start", "topic"] }),
    llm("Write", "{{#Prompt.output#}}"),
    end("Result", { text: ["Write", "text"] }),
  ],
  ["start>Prompt", "Prompt>Write", "Write>Result"],
);
const languages = [
  ["English", "en"],
  ["Arabic", "ar"],
] as const;

describe.skipIf(chromiumHere.missing)(`runs made from runs ${chromiumHere.name}`, () => {
  let site: Site;
  let model: ModelServer;
  let appId: string;
  beforeAll(async () => {
    model = await startModelServer();
    site = await Site.start({ OPENAI_API_BASE: model.url, OPENAI_API_KEY: "not-secret" });
    await site.becomeOwner();
    appId = await site.importApp(sketch);
  });
  afterAll(async () => {
    await site?.close();
    await model?.[Symbol.asyncDispose]();
  });
  afterEach(async () => {
    await site.closeWindows();
    expect(site.takeComplaints()).toEqual([]);
  });

  it.each(languages)("goes on from the failed step and keeps what came before, in %s", async (_language, locale) => {
    const t = wordsOf(locale);
    await site.call("PATCH", "/console/api/account", { locale });
    model.script({ error: { status: 401, message: "Incorrect API key provided" } });
    const failed = await site.finishedRun(appId, { topic: "tea" });
    model.script({ text: words("Tea is a drink.") });
    const asked = model.requests.length;
    const { page } = await site.open(`/apps/${appId}/build?run=${failed}&tab=trace&step=Write`, { locale });
    await page.getByRole("button", { name: t("repeat.from-here") }).waitFor();
    await expectAccessible(page, "a failed step that can be retried");
    await page.getByRole("button", { name: t("repeat.retry") }).click();
    await page.locator(".run-facts").getByText(t("runs.status.succeeded")).waitFor();
    expect(await page.locator(".result .md").innerText()).toBe("Tea is a drink.");
    expect(model.requests.length - asked).toBe(1);
    await page
      .locator(".toast")
      .filter({ hasText: /2|نتيجتين/ })
      .first()
      .waitFor();
    const origin = page.locator(".run-facts").getByRole("link", { name: t.like("repeat.of.retry") });
    expect(await origin.getAttribute("href")).toContain(failed);
    await page.goto(`${site.url}/apps/${appId}/runs`);
    await page
      .getByRole("link", { name: t.like("repeat.of.retry") })
      .first()
      .waitFor();
    await page.setViewportSize({ width: 390, height: 844 });
    await expectNoSidewaysScroll(page, "runs made from runs, narrow");
    await expectAccessible(page, "runs made from runs, narrow", ["light"]);
    await page
      .getByRole("link", { name: t.like("repeat.of.retry") })
      .first()
      .click();
    await expect.poll(() => new URL(page.url()).searchParams.get("run")).toBe(failed);
  });

  it("goes on from any step that a person chooses", async () => {
    await site.call("PATCH", "/console/api/account", { locale: "en" });
    model.script({ text: words("First.") });
    const before = await site.finishedRun(appId, { topic: "tea" });
    model.script({ text: words("Second.") });
    const { page } = await site.open(`/apps/${appId}/build?run=${before}&tab=trace&step=Write`);
    await page.getByRole("button", { name: "Retry from here" }).click();
    await page
      .locator(".run-facts")
      .getByRole("link", { name: /Goes on from run/ })
      .waitFor();
    await page.locator(".result .md").getByText("Second.").waitFor();
  });

  it("asks for the version where the live one is not the one that ran", async () => {
    model.script({ text: words("Short.") });
    const own = await site.importApp(sketch);
    const before = await site.finishedRun(own, { topic: "tea" });
    await site.call("POST", `/console/api/apps/${own}/publish`);
    const { page } = await site.open(`/apps/${own}/build?run=${before}&tab=trace&step=Write`);
    await page.getByRole("button", { name: "Retry from here" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByRole("combobox", { name: "Version" }).selectOption("live");
    await expectAccessible(page, "question for the version");
    await dialog.getByRole("button", { name: "Retry" }).click();
    await page
      .locator(".run-facts")
      .getByRole("link", { name: /Goes on from run/ })
      .waitFor();
  });

  it.each(languages)("replays a run without a model and finds it equal, in %s", async (_language, locale) => {
    const t = wordsOf(locale);
    await site.call("PATCH", "/console/api/account", { locale });
    model.script({ text: words("Tea is a drink.") });
    const before = await site.finishedRun(appId, { topic: "tea" });
    model.script({ error: { status: 500, message: "Nobody may call." } });
    const asked = model.requests.length;
    const { page } = await site.open(`/apps/${appId}/build?run=${before}&tab=trace`, { locale });
    await page.getByRole("button", { name: t("repeat.menu") }).click();
    await page.getByRole("menuitem", { name: t("repeat.replay") }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByText(t("repeat.replay.what")).waitFor();
    await expectAccessible(page, "what a replay is");
    await dialog.getByRole("button", { name: t("repeat.replay.start") }).click();
    await page
      .locator(".run-facts")
      .getByRole("link", { name: t.like("repeat.of.replay") })
      .waitFor();
    await page.locator(".run-facts").getByText(t("runs.status.succeeded")).waitFor();
    expect(await page.locator(".result .md").innerText()).toBe("Tea is a drink.");
    expect(model.requests.length).toBe(asked);

    await page.getByRole("button", { name: t("repeat.menu") }).click();
    await page.getByRole("menuitem", { name: t("repeat.compare") }).click();
    const origin = page.locator(".run-choice li").filter({ hasText: t("compare.origin") });
    await origin.waitFor();
    await expectAccessible(page, "choice of a run to compare with");
    await origin.getByRole("link").click();
    await page.getByText(t("compare.equal")).waitFor();
    expect(await page.locator("li.compare-row").count()).toBe(0);
    await page.locator(".compare-equal button").click();
    expect(await page.locator("li.compare-row").count()).toBe(4);
  });

  it.each(languages)("marks where two runs part, and what differs by word, in %s", async (_language, locale) => {
    const t = wordsOf(locale);
    await site.call("PATCH", "/console/api/account", { locale });
    model.script({ text: words("Tea is a hot drink.") });
    const a = await site.finishedRun(appId, { topic: "tea" });
    model.script({ text: words("Tea is a cold drink.") });
    const b = await site.finishedRun(appId, { topic: "tea" });
    const { page } = await site.open(`/apps/${appId}/runs/${a}/compare?with=${b}`, { locale });
    const first = page.locator("li.compare-row", { hasText: t("compare.verdict.first") });
    await first.getByRole("button", { name: "Write" }).waitFor();
    expect(await page.locator("li.compare-row").count()).toBe(2);
    const values = page.getByRole("complementary", { name: t("compare.values") });
    expect(await values.locator("del").innerText()).toBe("hot");
    expect(await values.locator("ins").innerText()).toBe("cold");
    await expectAccessible(page, "two runs side by side");
    await values.getByRole("button", { name: t("compare.after") }).click();
    await values.getByRole("heading", { name: "Result" }).waitFor();
    await expect.poll(() => new URL(page.url()).searchParams.get("step")).toBe("Result");
    await page.getByRole("link", { name: t("compare.swap") }).click();
    await page.locator(".compare-values del", { hasText: "cold" }).waitFor();
    await page.setViewportSize({ width: 390, height: 844 });
    await expectNoSidewaysScroll(page, "two runs, narrow");
    await expectAccessible(page, "two runs, narrow", ["light"]);
  });
});
