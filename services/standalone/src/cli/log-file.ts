import { createWriteStream, mkdirSync, renameSync, statSync } from "node:fs";
import { join } from "node:path";

const MAX_BYTES = 20_000_000;

/** Log lines of an installation on one machine go to a file; the terminal stays for people. */
export function logFile(dataFolder: string): { write(line: string): void } {
  const folder = join(dataFolder, "logs");
  mkdirSync(folder, { recursive: true });
  const file = join(folder, "diwan.log");
  // One earlier file is kept.
  if ((statSync(file, { throwIfNoEntry: false })?.size ?? 0) > MAX_BYTES) renameSync(file, `${file}.1`);
  return createWriteStream(file, { flags: "a", mode: 0o600 });
}
