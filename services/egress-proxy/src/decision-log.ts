import { createWriteStream } from "node:fs";
import type { EgressProfile, EgressReason } from "@diwan/egress";

/** What became of one request. Addresses without their query: it may hold secrets, and paths may too. */
export type Decision = {
  profile: EgressProfile;
  workspace: string | null;
  app: string | null;
  run: string | null;
  host: string | null;
  port: number | null;
  method: string;
  verdict: "allowed" | "refused" | "unresolved" | "malformed" | "over-limit";
  reason: EgressReason | null;
  rule: string | null;
  /** Of the answer, as far as it came. */
  bytes: number;
  ms: number;
};

export type DecisionLog = (decision: Decision) => void;

/** A line of JSON for each decision. */
export function openDecisionLog(place: string): DecisionLog {
  const lines = place === "stdout" ? process.stdout : createWriteStream(place, { flags: "a", mode: 0o640 });
  return (decision) => {
    lines.write(`${JSON.stringify({ time: new Date().toISOString(), ...decision })}\n`);
  };
}

/** Ids that a client says it calls for; for the log only. */
export type Caller = Pick<Decision, "workspace" | "app" | "run">;

/**
 * Reads `workspace.app.run` from the user name that the client gave the proxy (`http://WORKSPACE.APP.RUN@proxy:3128`), each
 * of them optional. Nobody vouches for it.
 */
export function callerOf(proxyAuthorization: string | undefined): Caller {
  const [, encoded = ""] = /^Basic ([\w+/=]{1,512})$/i.exec(proxyAuthorization ?? "") ?? [];
  const [user = ""] = Buffer.from(encoded, "base64").toString("latin1").split(":");
  const [workspace = null, app = null, run = null] = user
    .split(".")
    .map((id) => (/^[\w-]{1,64}$/.test(id) ? id : null));
  return { workspace, app, run };
}
