export type LiveEventLimits = {
  /** How long a run's events stay readable after its end. */
  retentionMs: number;
  /** Newest events kept of one run, where they are written one by one. A reader that comes later than that sees the numbers begin higher. */
  maxEvents: number;
  /** How long a reader of a run that nothing is known of waits for it to begin. */
  waitForStartMs: number;
};

export const defaultLiveEventLimits: LiveEventLimits = {
  retentionMs: 600_000,
  maxEvents: 50_000,
  waitForStartMs: 250,
};
