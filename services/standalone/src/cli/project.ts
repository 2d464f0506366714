import { readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

/** The project's own folder. */
export const projectRoot = resolve(dirname(fileURLToPath(import.meta.url)), "../../../..");

export const version = (JSON.parse(readFileSync(join(projectRoot, "package.json"), "utf8")) as { version: string })
  .version;

/** Where `start` keeps everything unless told otherwise: in the project, whatever the current folder is. */
export const defaultDataFolder = join(projectRoot, ".data");
