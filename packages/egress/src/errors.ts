import { defineErrors } from "@diwan/kernel";
import type { EgressReason } from "./core/decide.ts";

/** @source the operations contract, errors */
export const EgressErrors = defineErrors("egress", {
  blocked: {
    kind: "author",
    message: ({ host, reason }: { host: string; reason: EgressReason }) =>
      `Blocked by the egress policy (${reason}): ${host}. Ask an administrator to allow it.`,
  },
  "policy-invalid": {
    kind: "caller",
    message: ({ problems }: { problems: readonly string[] }) =>
      `The egress policy cannot be used:\n${problems.map((problem) => `  ${problem}`).join("\n")}`,
  },
  "policy-unreadable": {
    kind: "caller",
    message: ({ file, reason }: { file: string; reason: string }) =>
      `The egress policy ${file} cannot be read (${reason}). Name another with EGRESS_POLICY_FILE.`,
  },
  "timed-out": {
    kind: "dependency",
    message: ({ host, what, seconds }: { host: string; what: string; seconds: number }) =>
      `${host} ${what} within ${seconds} seconds.`,
  },
  failed: {
    kind: "dependency",
    message: ({ host, reason }: { host: string; reason: string }) => `The request to ${host} failed: ${reason}.`,
  },
});
