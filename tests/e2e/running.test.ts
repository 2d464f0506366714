import { type ModelServer, startModelServer, words } from "@diwan/testkit";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { appText, end, llm, start, template, text } from "../support/app-text.ts";
import { expectAccessible } from "./support/checks.ts";
import { chromiumHere } from "./support/chromium.ts";
import { Site } from "./support/site.ts";
import { wordsOf } from "./support/words.ts";

const sketch = appText(
  "workflow",
  [
    start([text("topic", { required: true })]),
    template("Ask well", "Write about {{ topic }}", { topic: ["start", "topic"] }),
    llm("Write", "{{#Ask well.output#}}"),
    end("Result", { text: ["Write", "text"] }),
  ],
  ["start>Ask well", "Ask well>Write", "Write>Result"],
);
const languages = [
  ["English", "en"],
  ["Arabic", "ar"],
] as const;

describe.skipIf(chromiumHere.missing)(`running in the builder ${chromiumHere.name}`, () => {
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

  it.each(languages)("opens the step that failed, with its cause, in %s", async (_language, locale) => {
    const t = wordsOf(locale);
    await site.call("PATCH", "/console/api/account", { locale });
    model.script({ error: { status: 401, message: "Incorrect API key provided" } });
    const { page } = await site.open(`/apps/${appId}/build`, { locale });
    await page.getByRole("button", { name: t("builder.run"), exact: true }).click();
    await page.getByRole("button", { name: t("run.start") }).click();
    await page.getByText(t("run.problem.required").replace("{label}", "topic")).waitFor();
    await page.getByRole("form").getByRole("textbox").fill("tea");
    await page.getByRole("button", { name: t("run.start") }).click();
    const panel = page.getByRole("complementary", { name: t("builder.step-panel").replace("{title}", "Write") });
    await panel.getByText(t("run.step-failed")).waitFor();
    await panel.getByText("model.credentials-refused").waitFor();
    expect(new URL(page.url()).searchParams.get("step")).toBe("Write");
    expect(await page.locator(".canvas .step.failed .step-name").innerText()).toBe("Write");
    await page.locator(".run-facts").getByText(t("runs.status.failed")).waitFor();
    await expectAccessible(page, "failed run");
    await page.goto(`${site.url}/apps/${appId}/runs`);
    await page
      .getByRole("row")
      .filter({ hasText: t("runs.status.failed") })
      .first()
      .waitFor();
    await expectAccessible(page, "list with a failed run");
  });

  it.each(languages)("stops a run that is under way, in %s", async (_language, locale) => {
    const t = wordsOf(locale);
    await site.call("PATCH", "/console/api/account", { locale });
    model.script({ text: words("word ".repeat(600)), pieceMs: 50 });
    const { page } = await site.open(`/apps/${appId}/build?tab=inputs`, { locale });
    await page.getByRole("form").getByRole("textbox").fill("tea");
    await page.getByRole("button", { name: t("run.start") }).click();
    await page.locator(".canvas .step.running").waitFor();
    await page.locator(".result .md").getByText("word word").waitFor();
    await expectAccessible(page, "run under way");
    const stop = page.getByRole("button", { name: t("builder.stop"), exact: true });
    await stop.click();
    await page.locator(".run-facts").getByText(t("runs.status.stopped")).waitFor();
    await page.getByRole("button", { name: t("builder.run"), exact: true }).waitFor();
    expect(await page.locator(".canvas .step.running").count()).toBe(0);
    expect(model.aborted()).toBeGreaterThan(0);
  });

  it("goes on while the page is closed, and is followed again from its beginning", async () => {
    model.script({ text: words("one two three four five six seven eight nine ten"), pieceMs: 120 });
    await site.call("PATCH", "/console/api/account", { locale: "en" });
    const { page, context } = await site.open(`/apps/${appId}/build?tab=inputs`);
    await page.getByRole("form").getByRole("textbox").fill("tea");
    await page.getByRole("button", { name: "Start run" }).click();
    await page.locator(".result .md").getByText("one two").waitFor();
    const address = page.url();
    await context.close();
    const again = await site.open(address);
    await again.page.locator(".result .md").getByText("one two three four five six seven eight nine ten").waitFor();
    await again.page.locator(".run-facts").getByText("Succeeded").waitFor();
  });

  it("lays out an app whose file has no places, along the flow", async () => {
    const { page } = await site.open(`/apps/${appId}/build`);
    const places: number[] = [];
    for (const title of ["start", "Ask well", "Write", "Result"]) {
      const box = await page
        .locator(".canvas .step", { has: page.getByRole("button", { name: title, exact: true }) })
        .boundingBox();
      places.push(box!.x);
    }
    expect(places).toEqual(places.toSorted((one, other) => one - other));
    expect(new Set(places).size).toBe(4);
  });

  it("is reached and started by keyboard alone", async () => {
    model.script({ text: words("Tea is a drink.") });
    const { page } = await site.open(`/apps/${appId}/build`);
    await page.locator(".canvas .step").first().waitFor();
    const focused = () =>
      page.evaluate<string>("document.activeElement.getAttribute('aria-label') ?? document.activeElement.innerText");
    const tabTo = async (name: string) => {
      for (let presses = 0; presses < 30; presses += 1) {
        await page.keyboard.press("Tab");
        if ((await focused()).trim() === name) return;
      }
      throw new Error(`Thirty presses of Tab did not reach ${name}.`);
    };
    await page.keyboard.press("Tab");
    expect(await focused()).toBe("Skip to the page");
    await tabTo("Run");
    const outline = await page.evaluate<string>("getComputedStyle(document.activeElement).outlineStyle");
    expect(outline).toBe("solid");
    await page.keyboard.press("Enter");
    await page.getByRole("form", { name: "Inputs of the run" }).waitFor();
    await page.keyboard.press("Tab");
    for (let presses = 0; presses < 30; presses += 1) {
      if (await page.evaluate("document.activeElement.matches('form input')")) break;
      await page.keyboard.press("Tab");
    }
    await page.keyboard.type("tea");
    await page.keyboard.press("Control+Enter");
    await page.locator(".run-facts").getByText("Succeeded").waitFor();
    await page.getByRole("status").filter({ hasText: "The run succeeded." }).waitFor({ state: "attached" });
    expect(await page.locator(".result .md").innerText()).toBe("Tea is a drink.");
  });
});
