import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { z } from "zod";
import { createLogger, readConfig, setting } from "./index.ts";

const declared = {
  DIWAN_SPEED: setting({ schema: z.coerce.number().int().min(1).default(5), meaning: "How fast.", example: "5" }),
  SECRET_KEY: setting({ schema: z.string().optional(), meaning: "Seals credentials.", example: "…", secret: true }),
};

it("fills in defaults and converts text to the setting's type", () => {
  expect(readConfig(declared, {})).toEqual({ DIWAN_SPEED: 5, SECRET_KEY: undefined });
  expect(readConfig(declared, { DIWAN_SPEED: "9" }).DIWAN_SPEED).toBe(9);
});

it("reads a secret from the file that NAME_FILE names", () => {
  const file = join(mkdtempSync(join(tmpdir(), "config-")), "key");
  writeFileSync(file, "s3cret\n");
  expect(readConfig(declared, { SECRET_KEY_FILE: file }).SECRET_KEY).toBe("s3cret");
});

it("lists every problem at once: wrong values, unknown names, unreadable files", () => {
  const environment = { DIWAN_SPEED: "fast", DIWAN_SPEDE: "1", SECRET_KEY_FILE: "/nowhere/key" };
  expect(() => readConfig(declared, environment)).toThrow(
    /DIWAN_SPEED: .*example DIWAN_SPEED=5[\s\S]*SECRET_KEY_FILE|SECRET_KEY_FILE[\s\S]*DIWAN_SPEDE: no setting/,
  );
});

it("logs a foreign error without its text, which may quote a user", () => {
  const lines: string[] = [];
  const logger = createLogger({ component: "test", destination: { write: (line) => lines.push(line) } });
  logger.error({ err: new Error("the prompt was: hello") }, "failed");
  expect(JSON.parse(lines[0]!)).toMatchObject({
    level: "error",
    component: "test",
    err: { code: "defect.unexpected" },
  });
  expect(lines[0]).not.toContain("the prompt was");
});
