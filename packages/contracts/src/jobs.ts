import { z } from "zod";

/** Drive one run. May arrive twice: the consumer claims the run before it acts. */
export const ExecuteRunJob = z.object({ runId: z.string(), workspaceId: z.string() });
export type ExecuteRunJob = z.infer<typeof ExecuteRunJob>;

export const jobNames = { executeRun: "run.execute" } as const;

/** Queue names, as operators see them in metrics. */
export const queueNames = { runsInteractive: "runs-interactive", runsBackground: "runs-background" } as const;
export type RunQueueName = (typeof queueNames)[keyof typeof queueNames];
