import { statSync } from "node:fs";
import type { EgressPolicy } from "@diwan/egress";
import type { Logger } from "@diwan/kernel";

/** Looks at the file itself: mounted folders are changed by renaming links, which watchers miss. */
const LOOK_EVERY_MS = 1_000;

export type PolicySource = {
  current(): EgressPolicy;
  /** Reads it again. One that is wrong changes nothing and is told to the log. */
  reload(): void;
  close(): void;
};

/**
 * The policy in force, and its changes.
 *
 * @param file  Watched; undefined where there is none.
 * @throws what `read` throws, at the start only.
 */
export function openPolicySource(read: () => EgressPolicy, file: string | undefined, logger: Logger): PolicySource {
  let seen = stateOf(file);
  let policy = read();
  const reload = () => {
    try {
      policy = read();
      logger.info({ mode: policy.mode }, "The egress policy was read again.");
    } catch (error) {
      logger.error({ err: error }, "The egress policy stays as it was: the new one cannot be used.");
    }
  };
  const look = () => {
    const state = stateOf(file);
    if (state === seen) return;
    seen = state;
    reload();
  };
  const timer = file === undefined ? undefined : setInterval(look, LOOK_EVERY_MS).unref();
  return { current: () => policy, reload, close: () => clearInterval(timer) };
}

/** Differs after any change of the file or of a link to it. */
function stateOf(file: string | undefined): string {
  const state = file === undefined ? undefined : statSync(file, { throwIfNoEntry: false });
  return state === undefined ? "none" : `${state.ino} ${state.mtimeMs} ${state.size}`;
}
