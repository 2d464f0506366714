import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { createLogger, untilTold } from "@diwan/kernel/node";
import { standaloneConfig } from "../../config.ts";
import { openDataDirectory } from "../../data-directory.ts";
import { type Standalone, startStandalone } from "../../start-standalone.ts";
import { type Command, UsageError } from "../command.ts";
import { logFile } from "../log-file.ts";
import { defaultDataFolder, projectRoot, version } from "../project.ts";

const DEFAULT_PORT = 5001;

export const startCommand: Command = {
  usage: "[--host ADDRESS] [--port N] [--data DIR]",
  summary: "Starts everything on this machine: console, API, worker and an embedded database.",
  options: [
    ["--host ADDRESS", "address to listen on (127.0.0.1)"],
    ["--port N", `port to listen on (${DEFAULT_PORT}); 0 takes a free one`],
    ["--data DIR", "folder that holds everything (.data in the project)"],
  ],
  async run(args) {
    const { values } = parseArgs({
      args: [...args],
      options: { host: { type: "string" }, port: { type: "string" }, data: { type: "string" } },
    });
    const port = readPort(values.port);
    const startedAt = performance.now();
    const config = standaloneConfig(process.env);
    const data = openDataDirectory(resolve(values.data ?? defaultDataFolder));
    const destination = logFile(data.folder);
    const logger = (component: string) => createLogger({ component, level: config.LOG_LEVEL, destination });
    const options = { data, host: values.host ?? "127.0.0.1", port, config, logger, version, root: projectRoot };
    const standalone = await startStandalone(options);
    announce(standalone, data.folder, performance.now() - startedAt);
    return untilTold(standalone.close, standalone.failed);
  },
};

function readPort(text: string | undefined): number {
  if (text === undefined) return DEFAULT_PORT;
  const port = Number(text);
  if (/^\d+$/.test(text) && port <= 65_535) return port;
  throw new UsageError(`--port must be a number from 0 to 65535, not "${text}".`);
}

function announce({ url, setupSecret }: Standalone, folder: string, ms: number): void {
  const address = setupSecret === undefined ? url : `${url}/setup#secret=${encodeURIComponent(setupSecret)}`;
  const lines = [
    "",
    `  Diwan ${version} is ready (${(ms / 1000).toFixed(1)} s).`,
    "",
    setupSecret === undefined ? `  Open      ${address}` : `  Open this link to become the owner:\n  ${address}`,
    `  Data      ${folder}`,
    "  Stop      Ctrl+C",
    "",
  ];
  process.stdout.write(`${lines.join("\n")}\n`);
}
