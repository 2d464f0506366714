import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createLogger } from "@diwan/kernel/node";
import { openDataDirectory, type Standalone, standaloneConfig, startStandalone } from "@diwan/standalone";
import type { APIResponse, Browser, BrowserContext, Page } from "playwright-core";
import { startBrowser } from "./chromium.ts";
import type { LocaleName } from "./words.ts";

const root = resolve(import.meta.dirname, "../../..");

/** The text of a file in `examples/`. */
export function example(file: string): string {
  return readFileSync(join(root, "examples", file), "utf8");
}

export const owner = { name: "Amal Haddad", email: "amal@example.com", password: "a long enough password" };

type VisitorOptions = { locale?: LocaleName; width?: number; height?: number; signedIn?: boolean };

/** A browser window, and everything in it that must never happen. */
export type Visitor = {
  page: Page;
  context: BrowserContext;
  /** Errors in the console, breaches of the content policy, requests that left the origin. */
  complaints: string[];
  /** Addresses asked for, with what came back over the wire. */
  loaded: { url: string; type: string }[];
};

/** A real installation in this process with a browser beside it; tests visit it like people do. */
export class Site {
  readonly url: string;
  readonly setupLink: string;
  readonly #standalone: Standalone;
  readonly #browser: Browser;
  readonly #folder: string;
  readonly #visitors: Visitor[] = [];
  #session: { workspaceId: string; csrf: string; cookies: Awaited<ReturnType<BrowserContext["cookies"]>> } | undefined;

  private constructor(standalone: Standalone, browser: Browser, folder: string) {
    this.url = standalone.url;
    this.setupLink = `${standalone.url}/setup#secret=${encodeURIComponent(standalone.setupSecret ?? "")}`;
    this.#standalone = standalone;
    this.#browser = browser;
    this.#folder = folder;
  }

  static async start(environment: Record<string, string> = {}): Promise<Site> {
    const folder = mkdtempSync(join(tmpdir(), "diwan-e2e-"));
    const [standalone, browser] = await Promise.all([
      startStandalone({
        data: openDataDirectory(folder),
        host: "127.0.0.1",
        port: 0,
        config: standaloneConfig(environment),
        logger: (component) => createLogger({ component, level: "fatal" }),
        version: "0.0.0",
        root,
      }),
      startBrowser(),
    ]);
    return new Site(standalone, browser, folder);
  }

  async close(): Promise<void> {
    await this.#browser.close();
    await this.#standalone.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /** What went wrong in any window since the last call. */
  takeComplaints(): string[] {
    return this.#visitors.flatMap(({ complaints }) => complaints.splice(0));
  }

  async closeWindows(): Promise<void> {
    for (const { context } of this.#visitors.splice(0)) await context.close();
  }

  /** Sets the installation up without the page, for tests that are about something else. */
  async becomeOwner(locale: LocaleName = "en"): Promise<void> {
    const secret = decodeURIComponent(this.setupLink.split("#secret=")[1]!);
    const context = await this.#browser.newContext();
    const reply = await context.request.post(`${this.url}/console/api/setup`, {
      data: { ...owner, secret, workspace_name: "Najm Retail", locale },
    });
    await expectGood(reply);
    const { workspaces, csrf_token } = (await reply.json()) as { workspaces: { id: string }[]; csrf_token: string };
    this.#session = { workspaceId: workspaces[0]!.id, csrf: csrf_token, cookies: await context.cookies() };
    await context.close();
  }

  /** Calls the console API as the owner; `{workspaceId}` is filled in. */
  async call<Reply>(method: "GET" | "POST" | "PATCH" | "PUT", path: string, data?: object): Promise<Reply> {
    const { workspaceId, csrf, cookies } = this.#signedIn();
    const response = await fetch(this.url + path.replace("{workspaceId}", workspaceId), {
      method,
      headers: {
        cookie: cookies.map(({ name, value }) => `${name}=${value}`).join("; "),
        "x-csrf-token": csrf,
        ...(data === undefined ? {} : { "content-type": "application/json" }),
      },
      ...(data === undefined ? {} : { body: JSON.stringify(data) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${text}`);
    return (text === "" ? undefined : JSON.parse(text)) as Reply;
  }

  /** @returns the id of the app, a draft */
  async importDraft(content: string): Promise<string> {
    const { app_id } = await this.call<{ app_id: string | null }>(
      "POST",
      "/console/api/workspaces/{workspaceId}/imports",
      { content },
    );
    if (app_id === null) throw new Error("The file was not imported.");
    return app_id;
  }

  /** @returns the id of the app, which is live */
  async importApp(content: string): Promise<string> {
    const appId = await this.importDraft(content);
    await this.call("POST", `/console/api/apps/${appId}/publish`);
    return appId;
  }

  /** Runs a live app to its end. @returns the run's id */
  async finishedRun(appId: string, inputs: Record<string, unknown>): Promise<string> {
    const { run_id } = await this.call<{ run_id: string }>("POST", `/console/api/apps/${appId}/runs`, { inputs });
    for (;;) {
      const { finished_at } = await this.call<{ finished_at: string | null }>("GET", `/console/api/runs/${run_id}`);
      if (finished_at !== null) return run_id;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  async open(path: string, options: VisitorOptions = {}): Promise<Visitor> {
    const { locale = "en", width = 1440, height = 900, signedIn = true } = options;
    const context = await this.#browser.newContext({
      viewport: { width, height },
      locale: locale === "ar" ? "ar" : "en-GB",
      // Nothing is half faded in when it is looked at.
      reducedMotion: "reduce",
      permissions: ["clipboard-read", "clipboard-write"],
    });
    if (signedIn) await context.addCookies(this.#signedIn().cookies);
    const page = await context.newPage();
    page.setDefaultTimeout(10_000);
    const visitor = { page, context, ...watch(page, this.url) };
    this.#visitors.push(visitor);
    await page.goto(path.startsWith("http") ? path : this.url + path);
    return visitor;
  }

  #signedIn() {
    if (this.#session === undefined) throw new Error("Call becomeOwner first.");
    return this.#session;
  }
}

async function expectGood(reply: APIResponse): Promise<void> {
  if (!reply.ok()) throw new Error(`${reply.url()} answered ${reply.status()}: ${await reply.text()}`);
}

function watch(page: Page, origin: string): Pick<Visitor, "complaints" | "loaded"> {
  const complaints: string[] = [];
  const loaded: Visitor["loaded"] = [];
  page.on("pageerror", (error) => complaints.push(`uncaught: ${error.message}`));
  page.on("console", (message) => {
    if (!["error", "warning"].includes(message.type()) || isMeant(message.text(), message.location().url)) return;
    complaints.push(`console ${message.type()}: ${message.text()} ${message.location().url}`);
  });
  page.on("request", (request) => {
    const url = request.url();
    if (!/^(data|blob):/.test(url) && new URL(url).origin !== new URL(origin).origin) complaints.push(`left: ${url}`);
    loaded.push({ url, type: request.resourceType() });
  });
  return { complaints, loaded };
}

/** Chromium reports every 4xx; nobody being signed in, a wrong password and a bad or large file are answered so by design. */
function isMeant(text: string, url: string): boolean {
  return (
    (/status of 413/.test(text) && /\/console\/api\/apps\/[^/]+\/files$/.test(url)) ||
    (/status of 40[013]/.test(text) && /\/console\/api\/(account|auth\/sign-in|workspaces\/[^/]+\/imports)$/.test(url))
  );
}
