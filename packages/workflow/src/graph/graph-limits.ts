/** What an installation lets a graph be. */
export type GraphLimits = {
  /** Containers inside containers: each level costs every round of the one around it. */
  maxContainerDepth: number;
  /** Rounds of one container. What has more is no work for a workflow, and rounds without steps would never give way. */
  maxContainerRounds: number;
  /** Above so many rounds that a step declares people are warned of it; undefined for never. */
  usualContainerRounds?: number | undefined;
  /** The largest value that a declared variable may have, as JSON. */
  maxVariableBytes: number;
};

/** @source the workflow contract, limits */
export const defaultGraphLimits: GraphLimits = {
  maxContainerDepth: 20,
  maxContainerRounds: 100_000,
  maxVariableBytes: 204_800,
};
