/** Queue names, as operators see them in metrics. */
export const queueNames = { runsInteractive: "runs-interactive", runsBackground: "runs-background" } as const;
export type RunQueueName = (typeof queueNames)[keyof typeof queueNames];
