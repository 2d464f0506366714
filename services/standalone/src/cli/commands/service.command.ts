import { parseArgs } from "node:util";
import { type Command, UsageError } from "../command.ts";

/** Each runs until it is told to stop, and sets the exit code then. */
const services: Record<string, () => Promise<unknown>> = {
  api: () => import("@diwan/api/main"),
  worker: () => import("@diwan/worker/main"),
  sandbox: () => import("@diwan/sandbox/main"),
  "egress-proxy": () => import("@diwan/egress-proxy/main"),
};

export const serviceCommand: Command = {
  usage: Object.keys(services).join("|"),
  summary: "Runs one process alone, in the foreground, set up by environment variables.",
  options: [],
  async run(args) {
    const { positionals } = parseArgs({ args: [...args], allowPositionals: true, options: {} });
    const [name = "", ...more] = positionals;
    const start = Object.hasOwn(services, name) ? services[name] : undefined;
    if (start === undefined || more.length > 0)
      throw new UsageError(`Name one of the services: ${Object.keys(services).join(", ")}.`);
    await start();
    return Number(process.exitCode ?? 0);
  },
};
