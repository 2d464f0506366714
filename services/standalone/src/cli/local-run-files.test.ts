import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { createGuardedHttpClient, publicPolicy } from "@diwan/egress";
import { fileValueOf } from "@diwan/runs";
import { afterAll, expect, it } from "vitest";
import { localRunFiles } from "./local-run-files.ts";

const folder = mkdtempSync(join(tmpdir(), "diwan-files-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it("files of this machine are read where the command named them, and nowhere else", async () => {
  const value = (name: string) => {
    writeFileSync(join(folder, name), `in ${name}`);
    const url = pathToFileURL(join(folder, name)).href;
    return fileValueOf({ id: null, name, mimeType: "text/plain", size: 5, transferMethod: "local_file", url });
  };
  const [named, other] = [value("named.txt"), value("other.txt")];
  const http = createGuardedHttpClient({ profile: "untrusted", policy: publicPolicy });
  const files = localRunFiles(http, new Set([String(named.url)]));
  const options = { maxBytes: 100, signal: new AbortController().signal };
  expect(Buffer.from(await files.read(named, options)).toString()).toBe("in named.txt");
  await expect(files.read(other, options)).rejects.toMatchObject({ code: "file.not-found" });
});
