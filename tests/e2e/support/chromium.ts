import { existsSync } from "node:fs";
import { type Browser, chromium } from "playwright-core";

const places = [process.env["DIWAN_TEST_CHROMIUM"], "/usr/bin/chromium", "/usr/bin/chromium-browser"];
const executablePath = places.find((place) => place !== undefined && place !== "" && existsSync(place));

/** For `describe.skipIf(chromiumHere.missing)`; the name says what is missing. */
export const chromiumHere = {
  missing: executablePath === undefined,
  name: executablePath === undefined ? "(needs Chromium)" : "in Chromium",
};

export function startBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: executablePath!, args: ["--disable-dev-shm-usage"] });
}
