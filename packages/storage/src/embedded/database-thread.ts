import { setFlagsFromString } from "node:v8";
import { parentPort, workerData } from "node:worker_threads";
import { openEngine } from "./engine.ts";
import { Housekeeping } from "./housekeeping.ts";
import { defaultFrontLimits, type FrontLimits, WireFront } from "./wire/front.ts";

/** What the thread is started with. It says `ready` when it listens, and `closed` after it was told to close. */
export type DatabaseThreadTask = { directory: string; socketPath: string; limits: Partial<FrontLimits> };

const HOUSEKEEPING_MS = 15_000;

// Optimising Postgres's largest functions takes 500 MB for a moment, of which 200 MB never come back. Statements take up to
// a third longer without it; what people wait for is the disk. It holds for all WebAssembly of the process from here on.
setFlagsFromString("--no-wasm-tier-up");
setFlagsFromString("--no-wasm-dynamic-tiering");

const { directory, socketPath, limits } = workerData as DatabaseThreadTask;
const port = parentPort!;
const engine = await openEngine(directory);
const front = new WireFront(engine, { ...defaultFrontLimits, ...limits });
await front.listen(socketPath);

const housekeeping = new Housekeeping();
const timer = setInterval(() => front.runBetween((idle) => housekeeping.run(idle)), HOUSEKEEPING_MS);

port.once("message", async () => {
  clearInterval(timer);
  front.close();
  await engine.close();
  port.postMessage("closed");
});
port.postMessage("ready");
