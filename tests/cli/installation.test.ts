import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { appText, end, start, text } from "../support/app-text.ts";
import { diwan } from "../support/diwan.ts";
import { startInstallation, type TestInstallation } from "../support/installation.ts";
import { V1Client } from "../support/v1-client.ts";

let installation: TestInstallation;
let folder: string;
let app: string;
/** Where this installation's data lies. */
let here: string[];

const content = appText(
  "workflow",
  [start([text("x")]), end("end", { x: ["start", "x"], key: ["env", "KEY"] })],
  ["start>end"],
  { environment_variables: [{ id: "k", name: "KEY", value_type: "secret", value: "sk-in-the-file" }] },
);

beforeAll(async () => {
  installation = await startInstallation();
  here = ["--data", installation.folder];
  folder = mkdtempSync(join(tmpdir(), "diwan-cli-"));
  app = join(folder, "app.yml");
  writeFileSync(app, content);
});
afterAll(async () => {
  await installation[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\n$/;

describe("against a running installation", () => {
  it("an app goes in, gets a key, is called, and comes out again", async () => {
    const imported = await diwan(["import", app, ...here]);
    expect(imported).toEqual({ code: 0, stdout: expect.stringMatching(uuid), stderr: "" });
    const appId = imported.stdout.trim();

    const [key, plain, secret] = await Promise.all([
      diwan(["key", "create", "--app", appId, ...here]),
      diwan(["export", appId, ...here]),
      diwan(["export", appId, "--secrets", "--to", join(folder, "out.yml"), ...here]),
    ]);
    expect(key).toMatchObject({ code: 0, stdout: expect.stringMatching(/^app-\w{24}\n$/) });
    const v1 = new V1Client(installation.url, key.stdout.trim());
    expect((await v1.post("/workflows/run", { user: "ada", inputs: { x: "1" } }))["data"]).toMatchObject({
      outputs: { x: "1", key: "sk-in-the-file" },
    });
    expect(plain.stdout).toMatch(/^version: 0\.6\.0\nkind: app\n/);
    expect(plain.stdout).not.toContain("sk-in-the-file");
    expect(secret).toEqual({ code: 0, stdout: "", stderr: "" });
    const written = readFileSync(join(folder, "out.yml"), "utf8");
    expect(written.replace("sk-in-the-file", '""')).toBe(plain.stdout);

    const again = await diwan(["import", join(folder, "out.yml"), "--draft", ...here]);
    expect(again.code).toBe(0);
    expect(await installation.console.call("GET", `/apps/${again.stdout.trim()}`)).toMatchObject({ status: "draft" });
  });

  it("a file of a newer version is taken only with --yes", async () => {
    const newer = join(folder, "newer.yml");
    writeFileSync(newer, content.replace('"0.6.0"', '"0.8.0"'));
    const [asked, taken] = await Promise.all([
      diwan(["import", newer, ...here]),
      diwan(["import", newer, "--yes", ...here]),
    ]);
    expect(asked).toEqual({
      code: 1,
      stdout: "",
      stderr: expect.stringMatching(/version 0\.8\.0, newer than 0\.7\.0.*--yes/),
    });
    expect(taken).toMatchObject({ code: 0, stdout: expect.stringMatching(uuid) });
  });

  it("a bad file is refused with the sentence that names the place", async () => {
    const bad = join(folder, "bad.yml");
    writeFileSync(bad, content.replace('"type":"end"', '"type":"teleport"'));
    const { code, stdout, stderr } = await diwan(["import", bad, ...here]);
    expect({ code: code! > 0, stdout }).toEqual({ code: true, stdout: "" });
    expect(stderr).toMatch(/^Line 1: Step "end" is of type "teleport".*\n$/);
  });

  it("what it does not have is said so", async () => {
    const unknown = "0198c0de-0000-7000-8000-000000000000";
    const [exported, key, words, nothing] = await Promise.all([
      diwan(["export", unknown, ...here]),
      diwan(["key", "create", "--app", unknown, ...here]),
      diwan(["key", "make", "--app", unknown, ...here]),
      diwan(["export", ...here]),
    ]);
    for (const { code, stderr } of [exported, key])
      expect({ code, stderr }).toEqual({ code: 1, stderr: "This app was not found.\n" });
    expect(words.code).toBe(2);
    expect(nothing).toMatchObject({ code: 2, stderr: expect.stringMatching(/Name one app.*\nUsage: diwan export/s) });
  });

  it("address and token may come from the environment", async () => {
    const { token } = JSON.parse(readFileSync(join(installation.folder, "local.json"), "utf8")) as { token: string };
    const environment = { DIWAN_URL: `${installation.url}/`, DIWAN_TOKEN: token };
    const [good, wrong] = await Promise.all([
      diwan(["import", app], environment),
      diwan(["import", app], { ...environment, DIWAN_TOKEN: "dwl-wrong" }),
    ]);
    expect(good).toMatchObject({ code: 0, stdout: expect.stringMatching(uuid) });
    expect(wrong).toMatchObject({ code: 1, stdout: "", stderr: expect.stringMatching(/\S/) });
  });

  it("an installation that is not there is named", async () => {
    const [empty, away] = await Promise.all([
      diwan(["import", app, "--data", folder]),
      diwan(["import", app], { DIWAN_URL: "http://127.0.0.1:9", DIWAN_TOKEN: "x" }),
    ]);
    expect(empty).toEqual({ code: 1, stdout: "", stderr: expect.stringMatching(/No installation is running here/) });
    expect(away).toEqual({ code: 1, stdout: "", stderr: "http://127.0.0.1:9 cannot be reached. Is it running?\n" });
  });
});
