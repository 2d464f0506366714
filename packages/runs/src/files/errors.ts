import { defineErrors } from "@diwan/kernel";

export const FileErrors = defineErrors("file", {
  "not-found": { kind: "author", message: ({ name }: { name: string }) => `The file "${name}" was not found.` },
  "too-large": {
    kind: "author",
    message: ({ name, maxBytes }: { name: string; maxBytes: number }) =>
      `The file "${name}" is larger than ${Math.round(maxBytes / 1_048_576)} MB, the limit here.`,
  },
});
