import { readFileSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { chromiumHere } from "./support/chromium.ts";
import { example, Site, type Visitor } from "./support/site.ts";

const dist = resolve(import.meta.dirname, "../../web/console/dist");
const kB = 1_000;
const names = ({ loaded }: Visitor, type: RegExp) => [
  ...new Set(loaded.map(({ url }) => new URL(url).pathname).filter((path) => type.test(path))),
];

/** Gzip bytes of the scripts and styles that were asked for. */
function codeSize(visitor: Visitor): number {
  return names(visitor, /\.(js|css)$/).reduce((sum, path) => sum + gzipSync(readFileSync(join(dist, path))).length, 0);
}

/** Bytes of the fonts that were asked for; they are compressed already. */
function fontSize(visitor: Visitor): number {
  return names(visitor, /\.woff2?$/).reduce((sum, path) => sum + statSync(join(dist, path)).size, 0);
}

describe.skipIf(chromiumHere.missing)(`the first visit, in bytes ${chromiumHere.name}`, () => {
  let site: Site;
  let appId: string;
  beforeAll(async () => {
    site = await Site.start();
  });
  afterAll(() => site?.close());
  afterEach(() => site.closeWindows());
  const settled = async (visitor: Visitor) => {
    await visitor.page.waitForLoadState("networkidle");
    await visitor.page.evaluate("document.fonts.ready.then(() => undefined)");
  };

  it("fetches 60 kB of fonts at most for set-up in English, and 210 kB in Arabic", async () => {
    const english = await site.open(site.setupLink, { signedIn: false });
    await english.page.getByRole("button").first().waitFor();
    await settled(english);
    expect(fontSize(english)).toBeLessThanOrEqual(60 * kB);
    const arabic = await site.open(site.setupLink, { signedIn: false, locale: "ar" });
    await arabic.page.getByRole("button").first().waitFor();
    await settled(arabic);
    expect(fontSize(arabic)).toBeGreaterThan(0);
    expect(fontSize(arabic)).toBeLessThanOrEqual(210 * kB);
    await site.becomeOwner();
    appId = await site.importApp(example("meeting-notes.yml"));
  });

  it("fetches 250 kB of code and 60 kB of fonts at most for the studio", async () => {
    const visitor = await site.open("/studio");
    await visitor.page.locator(".app-card").waitFor();
    await settled(visitor);
    expect(codeSize(visitor)).toBeGreaterThan(50 * kB);
    expect(codeSize(visitor)).toBeLessThanOrEqual(250 * kB);
    expect(fontSize(visitor)).toBeLessThanOrEqual(60 * kB);
  });

  it("fetches 350 kB of code at most for the builder, and of fonts only the fixed-width one besides", async () => {
    const visitor = await site.open(`/apps/${appId}/build`);
    await visitor.page.locator(".canvas .step").first().waitFor();
    await settled(visitor);
    expect(codeSize(visitor)).toBeLessThanOrEqual(350 * kB);
    expect(names(visitor, /\.woff2?$/).map((path) => path.replace(/-[^-]{8}\.woff2$/, ""))).toEqual([
      "/assets/ibm-plex-sans-latin-wght-normal",
      "/assets/ibm-plex-mono-latin-400-normal",
    ]);
  });

  it("keeps to 210 kB of fonts where a page shows both scripts", async () => {
    await site.importApp(example("templates/arabic-letter.yml"));
    await site.call("PATCH", "/console/api/account", { locale: "ar" });
    const visitor = await site.open("/studio", { locale: "ar" });
    await visitor.page.locator(".app-card").first().waitFor();
    await visitor.page.goto(`${site.url}/apps/${appId}/build`);
    await visitor.page.locator(".canvas .step").first().waitFor();
    await settled(visitor);
    expect(fontSize(visitor)).toBeLessThanOrEqual(210 * kB);
  });

  it("takes what a browser keeps for ever from addresses that change with their content", async () => {
    const page = await fetch(`${site.url}/studio`, { headers: { accept: "text/html" } });
    expect(page.headers.get("cache-control")).toBe("no-cache");
    const [script] = /\/assets\/[\w.-]+\.js/.exec(await page.text()) ?? [""];
    const asked = await fetch(site.url + script, { headers: { "accept-encoding": "gzip, br" } });
    expect(asked.headers.get("cache-control")).toContain("immutable");
    expect(asked.headers.get("content-encoding")).toMatch(/^(br|gzip)$/);
  });
});
