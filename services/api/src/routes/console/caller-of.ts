import type { RunCaller } from "@diwan/runs";
import type { Caller } from "../../http/authenticate.ts";

/** The person that a run is for. */
export function callerOf({ account: { id, name, email } }: Caller): RunCaller {
  return { type: "account", id, name, email };
}
