import { createHash } from "node:crypto";
import { cpSync, existsSync, mkdtempSync, readFileSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openEmbedded } from "@diwan/storage/embedded";
import { migrate, readMigrations } from "@diwan/storage/postgres";

/**
 * A migrated database to copy, because making one takes seconds and 800 MB. Kept between runs under a name that changes
 * with whatever made it.
 */
export async function copyEmbeddedTemplate(to: string): Promise<void> {
  const template = join(tmpdir(), `diwan-test-template-${await fingerprint()}`);
  if (!existsSync(template)) await build(template);
  cpSync(template, to, { recursive: true });
}

async function build(template: string): Promise<void> {
  const building = mkdtempSync(`${template}-`);
  const embedded = await openEmbedded(building);
  await migrate(embedded.pool, { byVersion: "test" });
  await embedded.close();
  try {
    renameSync(building, template);
  } catch (error) {
    // Another thread was faster; its copy is as good.
    if (!existsSync(template)) throw error;
    rmSync(building, { recursive: true, force: true });
  }
}

async function fingerprint(): Promise<string> {
  const hash = createHash("sha256");
  // PGlite's version, and whatever else may change how a database is made.
  hash.update(readFileSync(new URL("../../../../package-lock.json", import.meta.url)));
  for (const { name, checksum } of await readMigrations()) hash.update(`${name} ${checksum}\n`);
  return hash.digest("hex").slice(0, 12);
}
