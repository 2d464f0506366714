import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { expectAccessible, expectNoSidewaysScroll } from "./support/checks.ts";
import { chromiumHere } from "./support/chromium.ts";
import { example, Site } from "./support/site.ts";
import { wordsOf } from "./support/words.ts";

const languages = [
  ["English", "en"],
  ["Arabic", "ar"],
] as const;

describe.skipIf(chromiumHere.missing)(`screens ${chromiumHere.name}`, () => {
  let site: Site;
  let reply: string;
  let chat: string;
  let run: string;
  /** Each screen with what is on show when it is ready. */
  const screens = () => [
    { name: "studio", path: "/studio", ready: ".app-card" },
    { name: "studio as a list", path: "/studio?view=list", ready: "table" },
    { name: "studio with nothing found", path: "/studio?q=zzz", ready: ".page .muted" },
    { name: "new app", path: "/studio/new", ready: ".sample" },
    { name: "import", path: "/studio/import", ready: ".choose-file" },
    { name: "models", path: "/integrations/models", ready: ".page .card" },
    { name: "builder", path: `/apps/${reply}/build`, ready: ".step, .outline" },
    { name: "inputs", path: `/apps/${reply}/build?tab=inputs`, ready: ".inputs-form" },
    { name: "run", path: `/apps/${reply}/build?run=${run}&tab=trace`, ready: ".trace-total" },
    { name: "events", path: `/apps/${reply}/build?run=${run}&tab=events`, ready: ".events" },
    { name: "step", path: `/apps/${reply}/build?run=${run}&step=1006`, ready: ".dock .json" },
    { name: "runs", path: `/apps/${reply}/runs`, ready: "tbody tr" },
    { name: "API access", path: `/apps/${reply}/access/api`, ready: ".key-list, .access-card" },
    { name: "chat app", path: `/apps/${chat}/build`, ready: ".step, .outline" },
    { name: "missing app", path: "/apps/00000000-0000-7000-8000-000000000000/build", ready: "h1, h2" },
    { name: "no page", path: "/nowhere", ready: "h1, h2" },
  ];

  beforeAll(async () => {
    site = await Site.start();
    await site.becomeOwner();
    reply = await site.importApp(example("templates/support-reply.yml"));
    chat = await site.importApp(example("templates/internal-chatbot.yml"));
    for (const file of ["cv-screening.yml", "order-desk.yml", "templates/arabic-letter.yml"]) {
      await site.importDraft(example(file));
    }
    run = await site.finishedRun(reply, { message: "My kettle arrived broken, order SO-20418." });
  });
  afterAll(() => site?.close());
  afterEach(async () => {
    await site.closeWindows();
    expect(site.takeComplaints().filter((one) => !/status of 404 .*00000000-0000/.test(one))).toEqual([]);
  });

  it.each(languages)("are accessible in light and in dark and fit 390 pixels, in %s", async (_language, locale) => {
    await site.call("PATCH", "/console/api/account", { locale });
    const waiting = screens();
    // Two windows share the work; a screen is looked at wide, then narrowed in place.
    const look = async () => {
      const { page } = await site.open("/studio", { locale });
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
        await page.setViewportSize({ width: 1440, height: 900 });
        await page.goto(site.url + next.path);
        await page.locator(next.ready).first().waitFor();
        await expectAccessible(page, next.name);
        await page.setViewportSize({ width: 390, height: 844 });
        await page.locator(next.ready).first().waitFor();
        await expectNoSidewaysScroll(page, next.name);
        await expectAccessible(page, `narrow ${next.name}`, ["light"]);
      }
    };
    await Promise.all([look(), look()]);
  });

  it("give texts of both scripts the page's edge", async () => {
    await site.call("PATCH", "/console/api/account", { locale: "en" });
    const { page } = await site.open("/studio");
    await page.locator(".app-card").first().waitFor();
    // Where the words themselves begin, not the box around them.
    const edges = await page.evaluate<{ text: number; box: number }>(`(() => {
      const paragraph = [...document.querySelectorAll(".app-card .clamp")].find((one) => /^[\\u0600-\\u06ff]/.test(one.textContent));
      const words = document.createRange();
      words.selectNodeContents(paragraph);
      return { text: words.getBoundingClientRect().left, box: paragraph.getBoundingClientRect().left };
    })()`);
    expect(Math.abs(edges.text - edges.box)).toBeLessThan(2);
  });

  it.each(languages)("hold a conversation beside the canvas of a chat app, in %s", async (_language, locale) => {
    const t = wordsOf(locale);
    await site.call("PATCH", "/console/api/account", { locale });
    const { page } = await site.open(`/apps/${chat}/build`, { locale });
    await page.getByRole("button", { name: t("builder.run"), exact: true }).click();
    const preview = page.getByRole("complementary", { name: t("chat.preview") });
    await preview.getByRole("combobox").selectOption("IT");
    await preview.getByRole("textbox", { name: t("chat.message") }).fill("My laptop is broken. What now?");
    await page.keyboard.press("Enter");
    await preview.getByRole("button", { name: t("ui.copy") }).waitFor();
    expect(await preview.getByRole("article", { name: t("chat.answer") }).innerText()).not.toBe("");
    await preview.getByRole("textbox", { name: t("chat.message") }).fill("And my phone?");
    await page.keyboard.press("Enter");
    await preview
      .getByRole("button", { name: t("ui.copy") })
      .nth(1)
      .waitFor();
    await expectAccessible(page, "conversation");
  });

  it.each(languages)("open menus that keep to the rules too, in %s", async (_language, locale) => {
    const t = wordsOf(locale);
    await site.call("PATCH", "/console/api/account", { locale });
    const { page } = await site.open("/studio", { locale });
    await page
      .getByRole("button", { name: t.like("app.more-of") })
      .first()
      .click();
    await page.getByRole("menuitem", { name: t("app.delete") }).waitFor();
    await expectAccessible(page, "menu of an app");
    await page.getByRole("menuitem", { name: t("app.delete") }).click();
    await page.getByRole("dialog").waitFor();
    await expectAccessible(page, "question before deleting");
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "hidden" });
    await page.getByRole("button", { name: t.like("frame.account") }).click();
    await page.getByRole("menuitemradio", { name: t("frame.theme.dark") }).waitFor();
    await expectAccessible(page, "account menu");
  });
});
