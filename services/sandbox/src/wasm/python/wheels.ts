import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";

export type Wheel = { name: string; version: string; path: string };

/**
 * Python packages in folders, each a wheel; of several of one name the first counts.
 *
 * @source https://packaging.python.org/en/latest/specifications/binary-distribution-format/
 */
export function wheelsIn(folders: readonly string[]): Wheel[] {
  const wheels = new Map<string, Wheel>();
  for (const folder of folders) {
    for (const file of namesIn(folder).sort()) {
      const [, name, version] = /^([^-]+)-([^-]+)(?:-[^-]+){3,4}\.whl$/.exec(file) ?? [];
      if (name === undefined || version === undefined || wheels.has(name)) continue;
      wheels.set(name, { name, version, path: join(folder, file) });
    }
  }
  return [...wheels.values()];
}

/** Where the interpreter finds them. */
export const WHEEL_FOLDER = "/lib/packages";

/** Their bytes by their paths inside the interpreter. */
export function wheelFiles(paths: readonly string[]): Map<string, Uint8Array> {
  return new Map(paths.map((path) => [`${WHEEL_FOLDER}/${basename(path)}`, readFileSync(path)]));
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
