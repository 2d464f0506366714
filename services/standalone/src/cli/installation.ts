import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { defineErrors } from "@diwan/kernel";
import { defaultDataFolder } from "./project.ts";

export const InstallationErrors = defineErrors("installation", {
  "not-running": {
    kind: "dependency",
    message: "No installation is running here. Start one with `npm start`, or name one with --url and --token.",
  },
  unreachable: {
    kind: "dependency",
    message: ({ url }: { url: string }) => `${url} cannot be reached. Is it running?`,
  },
  refused: { kind: "author", message: ({ message }: { message: string }) => message },
});

/** Options that every command against a running installation takes. */
export const installationOptions = {
  url: { type: "string" },
  token: { type: "string" },
  data: { type: "string" },
} as const;

export const installationHelp: [string, string][] = [
  ["--url URL", "the installation (DIWAN_URL; else the one that `npm start` runs here)"],
  ["--token TOKEN", "a token for it (DIWAN_TOKEN)"],
  ["--data DIR", "the data folder of the one that runs here (.data in the project)"],
];

export type Installation = {
  url: string;
  workspaceId: string;
  call(method: string, path: string, body?: object): Promise<Response>;
};

/** @throws installation.* */
export async function openInstallation(values: { url?: string; token?: string; data?: string }): Promise<Installation> {
  const { url, token } = whereabouts(values);
  const call = async (method: string, path: string, body?: object): Promise<Response> => {
    const headers = {
      authorization: `Bearer ${token}`,
      ...(body === undefined ? {} : { "content-type": "application/json" }),
    };
    let response: Response;
    try {
      response = await fetch(`${url}${path}`, {
        method,
        headers,
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
    } catch (error) {
      throw InstallationErrors.unreachable({ url }, { cause: error });
    }
    if (response.ok) return response;
    const refusal = (await response.json().catch(() => ({}))) as { message?: string };
    throw InstallationErrors.refused({ message: refusal.message ?? `${url} answered ${response.status}.` });
  };
  const session = (await (await call("GET", "/console/api/account")).json()) as { workspaces: { id: string }[] };
  return { url, workspaceId: session.workspaces[0]!.id, call };
}

function whereabouts(values: { url?: string; token?: string; data?: string }): { url: string; token: string } {
  const url = values.url ?? process.env["DIWAN_URL"];
  const token = values.token ?? process.env["DIWAN_TOKEN"];
  if (url !== undefined && token !== undefined) return { url: url.replace(/\/+$/, ""), token };
  const file = join(values.data ?? defaultDataFolder, "local.json");
  if (!existsSync(file)) throw InstallationErrors["not-running"]();
  const local = JSON.parse(readFileSync(file, "utf8")) as { url: string; token: string };
  return { url: url ?? local.url, token: token ?? local.token };
}
