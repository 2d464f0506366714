import { defineErrors } from "@diwan/kernel";

export const SetupErrors = defineErrors("setup", {
  required: {
    kind: "dependency",
    message: "This installation has no owner yet. Open the address printed at the start to set it up.",
  },
  "secret-wrong": {
    kind: "caller",
    message: "The set-up secret is not right. Use the link that was printed at the start.",
  },
  done: { kind: "caller", message: "This installation is set up already. Sign in instead." },
});

export const AuthErrors = defineErrors("auth", {
  "credentials-wrong": { kind: "caller", message: "E-mail or password is not right." },
  "session-expired": { kind: "caller", message: "You are not signed in, or your session has ended. Sign in again." },
  csrf: {
    kind: "caller",
    message: "This request did not come from the console's own page. Reload the page and try again.",
  },
  "too-many-attempts": { kind: "caller", message: "Too many attempts. Wait a few minutes and try again." },
  "password-weak": { kind: "caller", message: ({ rule }: { rule: string }) => rule },
});

export const WorkspaceErrors = defineErrors("workspace", {
  "not-found": { kind: "caller", message: "This workspace was not found." },
});
