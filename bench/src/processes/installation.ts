import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { type Child, startChild } from "./child.ts";

const root = resolve(import.meta.dirname, "../../..");

export type StartedInstallation = { child: Child; url: string; readyMs: number };

export function newDataFolder(): { folder: string; remove(): void } {
  const folder = mkdtempSync(join(tmpdir(), "diwan-bench-"));
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

const options = (folder: string) => ["--port", "0", "--data", folder];

/** What `npm start` does, on a free port. */
export async function startInstallation(
  folder: string,
  environment: Record<string, string> = {},
): Promise<StartedInstallation> {
  return ready(startChild(join(root, "scripts", "start.mjs"), options(folder), environment));
}

/** The same without the bootstrap in front. */
export async function startDirectly(folder: string): Promise<StartedInstallation> {
  const main = join(root, "services", "standalone", "src", "cli", "main.ts");
  const environment = { NODE_COMPILE_CACHE: join(root, ".cache", "compile") };
  return ready(startChild(main, ["start", ...options(folder)], environment));
}

async function ready(child: Child): Promise<StartedInstallation> {
  const { ms, match } = await child.until(/(http:\/\/127\.0\.0\.1:\d+)/);
  return { child, url: match[1]!, readyMs: ms };
}

/** Becomes the owner, imports an app and gives back a key for it. */
export async function keyForApp({ child, url }: StartedInstallation, content: string): Promise<string> {
  const [, printed, inAddress] = /Set-up secret: (\S+)|secret=(\S+)/.exec(child.output())!;
  const secret = printed ?? inAddress!;
  const owner = {
    email: "bench@example.com",
    name: "Bench",
    password: "correct horse battery",
    workspace_name: "Bench",
  };
  let headers: Record<string, string> = { "content-type": "application/json" };
  const call = async (path: string, body: object): Promise<{ reply: Response; json: Record<string, unknown> }> => {
    const reply = await fetch(`${url}${path}`, { method: "POST", headers, body: JSON.stringify(body) });
    if (!reply.ok) throw new Error(`${path} answered ${reply.status}: ${await reply.text()}`);
    return { reply, json: (await reply.json()) as Record<string, unknown> };
  };
  const { reply, json } = await call("/console/api/setup", { secret: decodeURIComponent(secret), ...owner });
  const cookie = reply.headers
    .getSetCookie()
    .map((one) => one.split(";")[0])
    .join("; ");
  headers = { ...headers, cookie, "x-csrf-token": String(json["csrf_token"]) };
  const [workspace] = json["workspaces"] as { id: string }[];
  const imported = await call(`/console/api/workspaces/${workspace!.id}/imports`, { content });
  return String((await call(`/console/api/apps/${imported.json["app_id"]}/keys`, {})).json["value"]);
}
