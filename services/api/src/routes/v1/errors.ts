import { defineErrors } from "@diwan/kernel";

/** What only callers of the service API can get wrong. */
export const V1Errors = defineErrors("v1", {
  "not-workflow-app": {
    kind: "caller",
    message: "This key belongs to an app that is no workflow. Use the key of a workflow app.",
  },
  "not-chat-app": {
    kind: "caller",
    message: "This key belongs to an app without conversations. Use the key of a chat app.",
  },
  "version-unknown": { kind: "caller", message: "This app has no version with that workflow_id." },
  "version-malformed": { kind: "caller", message: "workflow_id must be the id of a published version." },
  "no-such-route": { kind: "caller", message: ({ what }: { what: string }) => `There is nothing at ${what}.` },
  "method-not-allowed": { kind: "caller", message: ({ what }: { what: string }) => `${what} is not possible here.` },
});
