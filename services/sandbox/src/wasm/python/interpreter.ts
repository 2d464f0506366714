import { createHash } from "node:crypto";
import { constants, readFileSync } from "node:fs";
import { join } from "node:path";
import { loadPyodide, type PyodideAPI } from "pyodide";
import { mutableGlobals } from "../mutable-globals.ts";
import { Gate, type Imports } from "./gate.ts";
import { pyodideFolder } from "./pyodide-folder.ts";

/**
 * Of the names that the interpreter imports, as they were when the gate was written: another list may hold a way out that
 * nobody has looked at.
 */
const IMPORTS_SHA256 = "1f3f872d4f8ef1b767eda8a9d1348cfeb8e5bb9a3963e864835a7730727aad07";

/** The stack pointer, and three that only hold something while an exception is on its way. */
const MUTABLE_GLOBALS = 4;

/** What of the interpreter is called from here. */
export type InterpreterExports = {
  memory: WebAssembly.Memory;
  __stack_pointer: WebAssembly.Global<"i32">;
  malloc(bytes: number): number;
  /** Where the end of the used memory stands. */
  emscripten_get_sbrk_ptr(): number;
  setThrew(threw: number, value: number): void;
  PyImport_ImportModule(name: number): number;
  PyObject_GetAttrString(object: number, name: number): number;
  PyObject_CallNoArgs(callable: number): number;
  PyLong_AsLong(object: number): number;
};

type Files = { mkdirTree(path: string): void; writeFile(path: string, bytes: Uint8Array): void };

export type Interpreter = { api: PyodideAPI; exports: InterpreterExports; gate: Gate };

export type InterpreterOptions = {
  /** Memory of one that was started before; a tenth of the time. */
  snapshot?: Uint8Array;
  /** So that a snapshot can be taken. */
  forSnapshot?: boolean;
  /** Further files, such as packages, by their paths inside. */
  files: ReadonlyMap<string, Uint8Array>;
  maxMemoryBytes: number;
  isWritable(path: string): boolean;
};

/**
 * Starts CPython with its gate still open.
 *
 * @throws Error where this build of the interpreter is not the one that the gate was written for.
 */
export async function startInterpreter(options: InterpreterOptions): Promise<Interpreter> {
  const code = readFileSync(join(pyodideFolder, "pyodide.asm.wasm"));
  const module = new WebAssembly.Module(code);
  const wanted = WebAssembly.Module.imports(module);
  assertKnown(wanted, code);
  let exports: InterpreterExports | undefined;
  const gate = new Gate({
    maxMemoryBytes: options.maxMemoryBytes,
    memory: () => exports!.memory,
    isWritable: options.isWritable,
  });
  const instantiate = WebAssembly.instantiate;
  WebAssembly.instantiate = (async (given: WebAssembly.Module, imports?: Imports) => {
    // A small module of the bridge comes first, without imports.
    if (imports?.["env"] === undefined) return instantiate(given, imports as WebAssembly.Imports);
    const instance = new WebAssembly.Instance(module, gate.around(imports, wanted) as WebAssembly.Imports);
    exports = instance.exports as unknown as InterpreterExports;
    return { instance, module };
  }) as typeof WebAssembly.instantiate;
  // The interpreter's glue asks for it at its start, and Node refuses the rest of it under its permission model.
  Object.assign(process, { binding: () => ({ fs: constants }) });
  const api = await loadPyodide({
    env: { HOME: "/", PYTHONINSPECT: "" },
    stdin: () => null,
    fsInit: async (files: Files) => {
      for (const [path, bytes] of options.files) {
        files.mkdirTree(path.slice(0, path.lastIndexOf("/")));
        files.writeFile(path, bytes);
      }
    },
    ...(options.snapshot === undefined ? {} : { _loadSnapshot: options.snapshot }),
    ...(options.forSnapshot === true ? { _makeSnapshot: true } : {}),
  }).finally(() => {
    WebAssembly.instantiate = instantiate;
  });
  return { api, exports: exports!, gate };
}

function assertKnown(wanted: readonly WebAssembly.ModuleImportDescriptor[], code: Uint8Array): void {
  const names = wanted.map(({ module, name, kind }) => `${module} ${kind} ${name}`).sort();
  const found = createHash("sha256").update(names.join("\n")).digest("hex");
  if (found !== IMPORTS_SHA256)
    throw new Error(`The interpreter imports other functions than its gate knows: ${found}.`);
  const globals = mutableGlobals(code);
  if (globals !== MUTABLE_GLOBALS)
    throw new Error(`The interpreter has ${globals} mutable globals, not ${MUTABLE_GLOBALS}.`);
}
