import { MigrationErrors } from "../../errors.ts";
import type { Migration } from "./migration-files.ts";

export type AppliedMigration = Pick<Migration, "number" | "name" | "phase" | "checksum">;

/**
 * What is left to do, in order.
 *
 * @param applied  The ledger, in any order.
 * @param contract  Whether contractions are wanted too: only once no older code runs any more.
 * @throws migration.changed, migration.out-of-order, migration.newer-database (caller)
 */
export function planMigrations(
  files: readonly Migration[],
  applied: readonly AppliedMigration[],
  contract = false,
): Migration[] {
  const done = new Map(applied.map((migration) => [migration.number, migration]));
  const newestFile = Math.max(0, ...files.map(({ number }) => number));
  for (const { number, name, phase } of applied) {
    const known = files.some((file) => file.number === number);
    // A newer release has expanded the schema: harmless to this one. Anything else it did is not.
    if (!known && !(number > newestFile && phase === "expand")) throw MigrationErrors["newer-database"]({ name });
  }
  const newest = applied.filter(({ phase }) => phase === "expand").sort((a, b) => b.number - a.number)[0];
  const pending: Migration[] = [];
  for (const file of files) {
    const earlier = done.get(file.number);
    if (earlier !== undefined) {
      if (earlier.checksum !== file.checksum) throw MigrationErrors.changed({ name: file.name });
    } else if (file.phase === "contract") {
      if (contract) pending.push(file);
    } else {
      if (newest !== undefined && file.number < newest.number) {
        throw MigrationErrors["out-of-order"]({ name: file.name, newest: newest.name });
      }
      pending.push(file);
    }
  }
  return pending;
}
