import { defineErrors } from "@diwan/kernel";

export const AppErrors = defineErrors("app", {
  "not-found": { kind: "caller", message: "This app was not found." },
  "file-invalid": { kind: "caller", message: ({ sentence }: { sentence: string }) => sentence },
  "import-expired": {
    kind: "caller",
    message: "The import information has expired or does not exist. Import the file again.",
  },
  "not-published": { kind: "author", message: "This app has no published version yet. Publish it first." },
  "not-runnable": {
    kind: "author",
    message: ({ sentence }: { sentence: string }) => `This app cannot run yet. ${sentence}`,
  },
  "api-off": { kind: "caller", message: "API access is switched off for this app." },
  "mode-wrong": {
    kind: "caller",
    message: ({ mode, wanted }: { mode: string; wanted: string }) =>
      `This app is of mode "${mode}"; this call is for ${wanted} apps.`,
  },
  "sample-unknown": { kind: "caller", message: ({ id }: { id: string }) => `There is no sample "${id}".` },
});

export const KeyErrors = defineErrors("key", {
  unknown: { kind: "caller", message: "The API key is missing or not valid." },
  "not-found": { kind: "caller", message: "This API key was not found." },
  "limit-reached": { kind: "caller", message: "An app can have ten keys. Remove one first." },
});
