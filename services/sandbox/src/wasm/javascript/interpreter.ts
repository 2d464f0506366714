import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import released from "@jitl/quickjs-wasmfile-release-sync";
import {
  newQuickJSWASMModuleFromVariant,
  newVariant,
  type QuickJSSyncVariant,
  type QuickJSWASMModule,
} from "quickjs-emscripten-core";
import { mutableGlobals } from "../mutable-globals.ts";

/** Of the module that this was written for: twenty imports, and the stack pointer as the only state outside its memory. */
const MODULE_SHA256 = "105c3bed22d457e43e3d1c3c1c6959fda62a8fe06f0fc8a985303c3a2be72232";

const MUTABLE_GLOBALS = 1;

// Its types are those of a CommonJS module.
const variant = released as unknown as QuickJSSyncVariant;

const modulePath = createRequire(import.meta.url).resolve("@jitl/quickjs-wasmfile-release-sync/wasm");

const PAGE_BYTES = 65_536;

/** As much as the module asks for at its start. */
const INITIAL_PAGES = 256;

/** What an allocator cannot use of its memory counts too, so there is more of it than a program may use. */
const SPARE_PAGES = 512;

/** @throws Error where this build of QuickJS is not the one that was looked at. */
export async function loadQuickJs(maxMemoryBytes: number): Promise<QuickJSWASMModule> {
  const code = readFileSync(modulePath);
  const found = createHash("sha256").update(code).digest("hex");
  if (found !== MODULE_SHA256) throw new Error(`QuickJS is another one than expected: ${found}.`);
  const globals = mutableGlobals(code);
  if (globals !== MUTABLE_GLOBALS) throw new Error(`QuickJS has ${globals} mutable globals, not ${MUTABLE_GLOBALS}.`);
  const module = new WebAssembly.Module(code);
  const instantiateWasm = (imports: WebAssembly.Imports, done: (instance: WebAssembly.Instance) => void) => {
    const instance = new WebAssembly.Instance(module, imports);
    done(instance);
    return instance.exports;
  };
  const maximum = Math.max(INITIAL_PAGES, Math.ceil(maxMemoryBytes / PAGE_BYTES)) + SPARE_PAGES;
  const wasmMemory = new WebAssembly.Memory({ initial: INITIAL_PAGES, maximum });
  return newQuickJSWASMModuleFromVariant(newVariant(variant, { emscriptenModule: { instantiateWasm, wasmMemory } }));
}
