export { MemoryLiveEvents } from "./memory-live-events.ts";
export { MemoryRunSignals } from "./memory-run-signals.ts";
