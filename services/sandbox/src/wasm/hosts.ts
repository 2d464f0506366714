import { dirname, join } from "node:path";
import type { HostCommand } from "../hosts/host-process.ts";
import { pyodideFolder } from "./python/pyodide-folder.ts";

/** Enough for the glue of an interpreter; what programs use is memory of WebAssembly, which this does not count. */
const HEAP_MEBIBYTES = 256;

/** What a host may read: its own code, and that of its interpreter. */
const readable = [join(import.meta.dirname, ".."), dirname(pyodideFolder)];

const flags = [
  // Code that is used once is compiled once.
  "--no-wasm-tier-up",
  "--permission",
  "--disallow-code-generation-from-strings",
  `--max-old-space-size=${HEAP_MEBIBYTES}`,
  "--disable-warning=ExperimentalWarning",
];

/**
 * @param snapshot  File with the memory of an interpreter that has started.
 * @param wheels  Those that it was started with.
 */
export function pythonHost(snapshot: string, memoryMebibytes: number, wheels: readonly string[]): HostCommand {
  return host("python", [snapshot, ...wheels], [snapshot, String(memoryMebibytes), ...wheels]);
}

export function javaScriptHost(memoryMebibytes: number): HostCommand {
  return host("javascript", [], [String(memoryMebibytes)]);
}

function host(engine: string, files: readonly string[], args: readonly string[]): HostCommand {
  const reads = [...readable, ...files].map((path) => `--allow-fs-read=${path}`);
  const script = join(import.meta.dirname, engine, "host.ts");
  return { executable: process.execPath, args: [...flags, ...reads, script, ...args] };
}
