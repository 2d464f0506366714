import {
  type QuickJSContext,
  type QuickJSHandle,
  type QuickJSRuntime,
  type QuickJSWASMModule,
  Scope,
} from "quickjs-emscripten-core";
import type { RunOutcome } from "../../channel/messages.ts";
import type { Engine, Output } from "../serve.ts";
import { sleepMs } from "../sleep.ts";
import { guestSources } from "./guest-sources.ts";
import { type HostValue, hostFunctions } from "./host-functions.ts";
import { loadQuickJs } from "./interpreter.ts";

/** More would overflow the host's own stack first. */
const STACK_BYTES = 160 * 1024;

/** A run that leaves more than this beyond the first image behind is not rewound: its host ends. */
const MOST_GROWTH_BYTES = 64 * 1024 * 1024;

const PROGRAM = "/program.js";

/** Modules of the image, each with the file of its source. */
const sources = guestSources();

export type JavaScriptOptions = Output & { maxMemoryBytes: number };

/** A value that the prelude gave to the host. */
type Prelude = Readonly<Record<"fire" | "untilNext" | "describe" | "emitExit" | "exitCode", QuickJSHandle>>;

/** The program ended itself; everything of it is over. */
class Exit extends Error {}

/** A sealed QuickJS that runs one program after the other, each from the same image. */
export class JavaScript implements Engine {
  readonly #module: QuickJSWASMModule;
  readonly #runtime: QuickJSRuntime;
  readonly #context: QuickJSContext;
  readonly #output: Output;
  readonly #prelude: Prelude;
  readonly #image: Uint8Array;
  #exitCode: number | undefined;

