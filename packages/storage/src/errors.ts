import { defineErrors } from "@diwan/kernel";

export const StorageErrors = defineErrors("storage", {
  busy: { kind: "dependency", message: "The database is busy. Try again in a moment." },
  unavailable: { kind: "dependency", message: "The database cannot be reached." },
  full: { kind: "dependency", message: "The database's disk is full. Free some space; what waits goes on by itself." },
  "version-unsupported": {
    kind: "caller",
    message: ({ version }: { version: string }) =>
      `This Postgres is version ${version}. Diwan needs version 14 or newer: upgrade it, or set DATABASE_URL to another server.`,
  },
  "redis-version-unsupported": {
    kind: "caller",
    message: ({ found, needed }: { found: string; needed: string }) =>
      `This Redis is version ${found}. Diwan needs version ${needed} or newer: upgrade it, or set REDIS_URL to another server.`,
  },
  "postgres-unavailable": {
    kind: "dependency",
    message: ({ reason }: { reason: string }) => `Postgres cannot be reached (${reason}).`,
  },
  "redis-unavailable": {
    kind: "dependency",
    message: ({ reason }: { reason: string }) => `Redis cannot be reached (${reason}).`,
  },
  "directory-in-use": {
    kind: "caller",
    message: ({ directory, pid, url }: { directory: string; pid: number | null; url: string | null }) =>
      `${directory} is in use by ${pid === null ? "another process" : `process ${pid}`}${
        url === null ? "" : `, running at ${url}`
      }. Stop it first, or choose another data directory.`,
  },
  "query-failed": {
    kind: "defect",
    message: ({ sqlState }: { sqlState: string }) => `A database statement failed (SQLSTATE ${sqlState}).`,
  },
  "pool-inside-transaction": {
    kind: "defect",
    message: "The connection pool was used inside an open transaction. Use the Database that opened it.",
  },
  "file-key-invalid": {
    kind: "caller",
    message: ({ problem }: { problem: string }) => `This file key cannot be used: ${problem}.`,
  },
  "file-not-found": { kind: "caller", message: "This file was not found." },
  "file-write-failed": {
    kind: "dependency",
    message: ({ reason }: { reason: string }) => `The file could not be written (${reason}).`,
  },
});

export const MigrationErrors = defineErrors("migration", {
  "out-of-order": {
    kind: "caller",
    message: ({ name, newest }: { name: string; newest: string }) =>
      `Migration ${name} was never applied, yet the newer ${newest} was. Number it after ${newest} and start again.`,
  },
  changed: {
    kind: "caller",
    message: ({ name }: { name: string }) =>
      `Migration ${name} differs from the one this database was set up with. Restore the file; changes go into a new one.`,
  },
  locked: {
    kind: "dependency",
    message: ({ name }: { name: string }) =>
      `Migration ${name} could not get its table locks in five tries. Run it again when fewer requests are under way.`,
  },
  "newer-database": {
    kind: "caller",
    message: ({ name }: { name: string }) =>
      `This database was set up by a newer release (migration ${name}). Start that release, or restore a backup.`,
  },
  failed: {
    kind: "caller",
    message: ({ name, sqlState }: { name: string; sqlState: string }) =>
      `Migration ${name} failed (SQLSTATE ${sqlState}). Nothing of it was kept unless it is marked no-transaction.`,
  },
});
