/** What a run may use up. Each shows in the failure it causes. */
export type RunLimits = {
  /** Steps started, those inside containers included. */
  maxSteps: number;
  /** Active time after which running steps are aborted and the run fails. */
  softMs: number;
  /** Active time after which the run is settled whatever its steps do. */
  hardMs: number;
  /** Steps of one run that may work at the same time. */
  maxParallelSteps: number;
  /** Size of what one step gives, as JSON. */
  maxStepOutputBytes: number;
};

/** @source the app file contract, limits; operations, runs in operation */
export const defaultRunLimits: RunLimits = {
  maxSteps: 500,
  softMs: 540_000,
  hardMs: 600_000,
  maxParallelSteps: 10,
  maxStepOutputBytes: 16 * 1024 * 1024,
};
