import type { JournalEntry } from "@diwan/contracts";
import { type AppLimits, sizeUpTo, type Value } from "@diwan/workflow";

/** How long a run may take. */
export type RunTimeLimits = {
  /** Active time after which running steps are aborted and the run fails. */
  softMs: number;
  /** Active time after which the run is settled whatever its steps do. */
  hardMs: number;
  /** Most that an app may choose for itself as its soft limit. */
  maxSoftMs: number;
  /** Most that an app may choose for itself as its hard limit. */
  maxHardMs: number;
};

/** What a run may use up. Each shows in the failure it causes. */
export type RunLimits = RunTimeLimits & {
  /** Steps started, those inside containers included. */
  maxSteps: number;
  /** Steps of one run that may work at the same time. */
  maxParallelSteps: number;
  /** Size of what one step gives, as JSON. */
  maxStepOutputBytes: number;
  /** Size of what all steps together give, as JSON: a worker holds all of it. */
  maxRunOutputBytes: number;
};

/** @source the app file contract, limits; operations, runs in operation */
export const defaultRunLimits: RunLimits = {
  maxSteps: 500,
  softMs: 540_000,
  hardMs: 600_000,
  maxSoftMs: 1_200_000,
  maxHardMs: 3_600_000,
  maxParallelSteps: 10,
  maxStepOutputBytes: 16 * 1024 * 1024,
  maxRunOutputBytes: 256 * 1024 * 1024,
};

/**
 * The installation's limits with those that an app sets itself, as far as it may. Where an app names one of the two time
 * limits, the other keeps its proportion to it.
 */
export function limitsFor(installation: RunLimits, own: AppLimits): RunLimits {
  const maxSteps = Math.min(installation.maxSteps, own.maxSteps ?? Number.POSITIVE_INFINITY);
  return { ...installation, ...timeLimitsFor(installation, own), maxSteps };
}

/** The part of them that is time. */
export function timeLimitsFor(
  { softMs, hardMs, maxSoftMs, maxHardMs }: RunTimeLimits,
  own: AppLimits,
): { softMs: number; hardMs: number } {
  if (own.softMs === undefined && own.hardMs === undefined) return { softMs, hardMs };
  const mostSoft = Math.max(maxSoftMs, softMs);
  const mostHard = Math.max(maxHardMs, hardMs);
  const wantedSoft = Math.min(own.softMs ?? Number.POSITIVE_INFINITY, mostSoft);
  const hard = Math.min(own.hardMs ?? wantedSoft * (hardMs / softMs), mostHard);
  const soft = Math.min(own.softMs ?? hard * (softMs / hardMs), mostSoft, hard);
  return { softMs: Math.round(soft), hardMs: Math.round(hard) };
}

/** Bytes of outputs that a journal holds, counted no further than the limit. */
export function outputBytesOf(journal: readonly JournalEntry[], { maxRunOutputBytes }: RunLimits): number {
  let bytes = 0;
  for (const entry of journal) {
    if (entry.kind !== "settled") continue;
    bytes += sizeUpTo(entry.outputs as Record<string, Value>, maxRunOutputBytes - bytes);
    if (bytes > maxRunOutputBytes) break;
  }
  return bytes;
}
