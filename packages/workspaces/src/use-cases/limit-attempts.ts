import type { Clock } from "@diwan/kernel";
import { AuthErrors } from "../errors.ts";
import type { AttemptStore } from "../ports.ts";

export type AttemptLimit = { key: string; failures: number; windowMs: number };

type Needs = { attempts: AttemptStore; clock: Clock };

/** @throws auth.too-many-attempts (caller) once any of the limits is reached. */
export async function refuseAfter({ attempts, clock }: Needs, limits: readonly AttemptLimit[]): Promise<void> {
  for (const { key, failures, windowMs } of limits) {
    if ((await attempts.count(key, clock.now() - windowMs)) < failures) continue;
    throw AuthErrors["too-many-attempts"]({}, { retryAfterMs: windowMs });
  }
}

export async function countFailure({ attempts, clock }: Needs, limits: readonly AttemptLimit[]): Promise<void> {
  for (const { key } of limits) await attempts.add(key, clock.now());
}
