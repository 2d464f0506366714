import { parseArgs } from "node:util";
import type { ImportReport } from "@diwan/contracts";
import { type Command, DONE, FAILED, print, say, UsageError } from "../command.ts";
import { installationHelp, installationOptions, openInstallation } from "../installation.ts";
import { readText } from "../read-input.ts";

export const importCommand: Command = {
  usage: "FILE [--draft] [--yes]",
  summary: "Imports an app file into a running installation, publishes it, and prints the app's id.",
  options: [
    ["--draft", "leave the app unpublished"],
    ["--yes", "take a file of a newer version without asking"],
    ...installationHelp,
  ],
  async run(args) {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { draft: { type: "boolean" }, yes: { type: "boolean" }, ...installationOptions },
    });
    const [file] = positionals;
    if (file === undefined || positionals.length > 1) throw new UsageError("Name one file.");
    const content = readText(file);
    const { call, workspaceId } = await openInstallation(values);
    const path = `/console/api/workspaces/${workspaceId}/imports`;
    let report = (await (await call("POST", path, { content, draft: values.draft === true })).json()) as ImportReport;
    if (report.status === "pending") {
      if (values.yes !== true) {
        say(
          `The file has version ${report.imported_dsl_version}, newer than ${report.current_dsl_version} here. Add --yes to take it.`,
        );
        return FAILED;
      }
      report = (await (await call("POST", `${path}/${report.id}/confirm`)).json()) as ImportReport;
    }
    for (const problem of report.problems)
      say(`${file}:${problem.line ?? 1}: ${problem.severity} ${problem.code}: ${problem.message}`);
    print(report.app_id!);
    return DONE;
  },
};
