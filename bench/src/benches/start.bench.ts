import { join } from "node:path";
import { startChild } from "../processes/child.ts";
import { newDataFolder, startDirectly, startInstallation } from "../processes/installation.ts";
import { type Figure, median } from "../table.ts";

const ROUNDS = 5;

/** Time from the command to the printed address, packages installed and console built. */
export async function startBench(): Promise<Figure[]> {
  const cold: number[] = [];
  const warm: number[] = [];
  const direct: number[] = [];
  const bare: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const { folder, remove } = newDataFolder();
    for (const times of [cold, warm]) {
      const { child, readyMs } = await startInstallation(folder);
      times.push(readyMs / 1000);
      await child.stop();
    }
    const { child, readyMs } = await startDirectly(folder);
    direct.push(readyMs / 1000);
    await child.stop();
    remove();
    const server = startChild(join(import.meta.dirname, "../processes/bare-server.ts"), []);
    bare.push((await server.until(/http/)).ms / 1000);
    await server.stop();
  }
  const reference = median(bare);
  return [
    { name: "empty data folder to ready", ours: median(cold), reference, unit: "s" },
    {
      name: "warm data folder to ready",
      ours: median(warm),
      reference,
      unit: "s",
      target: { of: "ours", atMost: 2.5 },
    },
    {
      name: "what the bootstrap adds",
      ours: Math.max(0, median(warm) - median(direct)),
      unit: "s",
      target: { of: "ours", atMost: 0.3 },
    },
  ];
}
