import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { chownSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { freePort } from "./free-port.ts";

const program = "/usr/sbin/squid";
const isMissing = spawnSync(program, ["-v"]).status !== 0;
const isRoot = process.getuid?.() === 0;
const why = isMissing
  ? "squid is not installed"
  : isRoot
    ? undefined
    : "only root has port 53, where Squid asks for names";

/** `describe.skipIf(squid.missing)(…)` */
export const squid = {
  missing: why !== undefined,
  /** Says why, where a suite cannot run on it. */
  reason: why === undefined ? "" : ` (skipped: ${why})`,
};

/** Where a Squid of a test's own listens and writes. */
export type SquidHome = { folder: string; host: string; untrustedPort: number; platformPort: number; log: string };

export type Squid = AsyncDisposable & {
  untrustedPort: number;
  platformPort: number;
  /** Lines of its access log so far. */
  log(): string[];
  /** Writes other files, has them checked, and makes the running Squid read them. */
  reload(): void;
};

/** An address of this machine that is nobody's name server yet; the first kilobyte of 127/8 is full of them. */
export function nameServerPlace(): { host: string; port: number } {
  const part = () => 1 + Math.floor(Math.random() * 250);
  return { host: `127.${part()}.${part()}.${part()}`, port: 53 };
}

const NOBODY = 65_534;

/**
 * Starts Squid in the foreground, as nobody where this process is root.
 *
 * @param render  The files for it, `squid.conf` among them; asked again by `reload`.
 * @throws an error with Squid's own words where it does not take the files.
 */
export async function startSquid(render: (home: SquidHome) => Record<string, string>): Promise<Squid> {
  const folder = mkdtempSync(join(tmpdir(), "diwan-squid-"));
  const home = {
    folder,
    host: "127.0.0.1",
    untrustedPort: await freePort(),
    platformPort: await freePort(),
    log: join(folder, "access.log"),
  };
  const configuration = join(folder, "squid.conf");
  const write = () => {
    for (const [name, text] of Object.entries(render(home))) writeFileSync(join(folder, name), text);
    const { status, stderr } = checkSquid(configuration);
    if (status !== 0) throw new Error(`Squid does not take its files:\n${stderr}`);
  };
  if (isRoot) chownSync(folder, NOBODY, NOBODY);
  write();
  const user = isRoot ? { uid: NOBODY, gid: NOBODY } : {};
  const child = spawn(program, ["-N", "-f", configuration], { stdio: "ignore", cwd: folder, ...user });
  const exited = new Promise((done) => child.once("exit", done));
  const close = async () => {
    if (!hasEnded(child)) child.kill("SIGKILL");
    await exited;
    rmSync(folder, { recursive: true, force: true });
  };
  for (let tries = 0; !(await answers(home.untrustedPort)); tries += 1) {
    if (tries < 200 && !hasEnded(child)) await sleep(50);
    else {
      await close();
      throw new Error("Squid does not answer");
    }
  }
  return {
    untrustedPort: home.untrustedPort,
    platformPort: home.platformPort,
    log: () => readFileSync(home.log, "utf8").split("\n").filter(Boolean),
    reload() {
      write();
      child.kill("SIGHUP");
    },
    [Symbol.asyncDispose]: close,
  };
}

/** What Squid itself says about a configuration; a running one that reads a wrong one ends. */
export function checkSquid(configuration: string): { status: number | null; stderr: string } {
  return spawnSync(program, ["-k", "parse", "-f", configuration], { encoding: "utf8" });
}

function hasEnded({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null;
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
