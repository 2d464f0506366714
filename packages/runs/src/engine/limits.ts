/** What a run may use up. Each shows in the failure it causes. */
export type RunLimits = {
  /** Steps started, those inside containers included. */
  maxSteps: number;
  /** Active time after which running steps are aborted. */
  softMs: number;
  /** Steps of one run that may work at the same time. */
  maxParallelSteps: number;
};

/** @source the app file contract, limits; operations, runs in operation */
export const defaultRunLimits: RunLimits = { maxSteps: 500, softMs: 540_000, maxParallelSteps: 10 };
