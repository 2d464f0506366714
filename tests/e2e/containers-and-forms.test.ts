import { type ModelServer, startModelServer, words } from "@diwan/testkit";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { appText, end, iteration, start, template, text } from "../support/app-text.ts";
import { expectAccessible, expectNoSidewaysScroll } from "./support/checks.ts";
import { chromiumHere } from "./support/chromium.ts";
import { englishFollowUp, followUpApp, followUpReplies } from "./support/demo-app.ts";
import { Site } from "./support/site.ts";
import { wordsOf } from "./support/words.ts";

const languages = [
  ["English", "en"],
  ["Arabic", "ar"],
] as const;
const { message, each, polish, shorten, approve, send } = englishFollowUp;

describe.skipIf(chromiumHere.missing)(`containers and forms ${chromiumHere.name}`, () => {
  let site: Site;
  let model: ModelServer;
  let appId: string;
  /** Milliseconds between two words of the model. */
  let pace = 0;
  beforeAll(async () => {
    model = await startModelServer(({ body }) => ({ text: words(followUpReplies(body)), pieceMs: pace }));
    site = await Site.start({
      OPENAI_API_BASE: model.url,
      OPENAI_API_KEY: "not-secret",
      WORKFLOW_MAX_EXECUTION_STEPS: "5000",
    });
    await site.becomeOwner();
    appId = await site.importApp(followUpApp(englishFollowUp));
  });
  afterAll(async () => {
    await site?.close();
    await model?.[Symbol.asyncDispose]();
  });
  afterEach(async () => {
    pace = 0;
    await site.closeWindows();
    expect(site.takeComplaints()).toEqual([]);
  });
  const startRun = (inputs: object, rest: object = {}, app = appId) =>
    site.call<{ run_id: string }>("POST", `/console/api/apps/${app}/runs`, { inputs, ...rest });
  const formsOf = async (runId: string) => {
    for (;;) {
      const { forms } = await site.call<{ forms: { id: string }[] }>("GET", `/console/api/runs/${runId}`);
      if (forms.length > 0) return forms;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  };

  it.each(languages)("shows the rounds of a container, on its card and in the trace, in %s", async (_, locale) => {
    const t = wordsOf(locale);
    await site.call("PATCH", "/console/api/account", { locale });
    pace = 25;
    const { run_id } = await startRun({ message });
    const { page } = await site.open(`/apps/${appId}/build?run=${run_id}&tab=trace`, { locale, width: 3_000 });
    const card = page
      .locator(".container", { has: page.getByRole("button", { name: new RegExp(`^${each}`) }) })
      .first();
    const count = t("run.round-k-of").replace("{count}", "3");
    await card.getByText(new RegExp(`^${count.replace("{n}", "[123]")}$`)).waitFor();
    expect(await card.locator(".round-line").count()).toBe(1);
    await page.getByRole("form", { name: approve }).waitFor();
    const places = await page.evaluate<boolean>(`(() => {
      const box = (name) => [...document.querySelectorAll(".container, .step")].find((one) =>
        one.querySelector(".step-name").textContent === name).getBoundingClientRect();
      const inside = (inner, outer) => inner.left > outer.left && inner.right < outer.right &&
        inner.top > outer.top && inner.bottom < outer.bottom;
      return inside(box(${JSON.stringify(polish)}), box(${JSON.stringify(each)})) &&
        inside(box(${JSON.stringify(shorten)}), box(${JSON.stringify(polish)}));
    })()`);
    expect(places).toBe(true);

    await page.setViewportSize({ width: 1_440, height: 900 });
    const trace = page.getByRole("list", { name: t("run.trace") });
    const unfold = (title: string) =>
      trace
        .getByRole("button", { name: t("run.unfold").replace("{title}", title) })
        .first()
        .click();
    await unfold(each);
    const round = (n: number) => trace.getByRole("button", { name: t("run.round").replace("{n}", `${n}`) });
    expect(await round(1).count()).toBe(1);
    expect(await round(3).count()).toBe(1);
    await trace.getByText("SO-20419").waitFor();
    await round(2).click();
    await unfold(polish);
    await round(1).last().click();
    await trace.getByRole("button", { name: shorten }).click();
    await expect.poll(() => new URL(page.url()).searchParams.get("at")).toBe("r2.1");
    const panel = page.getByRole("complementary", { name: t("builder.step-panel").replace("{title}", shorten) });
    await panel
      .locator(".step-rounds")
      .getByText(t("run.round-of").replace("{n}", "3").replace("{count}", "6"))
      .waitFor();
    await expectAccessible(page, "rounds of nested containers");
    await panel.getByRole("button", { name: t("run.round-after") }).click();
    await expect.poll(() => new URL(page.url()).searchParams.get("at")).toBe("r2.2");
  });

  it.each(languages)(
    "pauses for a person, takes the answer and goes on in the same panel, in %s",
    async (_, locale) => {
      const t = wordsOf(locale);
      await site.call("PATCH", "/console/api/account", { locale });
      const { page } = await site.open(`/apps/${appId}/build?tab=inputs`, { locale });
      await page.getByRole("form").getByRole("textbox").fill(message);
      await page.getByRole("button", { name: t("run.start") }).click();
      const form = page.getByRole("form", { name: approve });
      await form.waitFor();
      await page.locator(".run-facts").getByText(t("runs.status.paused")).waitFor();
      await page.locator(".canvas .step.waiting").waitFor();
      await form.locator("strong", { hasText: "SO-20418" }).waitFor();
      await form.getByRole("link", { name: "here" }).waitFor();
      await form.locator(".ask-left").waitFor();
      await expectAccessible(page, "paused run with its form");
      await form.getByRole("button", { name: send }).click();
      await form.getByText(t("run.problem.required").replace("{label}", "Tone")).waitFor();
      expect(await form.getByRole("combobox").evaluate((box) => box.matches(":focus"))).toBe(true);
      await form.getByRole("combobox").selectOption("Friendly");
      await form.getByRole("textbox").fill("Good.");
      await form.getByRole("button", { name: send }).click();
      await page.locator(".trace-total").waitFor();
      await page.locator(".ask-answered", { hasText: send }).waitFor();
      expect(await form.count()).toBe(0);
      await page.locator(".run-facts").getByText(t("runs.status.partial-succeeded")).waitFor();
      await page.locator(".canvas .step.succeeded", { hasText: "Sent" }).waitFor();
      await page.locator(".canvas .step.skipped", { hasText: "Answered" }).waitFor();
    },
  );

  it("shows a paused run that is opened by its address, on a narrow screen too", async () => {
    await site.call("PATCH", "/console/api/account", { locale: "en" });
    const { run_id } = await startRun({ message });
    await formsOf(run_id);
    const { page } = await site.open(`/apps/${appId}/build?run=${run_id}&tab=trace`, { width: 390, height: 844 });
    const form = page.getByRole("form", { name: approve });
    await form.scrollIntoViewIfNeeded();
    await expectNoSidewaysScroll(page, "paused run, narrow");
    await expectAccessible(page, "paused run, narrow", ["light"]);
    await form.getByRole("combobox").selectOption("Formal");
    await form.getByRole("button", { name: send }).click();
    await page.locator(".run-facts").getByText("Failure handled").waitFor();
  });

  it("says that somebody else was faster, and that the time is over", async () => {
    await site.call("PATCH", "/console/api/account", { locale: "en" });
    const { run_id } = await startRun({ message });
    const [form] = await formsOf(run_id);
    const { page, context } = await site.open("/studio");
    // The page hears of nothing, as when the line has just dropped.
    await context.route("**/events", (route) => route.abort());
    await page.goto(`${site.url}/apps/${appId}/build?run=${run_id}&tab=trace`);
    const card = page.getByRole("form", { name: approve });
    await card.getByRole("combobox").selectOption("Formal");
    await context.route(`**/runs/${run_id}`, async (route) => {
      const reply = await route.fetch();
      const run = (await reply.json()) as { forms: object[] };
      const forms = run.forms.map((one) => ({ ...one, expires_at: new Date(Date.now() - 1_000).toISOString() }));
      await route.fulfill({ response: reply, json: { ...run, forms } });
    });
    const late = await context.newPage();
    await late.goto(`${site.url}/apps/${appId}/build?run=${run_id}&tab=trace`);
    await late.getByRole("form", { name: approve }).getByText("The time to answer is over.").waitFor();
    expect(await late.getByRole("button", { name: send }).count()).toBe(0);

    const inputs = { remark: "", tone: "Formal" };
    await site.call("POST", `/console/api/runs/${run_id}/forms/${form!.id}`, { action: "change", inputs });
    await card.getByRole("button", { name: send }).click();
    await card.getByText("Somebody has answered this already.").waitFor();
    site.takeComplaints();
  });

  it("asks in the preview of a chat, and answers there", async () => {
    const chat = await site.importApp(
      appText(
        "advanced-chat",
        [
          start(),
          {
            id: "ask",
            title: "Which one?",
            type: "human-input",
            delivery_methods: [],
            form_content: "Which **size**?",
            inputs: [],
            user_actions: [
              { id: "small", title: "Small", button_style: "primary" },
              { id: "large", title: "Large", button_style: "accent" },
            ],
          },
          { id: "reply", title: "Reply", type: "answer", answer: "You chose {{#ask.__action_value#}}." },
        ],
        ["start>ask", "ask:small>reply", "ask:large>reply"],
      ),
    );
    const { page } = await site.open(`/apps/${chat}/build`);
    await page.getByRole("button", { name: "Run", exact: true }).click();
    const preview = page.getByRole("complementary", { name: "Preview" });
    await preview.getByRole("textbox", { name: "Message" }).fill("A tea, please");
    await page.keyboard.press("Enter");
    const form = preview.getByRole("form", { name: "Which one?" });
    await form.getByRole("button", { name: "Large" }).waitFor();
    expect(await page.getByRole("form", { name: "Which one?" }).count()).toBe(1);
    await expectAccessible(page, "form in the preview of a chat");
    await form.getByRole("button", { name: "Large" }).click();
    await preview.getByText("You chose Large.").waitFor();
  });

  it.each(languages)("takes files for a run and for a form, in %s", async (_, locale) => {
    const t = wordsOf(locale);
    await site.call("PATCH", "/console/api/account", { locale });
    const app = await site.importApp(filesApp);
    const { page } = await site.open(`/apps/${app}/build?tab=inputs`, { locale });
    const inputs = page.getByRole("form", { name: t("run.inputs-form") });
    await page.getByRole("button", { name: t("run.start") }).click();
    await inputs.getByText(t("run.problem.required").replace("{label}", "Paper")).waitFor();
    const large = { name: "large.txt", mimeType: "text/plain", buffer: Buffer.alloc(15 * 1024 * 1024 + 1, "a") };
    await inputs.locator("input[type=file]").setInputFiles(large);
    await inputs.locator("[data-state=refused]").getByText("15 MB").waitFor();
    await page.getByRole("button", { name: t("run.start") }).click();
    await inputs.getByText(t("run.problem.file-refused")).waitFor();
    await inputs.getByRole("button", { name: t("ui.file.remove").replace("{name}", "large.txt") }).click();
    await inputs.locator("input[type=file]").setInputFiles(file("paper.txt", "The first page."));
    await inputs.getByRole("listitem").filter({ hasText: "paper.txt" }).waitFor();
    await inputs.locator("[data-state=there]").waitFor();
    await expectAccessible(page, "a file in the form of a run");
    await page.getByRole("button", { name: t("run.start") }).click();
    const form = page.getByRole("form", { name: "Second" });
    await form.getByText("The first page.").waitFor();
    await form.locator("input[type=file]").setInputFiles([file("second.txt", "The second."), file("extra.txt", "x")]);
    await form.locator("[data-state=there]").nth(1).waitFor();
    await form.getByRole("button", { name: t("ui.file.remove").replace("{name}", "extra.txt") }).click();
    await form.getByRole("button", { name: "Done" }).click();
    await page.locator(".trace-total").waitFor();
    expect(await page.locator(".result").innerText()).toContain("The second.");
  });

  it("stays quick with a thousand rounds", async () => {
    await site.call("PATCH", "/console/api/account", { locale: "en" });
    const app = await site.importApp(manyRoundsApp);
    const numbers = Array.from({ length: 1_000 }, (_, index) => `n${index}`);
    model.script({ text: [JSON.stringify({ numbers })] });
    const runId = await site.finishedRun(app, { text: "count" });
    model.script(({ body }) => ({ text: words(followUpReplies(body)), pieceMs: pace }));
    const { page } = await site.open(`/apps/${app}/build?run=${runId}&tab=trace`);
    await page.getByRole("button", { name: "Unfold each" }).click();
    const trace = page.getByRole("list", { name: "Steps of the run" });
    await trace.getByRole("button", { name: "Rounds 901–1,000" }).click();
    const took = await page.evaluate<number>(`new Promise((done) => {
      const begun = performance.now();
      [...document.querySelectorAll(".trace-toggle")].find((one) => one.textContent.includes("Rounds 701")).click();
      requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now() - begun)));
    })`);
    expect(took).toBeLessThan(1_000);
    expect(await trace.getByRole("listitem").count()).toBeLessThan(230);
    await trace.getByRole("button", { name: "Round 734" }).click();
    await trace.getByText("n733").waitFor();
    await trace.getByRole("button", { name: "word" }).click();
    await page.locator(".step-rounds").getByText("734 of 1,000").waitFor();
  });
});

function file(name: string, content: string) {
  return { name, mimeType: "text/plain", buffer: Buffer.from(content) };
}

const fileField = {
  allowed_file_types: ["document"],
  allowed_file_extensions: [],
  allowed_file_upload_methods: ["local_file"],
};
const filesApp = appText(
  "workflow",
  [
    start([{ variable: "paper", label: "Paper", type: "file", required: true, ...fileField }]),
    { id: "read", type: "document-extractor", variable_selector: ["start", "paper"], is_array_file: false },
    {
      id: "ask",
      title: "Second",
      type: "human-input",
      delivery_methods: [],
      form_content: "Got: {{#read.text#}}\n\n{{#$output.more#}}",
      inputs: [{ type: "file-list", output_variable_name: "more", number_limits: 3, ...fileField }],
      user_actions: [{ id: "done", title: "Done", button_style: "primary" }],
    },
    { id: "again", type: "document-extractor", variable_selector: ["ask", "more"], is_array_file: true },
    end("end", { texts: ["again", "text"] }),
  ],
  ["start>read", "read>ask", "ask:done>again", "again>end"],
);

const manyRoundsApp = appText(
  "workflow",
  [
    start([text("text")]),
    {
      id: "find",
      type: "parameter-extractor",
      query: ["start", "text"],
      model: { provider: "openai", name: "m", mode: "chat", completion_params: {} },
      parameters: [{ name: "numbers", type: "array[string]", description: "All", required: true }],
      reasoning_mode: "prompt",
    },
    ...iteration(
      "each",
      ["find", "numbers"],
      ["word", "output"],
      [template("word", "{{ n }}", { n: ["each", "item"] })],
    ),
    end("end", { all: ["each", "output"] }),
  ],
  ["start>find", "find>each", "eachstart>word", "each>end"],
);