  private constructor(module: QuickJSWASMModule, { maxMemoryBytes, ...output }: JavaScriptOptions) {
    this.#module = module;
    this.#output = output;
    this.#runtime = module.newRuntime({
      memoryLimitBytes: maxMemoryBytes,
      maxStackSizeBytes: STACK_BYTES,
      // The only way to end a program that does not give up.
      interruptHandler: () => this.#exitCode !== undefined,
    });
    this.#context = this.#runtime.newContext();
    this.#prelude = this.#loadPrelude();
    this.#image = new Uint8Array(module.getWasmMemory().buffer).slice();
  }

  static async start(options: JavaScriptOptions): Promise<JavaScript> {
    return new JavaScript(await loadQuickJs(options.maxMemoryBytes), options);
  }

  run(code: string): RunOutcome {
    try {
      this.#runProgram(code);
      const exitCode = this.#exitCode ?? this.#call("exitCode", (handle) => this.#context.getNumber(handle));
      return this.#outcome(exitCode, this.#grownBytes <= MOST_GROWTH_BYTES);
    } catch (error) {
      if (error instanceof Exit) return this.#outcome(this.#exitCode!, true);
      // QuickJS was left in the middle of something.
      return { ...this.#outcome(-1, false), failure: "crashed" };
    }
  }

  rewind(): void {
    const memory = new Uint8Array(this.#memory.buffer);
    memory.set(this.#image);
    memory.fill(0, this.#image.length);
    this.#exitCode = undefined;
  }

  get #memory(): WebAssembly.Memory {
    return this.#module.getWasmMemory();
  }

  get #grownBytes(): number {
    return this.#memory.buffer.byteLength - this.#image.length;
  }

  #outcome(exitCode: number, isClean: boolean): RunOutcome {
    const failure = this.#isDenied ? "denied" : "none";
    return { exitCode, failure, memoryBytes: this.#memory.buffer.byteLength, isClean };
  }

  #isDenied = false;

  #runProgram(code: string): void {
    this.#isDenied = false;
    const evaluated = this.#context.evalCode(code, PROGRAM);
    if (!this.#settle(evaluated) || evaluated.error !== undefined) return;
    for (;;) {
      if (!this.#runJobs()) return;
      const waitMs = this.#call("untilNext", (handle) => this.#context.getNumber(handle));
      if (waitMs < 0) break;
      if (waitMs > 0) sleepMs(waitMs);
      const fired = this.#context.callFunction(this.#prelude.fire, this.#context.undefined);
      if (!this.#settle(fired)) return;
    }
    if (!this.#endWell(evaluated.value)) return;
    this.#settle(this.#context.callFunction(this.#prelude.emitExit, this.#context.undefined));
  }

  /** A program whose last word is a promise ends as that does. */
  #endWell(last: QuickJSHandle): boolean {
    const state = this.#context.getPromiseState(last);
    if (state.type !== "rejected") return true;
    this.#fail(state.error);
    return false;
  }

  /** Everything that promises wait for. */
  #runJobs(): boolean {
    const { error } = this.#runtime.executePendingJobs();
    this.#endIfTold();
    if (error === undefined) return true;
    this.#fail(error);
    return false;
  }

  /** @returns false where it threw: the program ends with that. */
  #settle(result: { value: QuickJSHandle; error?: undefined } | { error: QuickJSHandle }): boolean {
    this.#endIfTold();
    if (result.error === undefined) return true;
    this.#fail(result.error);
    return false;
  }

  #endIfTold(): void {
    if (this.#exitCode !== undefined) throw new Exit();
  }

  #fail(error: QuickJSHandle): void {
    const { value } = this.#context.callFunction(this.#prelude.describe, this.#context.undefined, error) as {
      value?: QuickJSHandle;
    };
    const text = value === undefined ? "Uncaught exception" : this.#context.getString(value);
    this.#output.stderr(Buffer.from(`${text}\n`));
    this.#isDenied = text.includes("operation not permitted");
    this.#exitCode = 1;
  }

  #call<Value>(name: keyof Prelude, read: (handle: QuickJSHandle) => Value): Value {
    const result = this.#context.callFunction(this.#prelude[name], this.#context.undefined);
    this.#endIfTold();
    return read(this.#context.unwrapResult(result));
  }

  #loadPrelude(): Prelude {
    const context = this.#context;
    return Scope.withScope(() => {
      const functions = hostFunctions({
        write: (descriptor, text) => {
          const bytes = Buffer.from(text);
          if (descriptor === 2) this.#output.stderr(bytes);
          else this.#output.stdout(bytes);
        },
        exit: (code) => {
          this.#exitCode = code;
        },
      });
      const host = context.newObject();
      for (const [name, call] of Object.entries(functions)) {
        const handle = context.newFunction(name, (...values) =>
          this.#toGuest(call(...values.map((one) => this.#toHost(one)))),
        );
        context.setProp(host, name, handle);
      }
      const texts = context.newObject();
      for (const [name, text] of sources.modules) context.setProp(texts, name, context.newString(text));
      const load = context.unwrapResult(context.evalCode(sources.loader, "<sandbox>"));
      const made = context.unwrapResult(context.callFunction(load, context.undefined, host, texts));
      const member = (name: keyof Prelude) => context.getProp(made, name);
      return {
        fire: member("fire"),
        untilNext: member("untilNext"),
        describe: member("describe"),
        emitExit: member("emitExit"),
        exitCode: member("exitCode"),
      };
    });
  }

  /** Only what has no parts crosses. */
  #toHost(handle: QuickJSHandle): HostValue {
    switch (this.#context.typeof(handle)) {
      case "string":
        return this.#context.getString(handle);
      case "number":
        return this.#context.getNumber(handle);
      case "boolean":
        return this.#context.dump(handle) === true;
      default:
        return undefined;
    }
  }

  #toGuest(value: HostValue): QuickJSHandle {
    if (typeof value === "string") return this.#context.newString(value);
    if (typeof value === "number") return this.#context.newNumber(value);
    if (typeof value === "boolean") return value ? this.#context.true : this.#context.false;
    return this.#context.undefined;
  }
}
