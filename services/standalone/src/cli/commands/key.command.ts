import { parseArgs } from "node:util";
import { type Command, DONE, print, UsageError } from "../command.ts";
import { installationHelp, installationOptions, openInstallation } from "../installation.ts";

export const keyCommand: Command = {
  usage: "create --app APP",
  summary: "Makes a service-API key for an app and prints it. It is shown this once.",
  options: [["--app APP", "the app's id"], ...installationHelp],
  async run(args) {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { app: { type: "string" }, ...installationOptions },
    });
    if (positionals.join(" ") !== "create" || values.app === undefined)
      throw new UsageError("Say which app the key is for.");
    const { call } = await openInstallation(values);
    const response = await call("POST", `/console/api/apps/${encodeURIComponent(values.app)}/keys`);
    print(((await response.json()) as { value: string }).value);
    return DONE;
  },
};
