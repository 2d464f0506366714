import { createRequire } from "node:module";
import { dirname } from "node:path";

export const pyodideFolder = dirname(createRequire(import.meta.url).resolve("pyodide/package.json"));
