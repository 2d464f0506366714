import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { appText, end, start, template, text } from "../support/app-text.ts";
import { expectAccessible } from "./support/checks.ts";
import { chromiumHere } from "./support/chromium.ts";
import { Site } from "./support/site.ts";
import { wordsOf } from "./support/words.ts";

const languages = [
  ["English", "en"],
  ["Arabic", "ar"],
] as const;

describe.skipIf(chromiumHere.missing)(`API access ${chromiumHere.name}`, () => {
  let site: Site;
  let appId: string;
  beforeAll(async () => {
    site = await Site.start();
    await site.becomeOwner();
    appId = await site.importApp(
      appText(
        "workflow",
        [
          start([text("name")]),
          template("greet", "Hello {{ name }}", { name: ["start", "name"] }),
          end("end", { reply: ["greet", "output"] }),
        ],
        ["start>greet", "greet>end"],
      ),
    );
  });
  afterAll(() => site?.close());
  afterEach(async () => {
    await site.closeWindows();
    expect(site.takeComplaints()).toEqual([]);
  });

  it.each(languages)("gives a key that is shown once and that calls the app, in %s", async (_language, locale) => {
    const t = wordsOf(locale);
    await site.call("PATCH", "/console/api/account", { locale });
    const { page } = await site.open(`/apps/${appId}/access/api`, { locale });
    await page.getByRole("button", { name: t("access.create") }).click();
    const dialog = page.getByRole("dialog", { name: t("access.new.title") });
    await dialog.waitFor();
    await expectAccessible(page, "new key");
    await dialog.getByRole("button", { name: t("access.new.copy") }).click();
    await dialog.getByRole("button", { name: t("ui.copied") }).waitFor();
    const key = await page.evaluate<string>("navigator.clipboard.readText()");
    expect(await dialog.locator("output").innerText()).toBe(key);
    await dialog.getByRole("button", { name: t("access.new.done") }).click();
    await dialog.waitFor({ state: "hidden" });

    await page.reload();
    await page.getByRole("heading", { name: t("access.keys") }).waitFor();
    await page.getByText(t("access.never-used"), { exact: false }).waitFor();
    expect(await page.locator("body").innerText()).not.toContain(key);
    await expectAccessible(page, "API access");

    const reply = await fetch(`${site.url}/v1/workflows/run`, {
      method: "POST",
      headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
      body: JSON.stringify({ inputs: { name: "Amal" }, response_mode: "blocking", user: "e2e" }),
    });
    expect(reply.status).toBe(200);
    expect(await reply.json()).toMatchObject({ data: { status: "succeeded", outputs: { reply: "Hello Amal" } } });

    await page.goto(`${site.url}/apps/${appId}/runs`);
    await page
      .getByRole("row")
      .filter({ hasText: t("runs.trigger.api") })
      .first()
      .waitFor();
    await page.goto(`${site.url}/apps/${appId}/access/api`);
    await page.getByRole("button", { name: t("access.revoke") }).click();
    const question = page.getByRole("dialog");
    await question.waitFor();
    await expectAccessible(page, "revoking a key");
    await question.getByRole("button", { name: t("access.revoke") }).click();
    await page.getByText(t("access.empty")).waitFor();
    const refused = await fetch(`${site.url}/v1/info`, { headers: { authorization: `Bearer ${key}` } });
    expect(refused.status).toBe(401);
  });
});
