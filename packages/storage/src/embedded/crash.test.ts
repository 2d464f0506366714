import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { copyEmbeddedTemplate } from "@diwan/testkit/services";
import { afterEach, beforeEach, expect, it } from "vitest";
import { DirectoryLock } from "./directory-lock.ts";
import { openEmbedded } from "./open-embedded.ts";

const writer = fileURLToPath(new URL("./__fixtures__/acked-writer.ts", import.meta.url));

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "diwan-crash-"));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

/** Starts a writing process, kills it once it has said so many numbers, and returns them. */
async function writeAndKill(acknowledgements: number): Promise<number[]> {
  const child = spawn(process.execPath, [writer, directory], { stdio: ["ignore", "pipe", "inherit"] });
  const said: number[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    said.push(Number(line));
    if (said.length === acknowledgements) child.kill("SIGKILL");
  }
  if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
  return said;
}

it("loses no row that was acknowledged when the process is killed, and keeps no half transaction", async () => {
  await copyEmbeddedTemplate(directory);
  const said: number[] = [];
  for (const acknowledgements of [1, 40, 150]) said.push(...(await writeAndKill(acknowledgements)));
  expect(said.length).toBeGreaterThanOrEqual(191);
  const embedded = await openEmbedded(directory);
  const { rows } = await embedded.pool.query("select number, part from written order by number");
  await embedded.close();
  const kept = new Map(rows.map(({ number, part }) => [number, part]));
  expect(said.filter((number) => kept.get(number) !== 1 || kept.get(number + 1) !== 2)).toEqual([]);
  expect(rows.filter(({ part }) => part === 1)).toHaveLength(rows.length / 2);
});

it("is free at once after its holder was killed, whatever process id that had", async () => {
  await copyEmbeddedTemplate(directory);
  await writeAndKill(1);
  // As if the id had been given to a process that lives: this one.
  writeFileSync(join(directory, "lock.json"), JSON.stringify({ pid: process.pid, url: "http://127.0.0.1:1" }));
  const lock = DirectoryLock.take(directory);
  expect(() => DirectoryLock.take(directory)).toThrowError(
    expect.objectContaining({ code: "storage.directory-in-use" }),
  );
  lock.release();
  DirectoryLock.take(directory).release();
});

it("refuses a directory that another process has open", async () => {
  await copyEmbeddedTemplate(directory);
  const child = spawn(process.execPath, [writer, directory], { stdio: ["ignore", "pipe", "inherit"] });
  await once(child.stdout, "data");
  await expect(openEmbedded(directory)).rejects.toMatchObject({
    code: "storage.directory-in-use",
    message: expect.stringContaining(`process ${child.pid}`),
  });
  child.kill("SIGKILL");
  await once(child, "exit");
});

it("starts over with a database that was being made when the process ended", async () => {
  const building = join(directory, "pg.building");
  mkdirSync(building, { recursive: true });
  writeFileSync(join(building, "PG_VERSION"), "18\n");
  const embedded = await openEmbedded(directory);
  expect((await embedded.pool.query("select 1 as one")).rows).toEqual([{ one: 1 }]);
  await embedded.close();
  expect(existsSync(building)).toBe(false);
});
