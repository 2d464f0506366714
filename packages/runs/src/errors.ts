import { defineErrors } from "@diwan/kernel";

export const RunErrors = defineErrors("run", {
  "inputs-invalid": { kind: "caller", message: ({ problem }: { problem: string }) => problem },
  "not-found": { kind: "caller", message: "This run was not found." },
  "conversation-not-found": { kind: "caller", message: "This conversation was not found." },
  "lease-lost": { kind: "dependency", message: "Another worker has taken this run over." },
  "worker-lost": {
    kind: "dependency",
    message: ({ takeovers }: { takeovers: number }) =>
      `The process working on this run went away ${takeovers} times at the same step, so the run was ended.`,
  },
  "not-started": {
    kind: "dependency",
    message: ({ seconds }: { seconds: number }) => `No worker took this run within ${seconds} seconds.`,
  },
});
