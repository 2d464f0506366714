import { spawn, spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { freePort } from "./free-port.ts";

const program = "/usr/sbin/pgbouncer";
const isMissing = spawnSync(program, ["--version"]).status !== 0;

/** `describe.skipIf(pgBouncer.missing)(…)` */
export const pgBouncer = {
  missing: isMissing,
  /** Says why, where a suite cannot run on it. */
  reason: isMissing ? " (skipped: pgbouncer is not installed)" : "",
};

/** Sessions of the server that all connections share. */
const SESSIONS = 3;

/**
 * A PgBouncer before a Postgres server, which hands every transaction to whichever session is free.
 *
 * @returns The address of the same database through it.
 */
export async function startPgBouncer(databaseUrl: string): Promise<AsyncDisposable & { url: string }> {
  const behind = new URL(databaseUrl);
  const folder = mkdtempSync(join(tmpdir(), "diwan-pgbouncer-"));
  const port = await freePort();
  const server = `host=${behind.hostname} port=${behind.port} user=${behind.username} password=${behind.password}`;
  const file = join(folder, "pgbouncer.ini");
  writeFileSync(
    file,
    `[databases]
* = ${server}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = ${SESSIONS}
`,
  );
  // It refuses to run as root, and reads its file again as whoever it becomes.
  chmodSync(folder, 0o755);
  const child = spawn(program, [...(process.getuid?.() === 0 ? ["-u", "nobody"] : []), file], { stdio: "ignore" });
  const exited = new Promise((resolve) => child.once("exit", resolve));
  for (let tries = 0; !(await answers(port)); tries += 1) {
    if (tries === 100 || child.exitCode !== null) throw new Error("pgbouncer does not answer");
    await sleep(50);
  }
  const url = new URL(behind);
  url.host = `127.0.0.1:${port}`;
  return {
    url: url.href,
    async [Symbol.asyncDispose]() {
      child.kill("SIGKILL");
      await exited;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}
