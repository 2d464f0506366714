import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { PyodideAPI } from "pyodide";
import type { RunOutcome } from "../../channel/messages.ts";
import type { Engine, Output } from "../serve.ts";
import { GateDenied } from "./gate.ts";
import { type Interpreter, type InterpreterExports, startInterpreter } from "./interpreter.ts";

/** A run that leaves more than this beyond the first image behind is not rewound: its host ends. */
const MOST_GROWTH_BYTES = 64 * 1024 * 1024;

/** A program that opens more has come to its end of them. */
const MOST_OPEN_FILES = 64;

/** As `prelude.py` says it. */
const DENIED = 0x100;

const preludeModule = "_sandbox";

export type PythonOptions = Output & {
  snapshot?: Uint8Array;
  files: ReadonlyMap<string, Uint8Array>;
  maxMemoryBytes: number;
};

type OpenFile = { path: string; position: number };

/** What pyodide's file system has beyond its declared interface. */
type Files = {
  streams: (OpenFile | null)[];
  chdir(path: string): void;
  MAX_OPEN_FDS: number;
  makedev(major: number, minor: number): number;
  registerDevice(device: number, operations: object): void;
  mkdev(path: string, mode: number, device: number): void;
};

/** A sealed CPython that runs one program after the other, each from the same image. */
export class Python implements Engine {
  readonly #exports: InterpreterExports;
  readonly #files: Files;
  readonly #run: number;
  readonly #image: Uint8Array;
  readonly #stackPointer: number;
  readonly #streams: readonly (OpenFile | null)[];
  #program: Uint8Array = new Uint8Array();

  private constructor({ api, exports, gate }: Interpreter, program: (self: Python) => void) {
    this.#exports = exports;
    this.#files = api.FS as unknown as Files;
    program(this);
    this.#files.MAX_OPEN_FDS = MOST_OPEN_FILES;
    this.#run = this.#attribute(preludeModule, "run");
    gate.close();
    this.#streams = Array.from(this.#files.streams, (stream) => stream ?? null);
    this.#stackPointer = exports.__stack_pointer.value;
    this.#image = new Uint8Array(exports.memory.buffer).slice();
  }

  static async start(options: PythonOptions): Promise<Python> {
    const interpreter = await startInterpreter({ ...options, isWritable: (path) => writable.has(path) });
    const { api } = interpreter;
    if (options.snapshot === undefined) loadPrelude(api);
    return new Python(interpreter, (self) => {
      for (const [path, write] of [
        ["/dev/stdout", options.stdout],
        ["/dev/stderr", options.stderr],
      ] as const)
        redirect(api, path, write);
      addProgramDevice(api.FS as unknown as Files, () => self.#takeProgram());
      api.runPython(`import ${preludeModule}; ${preludeModule}.seal()`);
    });
  }

  run(code: string): RunOutcome {
    this.#program = Buffer.from(code);
    try {
      const result = this.#exports.PyObject_CallNoArgs(this.#run);
      const exitCode = result === 0 ? -1 : this.#exports.PyLong_AsLong(result);
      const isClean = exitCode >= 0 && this.#grownBytes <= MOST_GROWTH_BYTES;
      if (exitCode < 0) return this.#outcome(-1, "crashed", false);
      return this.#outcome(exitCode & 0xff, (exitCode & DENIED) === 0 ? "none" : "denied", isClean);
    } catch (error) {
      return this.#end(error);
    }
  }

  rewind(): void {
    const memory = new Uint8Array(this.#exports.memory.buffer);
    memory.set(this.#image);
    memory.fill(0, this.#image.length);
    this.#exports.__stack_pointer.value = this.#stackPointer;
    this.#exports.setThrew(0, 0);
    this.#files.streams.length = 0;
    this.#files.streams.push(...this.#streams);
    this.#files.chdir("/");
    this.#program = new Uint8Array();
  }

  /** Memory that has grown for a program stays with the process, and is not that of the next one. */
  get #usedBytes(): number {
    const { memory, emscripten_get_sbrk_ptr } = this.#exports;
    return new DataView(memory.buffer).getUint32(emscripten_get_sbrk_ptr(), true);
  }

  get #grownBytes(): number {
    return this.#exports.memory.buffer.byteLength - this.#image.length;
  }

  #outcome(exitCode: number, failure: RunOutcome["failure"], isClean: boolean): RunOutcome {
    return { exitCode, failure, memoryBytes: this.#usedBytes, isClean };
  }

  /** The interpreter was left in the middle of something. */
  #end(error: unknown): RunOutcome {
    const { name, status } = error as { name?: unknown; status?: unknown };
    if (name === "ExitStatus" && typeof status === "number") return this.#outcome(status & 0xff, "none", false);
    return this.#outcome(-1, error instanceof GateDenied ? "denied" : "crashed", false);
  }

  #takeProgram(): Uint8Array {
    return this.#program;
  }

  #attribute(module: string, name: string): number {
    const found = this.#exports.PyImport_ImportModule(this.#text(module));
    const attribute = found === 0 ? 0 : this.#exports.PyObject_GetAttrString(found, this.#text(name));
    if (attribute === 0) throw new Error(`The interpreter has no ${module}.${name}.`);
    return attribute;
  }

  /** In the interpreter's memory, for as long as that lives. */
  #text(text: string): number {
    const bytes = Buffer.from(`${text}\0`);
    const at = this.#exports.malloc(bytes.length);
    new Uint8Array(this.#exports.memory.buffer).set(bytes, at);
    return at;
  }
}

const writable = new Set(["/dev/null", "/dev/stdout", "/dev/stderr"]);

/** Makes `prelude.py` a module of the interpreter. */
export function loadPrelude(api: PyodideAPI): void {
  const source = readFileSync(join(import.meta.dirname, "prelude.py"), "utf8");
  const load = `
import sys, types
module = sys.modules[name] = types.ModuleType(name)
exec(compile(source, "<sandbox>", "exec", dont_inherit=True), module.__dict__)
`;
  api.runPython(load, { globals: api.toPy({ name: preludeModule, source }) });
}

function redirect(api: PyodideAPI, path: string, write: (bytes: Uint8Array) => void): void {
  const options = {
    isatty: false,
    write(bytes: Uint8Array) {
      write(bytes);
      return bytes.length;
    },
  };
  if (path === "/dev/stdout") api.setStdout(options);
  else api.setStderr(options);
}

/** A file that holds the program of this run. */
function addProgramDevice(files: Files, program: () => Uint8Array): void {
  const device = files.makedev(64, 0);
  files.registerDevice(device, {
    llseek: () => 0,
    read(stream: OpenFile, into: Uint8Array, offset: number, length: number) {
      const bytes = program().subarray(stream.position, stream.position + length);
      into.set(bytes, offset);
      return bytes.length;
    },
  });
  files.mkdev("/dev/program", 0o444, device);
}
