import { readFileSync } from "node:fs";
import { UsageError } from "./command.ts";

/** @throws UsageError where the file cannot be read. */
export function readText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    const why = code === "ENOENT" ? "there is no such file" : code === "EISDIR" ? "it is a folder" : String(code);
    throw new UsageError(`${path} cannot be read: ${why}.`);
  }
}
