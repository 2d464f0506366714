import { defineErrors } from "@diwan/kernel";

/** What keeps a text from being read at all; what is wrong inside an app is a `Problem`. */
export const AppFileErrors = defineErrors("app", {
  "file-empty": { kind: "caller", message: "The file is empty. Choose an app file exported from Diwan or Dify." },
  "file-too-large": {
    kind: "caller",
    message: ({ megabytes, most }: { megabytes: string; most: string }) =>
      `The file has ${megabytes} MB; app files may have at most ${most} MB. Is it an app file?`,
  },
  "file-too-many-values": {
    kind: "caller",
    message: "The file holds more values than an app could. Is it an app file?",
  },
  "file-not-yaml": {
    kind: "caller",
    message: ({ line, column, reason }: { line: number; column: number; reason: string }) =>
      `Line ${line}, column ${column}: this is not valid YAML: ${reason}. Correct that line, or export the app again.`,
  },
  "file-aliases": {
    kind: "caller",
    message: ({ line }: { line: number }) =>
      `Line ${line}: the aliases (*name) of this file unfold to more than an app could hold. Write the values out instead.`,
  },
  "file-too-deep": {
    kind: "caller",
    message: ({ line }: { line: number }) => `Line ${line}: values are nested too deeply for an app file.`,
  },
});
