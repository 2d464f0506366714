export { MemoryWaitingRuns } from "./memory-waiting-runs.ts";
export { RankedRunQueue, type RunRanks } from "./ranked-run-queue.ts";
export { RedisWaitingRuns } from "./redis-waiting-runs.ts";
export type { ConsumeOptions, RunConsumer } from "./run-consumer.ts";
export type { RunDelivery, RunTaker, TakenRun, WaitingRuns } from "./waiting-runs.ts";
