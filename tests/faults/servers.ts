import { spawnSync } from "node:child_process";
import { chownSync, existsSync, mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { freePort } from "@diwan/testkit/services";
import pg from "pg";
import { projectRoot } from "../support/installation.ts";
import { ManagedProcess } from "./managed-process.ts";

const postgresBin = join(projectRoot, ".cache/services/postgresql-15/usr/lib/postgresql/15/bin");

/** What keeps the cluster from being run here; undefined when nothing does. */
export function missingServers(): string | undefined {
  if (!existsSync(join(postgresBin, "postgres"))) return "needs the Postgres of scripts/services.sh up";
  if (spawnSync("redis-server", ["--version"]).status !== 0) return "needs redis-server";
  return undefined;
}

/** A Postgres of our own whose data reach the disk. */
export async function preparePostgres(folder: string): Promise<{ server: ManagedProcess; url: string }> {
  const data = join(folder, "postgres");
  mkdirSync(data, { mode: 0o700 });
  const asUser = postgresUser(folder, data);
  const port = await freePort();
  const [command, ...before] = [...asUser, join(postgresBin, "initdb")];
  const made = spawnSync(command!, [
    ...before,
    "-D",
    data,
    "-U",
    "diwan",
    "-A",
    "trust",
    "-E",
    "UTF8",
    "--locale=C.UTF-8",
  ]);
  if (made.status !== 0) throw new Error(`initdb failed: ${made.stderr}`);
  const url = `postgres://diwan@127.0.0.1:${port}/postgres`;
  const settings = ["fsync=on", "full_page_writes=on", "max_connections=120"].flatMap((setting) => ["-c", setting]);
  const [program, ...args] = [
    ...asUser,
    join(postgresBin, "postgres"),
    "-D",
    data,
    "-h",
    "127.0.0.1",
    "-p",
    `${port}`,
    "-k",
    "",
  ];
  const server = new ManagedProcess({
    name: "postgres",
    command: program!,
    args: [...args, ...settings],
    environment: process.env,
    // The whole group is gone when it starts again; nobody can hold this.
    beforeStart: () => rmSync(join(data, "postmaster.pid"), { force: true }),
    isReady: async () => {
      const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 1_000 });
      client.on("error", () => {});
      await client.connect();
      await client.end();
      return true;
    },
  });
  return { server, url };
}

/** Postgres refuses root; see `choose_user` of scripts/services.sh. */
function postgresUser(folder: string, data: string): string[] {
  if (process.getuid?.() !== 0) return [];
  const dropped = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"];
  const reaches =
    spawnSync(dropped[0]!, [...dropped.slice(1), "test", "-x", join(postgresBin, "postgres")]).status === 0;
  if (!reaches) return ["unshare", "-U", "--map-user=65534", "--map-group=65534"];
  const id = (flag: string) => Number(spawnSync("id", [flag, "postgres"], { encoding: "utf8" }).stdout);
  for (const path of [folder, data]) chownSync(path, id("-u"), id("-g"));
  return dropped;
}

/** A Redis of our own that writes an append-only file. */
export async function prepareRedis(folder: string): Promise<{ server: ManagedProcess; url: string }> {
  const data = join(folder, "redis");
  mkdirSync(data);
  const port = await freePort();
  const settings = {
    bind: "127.0.0.1",
    port,
    dir: data,
    save: "",
    appendonly: "yes",
    "maxmemory-policy": "noeviction",
  };
  const server = new ManagedProcess({
    name: "redis",
    command: "redis-server",
    args: Object.entries(settings).flatMap(([name, value]) => [`--${name}`, String(value)]),
    environment: process.env,
    isReady: async () =>
      spawnSync("redis-cli", ["-p", String(port), "ping"], { encoding: "utf8" }).stdout.trim() === "PONG",
  });
  return { server, url: `redis://127.0.0.1:${port}` };
}
