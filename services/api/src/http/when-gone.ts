import type { ServerResponse } from "node:http";

/** Calls back once the answer has ended or its caller has left, which may have been before. */
export function whenGone(response: ServerResponse, callback: () => void): void {
  if (response.destroyed) callback();
  else response.once("close", callback);
}
