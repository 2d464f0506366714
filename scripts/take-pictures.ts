import { spawnSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { startModelServer, words } from "@diwan/testkit";
import type { Page } from "playwright-core";
import { englishFollowUp, followUpApp, followUpReplies } from "../tests/e2e/support/demo-app.ts";
import { example, Site } from "../tests/e2e/support/site.ts";
import { wordsOf } from "../tests/e2e/support/words.ts";

/**
 * Takes the pictures of `docs/pictures`: builds the console, fills an installation of its own in a temporary folder with the
 * examples, and looks at it. `node scripts/take-pictures.ts [name …]` takes only those named.
 */
const root = resolve(import.meta.dirname, "..");
const folder = resolve(process.env["DIWAN_PICTURES"] ?? join(root, "docs", "pictures"));
const wanted = process.argv.slice(2);
const days = 12;
const message =
  "My kettle arrived broken, order SO-20418. It was a present and the party is on Saturday. What can I do?";

/** What the model says, by a word of the prompt. */
const answers: readonly [RegExp, string][] = [
  [
    /SO-20418/,
    "I'm sorry your kettle arrived broken, Amal. You can return it within 30 days at no cost.\n\n1. I have started the return for order **SO-20418**; the label is in your inbox.\n2. A new kettle leaves our shop today and arrives on Friday, in time for the party.\n3. Nothing is charged for it.\n\nShall I add gift wrapping?",
  ],
  [
    /مجلس/,
    "السادة أعضاء مجلس الإدارة المحترمين،\n\nتحية طيبة وبعد، نحيطكم علمًا بأن الاجتماع المقرر عقده يوم الخميس قد أُجّل إلى **يوم الأحد القادم** في الساعة العاشرة صباحًا، وذلك لسفر المدير العام.\n\nوتفضلوا بقبول فائق الاحترام.",
  ],
  [
    /order a new one/,
    "Your manager can, in *Equipment*. For a laptop that is beyond repair it takes two steps:\n\n- IT writes in the ticket that it is not worth repairing.\n- Your manager confirms the cost centre.\n\nA new one usually arrives within **three working days**.",
  ],
  [
    /laptop/,
    "Leave it switched off and bring it to the service desk on the **ground floor**, 8:00 to 17:00.\n\n1. Open a ticket in *Help*, so that a loan device is ready for you.\n2. Take your badge along.\n3. Files in your home folder are safe; those on the desktop may not be.",
  ],
  [/Rent/, "The rent is **4,200 a month**, due on the first working day."],
];

spawnSync(process.execPath, [join(root, "node_modules/vite/bin/vite.js"), "build", "--logLevel", "error"], {
  cwd: join(root, "web", "console"),
  stdio: "inherit",
});
mkdirSync(folder, { recursive: true });
/** Milliseconds between two words. */
let pace = 0;
/** The model answers as it does another time. */
let again = false;
const model = await startModelServer(({ body }) => {
  const known = answers.find(([word]) => word.test(lastMessage(body)))?.[1];
  const text = isFollowUp(body) ? followUpReplies(body, again) : (known ?? "Noted.");
  return { text: words(text), pieceMs: pace };
});
const site = await Site.start({ OPENAI_API_BASE: model.url, OPENAI_API_KEY: "none-needed" });
try {
  await takeAll();
} finally {
  await site.close();
  await model[Symbol.asyncDispose]();
}

async function takeAll(): Promise<void> {
  const setup = await site.open(site.setupLink, { signedIn: false });
  await setup.page.getByLabel("Your name").fill("Amal Haddad");
  await setup.page.getByLabel("E-mail").fill("amal@example.com");
  await setup.page.getByLabel("Password").fill("seven quiet lanterns");
  await setup.page.getByLabel("Workspace name").fill("Najm Retail");
  await setup.page.getByLabel("Workspace name").blur();
  await take(setup.page, "setup-light", "light");
  await site.becomeOwner();

  const empty = await site.open("/studio");
  await empty.page.locator(".sample").first().waitFor();
  await take(empty.page, "studio-empty-dark", "dark");

  const apps = await fill();
  const studio = await site.open("/studio");
  await studio.page.locator(".app-card").first().waitFor();
  await take(studio.page, "studio-light", "light");

  await takeBuilder(apps.reply, "en", ["builder-run-dark", "builder-run-light"]);
  await takeBuilder(apps.letter, "ar", ["builder-arabic"]);
  await takeChat(apps.chat);
  await takeRounds();

  const imported = await site.open("/studio/import");
  const chooser = imported.page.waitForEvent("filechooser");
  await imported.page.getByRole("button", { name: "Choose a file" }).click();
  const buffer = Buffer.from(example("order-desk.yml"));
  await (await chooser).setFiles({ name: "order-desk.yml", mimeType: "text/yaml", buffer });
  await imported.page.locator(".problems li").first().waitFor();
  await take(imported.page, "import-light", "light");

  const access = await site.open(`/apps/${apps.reply}/access/api`);
  await access.page.getByRole("button", { name: "Create key" }).click();
  await access.page.getByRole("button", { name: "Done" }).click();
  await access.page.locator(".key-list li").first().waitFor();
  // The key itself goes with the page; the address becomes the usual one.
  await access.page.reload();
  await access.page.locator(".key-list li").first().waitFor();
  const port = new URL(site.url).port;
  await access.page.locator("pre").first().waitFor();
  await access.page.evaluate(`for (const code of document.querySelectorAll("pre, pre *")) {
    if (code.childElementCount === 0) code.textContent = code.textContent.replaceAll(":${port}/", ":5001/");
  }`);
  await take(access.page, "access-light", "light");
}

function isFollowUp(body: Record<string, unknown>): boolean {
  return /Draft a reply on|Shorten:|Numbers of orders|categor/.test(JSON.stringify(body["messages"]));
}

function lastMessage(body: Record<string, unknown>): string {
  return JSON.stringify((body["messages"] as { content: unknown }[]).at(-1)?.content);
}

/** A sample as an author has it after choosing a model of their own. */
function withModel(file: string, note: string): string {
  return example(file)
    .replaceAll(/provider: builtin\/demo\/demo/g, "provider: openai")
    .replaceAll(/name: demo$/gm, "name: gpt-4.1-mini")
    .replace(/("mode":"normal","style":"","text":")[^"]*/, `$1${note}`);
}

/** Apps with some days of runs behind them. */
async function fill(): Promise<{ reply: string; letter: string; chat: string }> {
  await site.importDraft(example("invoice-approval.yml"));
  await site.importDraft(example("cv-screening.yml"));
  const notes = await site.importApp(example("meeting-notes.yml"));
  const letter = await site.importApp(
    withModel("templates/arabic-letter.yml", "الأسلوب الرسمي للمخاطبات الخارجية فقط."),
  );
  const documents = await site.importApp(withModel("templates/document-questions.yml", "Answers quote the contract."));
  const chat = await site.importApp(withModel("templates/internal-chatbot.yml", "Handbook of spring, checked by HR."));
  const reply = await site.importApp(
    withModel("templates/support-reply.yml", "Refunds above 500 need a manager. Policy 4.2."),
  );
  const tea = { message: "Where is my tea?", name: "Wei" };
  const rent = { document: "Rent is 4,200 a month.", question: "What is the rent? Rent only.", length: "short" };
  const board = { topic: "اجتماع المجلس", recipient: "الأعضاء", tone: "رسمي", copies: 1 };
  await onEachDay(async (day) => {
    const times = (most: number) =>
      Array.from({ length: Math.round(most * (0.5 + day / days / 2 + ((day * 7) % 5) / 10)) });
    for (const _ of times(6)) await site.finishedRun(reply, tea);
    for (const _ of times(2)) await site.finishedRun(documents, rent);
    for (const _ of times(3)) await site.finishedRun(letter, board);
    // The model answers in words where this app's file asks for JSON.
    if (day > 6)
      for (const _ of times(2)) await site.finishedRun(notes, { transcript: "Open until nine.", title: "Monday" });
  });
  return { reply, letter, chat };
}

/** Turns this process's clock back, so that runs spread over the days that a card draws. */
async function onEachDay(act: (day: number) => Promise<void>): Promise<void> {
  const present = Date.now;
  try {
    for (let day = 1; day <= days; day += 1) {
      Date.now = () => present() - (days - day) * 86_400_000;
      await act(day);
    }
  } finally {
    Date.now = present;
  }
}

/** A run under way: the step before the last still writes. */
async function takeBuilder(appId: string, locale: "en" | "ar", pictures: readonly string[]): Promise<void> {
  const t = wordsOf(locale);
  await site.call("PATCH", "/console/api/account", { locale });
  for (const name of pictures) {
    const { page } = await site.open(`/apps/${appId}/build?tab=inputs`, { locale });
    const fields = page.locator(".inputs-form");
    await fields.waitFor();
    const given: Record<string, string> =
      locale === "en"
        ? { Message: message, Name: "Amal" }
        : {
            "موضوع الخطاب": "تأجيل اجتماع مجلس الإدارة إلى يوم الأحد",
            "المرسل إليه": "أعضاء مجلس الإدارة",
            "عدد النسخ": "1",
          };
    for (const [label, value] of Object.entries(given)) await fields.getByLabel(label).fill(value);
    for (const list of await fields.getByRole("combobox").all()) await list.selectOption({ index: 1 });
    pace = 70;
    await page.emulateMedia({ colorScheme: name.endsWith("dark") ? "dark" : "light", reducedMotion: "reduce" });
    await page.getByRole("button", { name: t("run.start") }).click();
    await page.locator(".canvas .step.running").first().waitFor();
    await page.locator(".result .md").waitFor();
    await page.waitForTimeout(2_000);
    await take(page, name, name.endsWith("dark") ? "dark" : "light");
    await page.locator(".trace-total").waitFor();
  }
  await site.call("PATCH", "/console/api/account", { locale: "en" });
}

async function takeChat(appId: string): Promise<void> {
  pace = 0;
  const { page } = await site.open(`/apps/${appId}/build`);
  await page.getByRole("button", { name: "Run", exact: true }).click();
  const preview = page.getByRole("complementary", { name: "Preview" });
  await preview.getByRole("combobox").selectOption("IT");
  for (const [index, question] of ["My laptop is broken. What now?", "Who can order a new one?"].entries()) {
    await preview.getByRole("textbox", { name: "Message" }).fill(question);
    await page.keyboard.press("Enter");
    await preview.getByRole("button", { name: "Copy" }).nth(index).waitFor();
  }
  await preview.getByRole("textbox", { name: "Message" }).blur();
  await take(page, "chat-light", "light");
}

/** Nested containers at work, the form that the run then waits for, and the run beside another one. */
async function takeRounds(): Promise<void> {
  const app = await site.importApp(followUpApp(englishFollowUp));
  const { page } = await site.open(`/apps/${app}/build?tab=inputs`);
  await page.getByRole("form").getByRole("textbox").fill(englishFollowUp.message);
  await page.emulateMedia({ colorScheme: "dark", reducedMotion: "reduce" });
  pace = 70;
  await page.getByRole("button", { name: "Start run" }).click();
  await page.locator(".container.running").first().waitFor();
  await zoomTo(page, englishFollowUp.each);
  await page.getByRole("button", { name: `Unfold ${englishFollowUp.each}` }).click();
  await page.getByRole("button", { name: "Round 1" }).click();
  await page
    .getByRole("button", { name: `Unfold ${englishFollowUp.polish}` })
    .first()
    .click();
  await page.waitForTimeout(600);
  await take(page, "builder-rounds-dark", "dark");
  pace = 0;
  await page.locator(".ask").waitFor();
  await page.getByRole("button", { name: "Fit everything in view" }).click();
  await page.waitForTimeout(500);
  await zoomTo(page, englishFollowUp.approve);
  await page.locator(".ask").getByRole("combobox").selectOption("Friendly");
  await page.locator(".ask").getByRole("textbox").fill("Good, and add our apologies.");
  await page.locator(".ask").getByRole("textbox").blur();
  await page.locator(".ask").getByRole("button").first().scrollIntoViewIfNeeded();
  await take(page, "run-form-light", "light");
  await page.locator(".ask").getByRole("button", { name: englishFollowUp.send }).click();
  await page.locator(".trace-total").waitFor();

  again = true;
  const first = new URL(page.url()).searchParams.get("run");
  const from = { node_id: "draft", frame: [["each", 1]] };
  const { run_id } = await site.call<{ run_id: string }>("POST", `/console/api/runs/${first}/retry`, { from });
  type Waiting = { forms: { id: string }[] };
  let forms: Waiting["forms"] = [];
  while (forms.length === 0) ({ forms } = await site.call<Waiting>("GET", `/console/api/runs/${run_id}`));
  const inputs = { remark: "Friday is too late.", tone: "Friendly" };
  await site.call("POST", `/console/api/runs/${run_id}/forms/${forms[0]?.id}`, { action: "change", inputs });
  again = false;
  await page.goto(`${site.url}/apps/${app}/build?run=${run_id}&tab=trace`);
  await page.locator(".trace-total").waitFor();
  await page.goto(`${site.url}/apps/${app}/runs/${first}/compare?with=${run_id}&step=letter`);
  await page.locator(".compare-row").first().waitFor();
  await take(page, "compare-light", "light");
}

/** Brings a step near, as a person does with the wheel. */
async function zoomTo(page: Page, title: string): Promise<void> {
  const card = page.locator(".container, .step", { has: page.getByRole("button", { name: new RegExp(`^${title}`) }) });
  const box = await card.first().boundingBox();
  if (box === null) return;
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
  await page.keyboard.down("Control");
  for (let turns = 0; turns < 11; turns += 1) await page.mouse.wheel(0, -40);
  await page.keyboard.up("Control");
  await page.waitForTimeout(250);
}

async function take(page: Page, name: string, colorScheme: "light" | "dark"): Promise<void> {
  if (wanted.length > 0 && !wanted.includes(name)) return;
  await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
  await page.evaluate("document.fonts.ready.then(() => new Promise(requestAnimationFrame))");
  await page.mouse.move(0, 0);
  await page.screenshot({ path: join(folder, `${name}.png`) });
  process.stdout.write(`${join(folder, `${name}.png`)}\n`);
}
