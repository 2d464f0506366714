import { readFileSync } from "node:fs";
import { ConfigErrors } from "@diwan/kernel/node";

/**
 * Certificate authorities in PEM; "" for the system's where no file is named.
 *
 * @param setting  That names the file.
 * @throws config.invalid (caller)
 */
export function readAuthorities(setting: string, file: string | undefined): string {
  if (file === undefined) return "";
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    const problem = `${setting}: ${file} cannot be read (${(error as NodeJS.ErrnoException).code})`;
    throw ConfigErrors.invalid({ problems: [problem] }, { cause: error });
  }
}
