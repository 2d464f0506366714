import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { residentMegabytes, startChild } from "../processes/child.ts";
import { newDataFolder, startInstallation } from "../processes/installation.ts";
import type { Figure } from "../table.ts";

/** Long enough for what start-up needed to be given back. */
const REST_MS = 20_000;

/** Memory of the one process that is everything, after a warm start and a rest. */
export async function memoryBench(): Promise<Figure[]> {
  const { folder, remove } = newDataFolder();
  const first = await startInstallation(folder);
  await first.child.stop();
  const { child } = await startInstallation(folder);
  const bare = startChild(join(import.meta.dirname, "../processes/bare-server.ts"), []);
  await bare.until(/http/);
  await sleep(REST_MS);
  const ours = residentMegabytes(child.pid);
  const reference = residentMegabytes(bare.pid);
  await Promise.all([child.stop(), bare.stop()]);
  remove();
  return [{ name: "memory at rest, all embedded", ours, reference, unit: "MB", target: { of: "ours", atMost: 350 } }];
}
