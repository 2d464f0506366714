/** The time, injected so that tests and replays can hold it. */
export type Clock = {
  /** Unix milliseconds. */
  now(): number;
};

export const systemClock: Clock = { now: () => Date.now() };
