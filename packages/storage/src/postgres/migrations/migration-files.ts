import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";

/** `expand` only adds, so older code goes on working beside it; `contract` takes away and is never run by itself. */
export type MigrationPhase = "expand" | "contract";

export type Migration = {
  number: number;
  /** As in the file's name, `0001-first-schema`. */
  name: string;
  phase: MigrationPhase;
  sql: string;
  /** SHA-256 of the text with `\n` line ends, hex. */
  checksum: string;
  /** The file begins with `-- no-transaction`; it then holds a single statement, such as CREATE INDEX CONCURRENTLY. */
  withoutTransaction: boolean;
};

const fileName = /^((\d{4})-[a-z0-9-]+)\.(expand|contract)\.sql$/;

export const migrationsDirectory = fileURLToPath(new URL("../../../migrations/", import.meta.url));

/** All migrations of a folder, by number. */
export async function readMigrations(directory = migrationsDirectory): Promise<Migration[]> {
  const migrations: Migration[] = [];
  for (const entry of (await readdir(directory)).sort()) {
    const match = fileName.exec(entry);
    if (match === null) continue;
    const sql = (await readFile(`${directory}/${entry}`, "utf8")).replaceAll("\r\n", "\n");
    migrations.push({
      number: Number(match[2]),
      name: match[1]!,
      phase: match[3] as MigrationPhase,
      sql,
      checksum: createHash("sha256").update(sql).digest("hex"),
      withoutTransaction: /^-- no-transaction\b/.test(sql),
    });
  }
  return migrations;
}
