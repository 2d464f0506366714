import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { type Command, DONE, print, UsageError } from "../command.ts";
import { installationHelp, installationOptions, openInstallation } from "../installation.ts";

export const exportCommand: Command = {
  usage: "APP [--secrets] [--to FILE]",
  summary: "Prints an app of a running installation as an app file.",
  options: [
    ["--secrets", "with the values of secret variables"],
    ["--to FILE", "write a file instead"],
    ...installationHelp,
  ],
  async run(args) {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { secrets: { type: "boolean" }, to: { type: "string" }, ...installationOptions },
    });
    const [app] = positionals;
    if (app === undefined || positionals.length > 1) throw new UsageError("Name one app by its id.");
    const { call } = await openInstallation(values);
    const response = await call(
      "GET",
      `/console/api/apps/${encodeURIComponent(app)}/export?include_secrets=${values.secrets === true}`,
    );
    const text = await response.text();
    if (values.to === undefined) print(text);
    else writeFileSync(values.to, text);
    return DONE;
  },
};
