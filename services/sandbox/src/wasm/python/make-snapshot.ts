import { renameSync, writeFileSync } from "node:fs";
import { startInterpreter } from "./interpreter.ts";
import { loadPrelude } from "./python.ts";
import { wheelFiles } from "./wheels.ts";

/** Writes the memory of an interpreter that has started and loaded what programs use, to the path given first; the rest are wheels. */
const [path, ...wheels] = process.argv.slice(2);
const { api } = await startInterpreter({
  forSnapshot: true,
  files: wheelFiles(wheels),
  maxMemoryBytes: 2 ** 31,
  isWritable: () => false,
});
loadPrelude(api);
const unfinished = `${path}.${process.pid}`;
writeFileSync(unfinished, (api as unknown as { makeMemorySnapshot(): Uint8Array }).makeMemorySnapshot());
renameSync(unfinished, path!);
