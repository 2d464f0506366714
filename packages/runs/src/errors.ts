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
  "queue-full": { kind: "dependency", message: "Too many runs are waiting. Try again in a few seconds." },
  "app-busy": {
    kind: "caller",
    message: ({ runs }: { runs: number }) =>
      `This app has ${runs} runs waiting or at work, the most that APP_MAX_ACTIVE_REQUESTS allows. Try again when one has ended.`,
  },
  "not-started": {
    kind: "dependency",
    message: ({ seconds, isBusy }: { seconds: number; isBusy: boolean }) =>
      `No worker took this run within ${seconds} seconds: ${isBusy ? "all were busy with runs before it" : "none was at work"}.`,
  },
  "pause-expired": {
    kind: "caller",
    message: ({ seconds }: { seconds: number }) =>
      `Nobody answered the run's form within ${seconds} seconds, so the run was ended.`,
  },
  "form-not-found": { kind: "caller", message: "This form was not found." },
  "form-submitted": { kind: "caller", message: "This form has been answered already." },
  "form-expired": { kind: "caller", message: "The time to answer this form is over." },
  "form-invalid": { kind: "caller", message: ({ problem }: { problem: string }) => problem },
  "not-recorded": {
    kind: "author",
    message: ({ port, nodeId }: { port: string; nodeId: string }) =>
      `Step "${nodeId}" asks for something that was not asked in the recorded run (${port}), so there is no answer to replay. Run it again instead.`,
  },
  "not-ended": { kind: "caller", message: "This run has not ended yet. Stop it, or wait for its end." },
  "not-replayable": { kind: "caller", message: "This run kept no recording, so it cannot be replayed." },
  "retry-point-unknown": { kind: "caller", message: "This run has no step to go on from with that id." },
});
