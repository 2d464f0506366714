import { describe, expect, it } from "vitest";
import { Gate, GateDenied } from "./gate.ts";

type Call = (...values: number[]) => unknown;

/** Imports that say how they were called, behind a gate. */
function gated(names: readonly string[]) {
  const calls: string[] = [];
  const memory = new WebAssembly.Memory({ initial: 1 });
  const host = (name: string) =>
    function call(...values: number[]) {
      calls.push(`${name}(${values.join()})`);
      return name === "emscripten_get_now" ? 12.75 : 7;
    };
  const wasi = {
    clock_time_get: (_clock: number, _precision: number, at: number) => {
      new DataView(memory.buffer).setBigUint64(at, 1_234_567_891n, true);
      return 0;
    },
  };
  const gate = new Gate({ maxMemoryBytes: 1_000, memory: () => memory, isWritable: (path) => path === "/dev/null" });
  const wanted = names.map((name) => ({ module: "env", name, kind: "function" as const }));
  const imports = { env: Object.fromEntries(names.map((name) => [name, host(name)])), wasi_snapshot_preview1: wasi };
  const around = gate.around(imports, wanted);
  const call = (name: string, ...values: number[]) => (around["env"]![name] as Call)(...values);
  const text = (at: number, value: string) => new Uint8Array(memory.buffer).set(Buffer.from(`${value}\0`), at);
  const clock = () => {
    (around["wasi_snapshot_preview1"]!["clock_time_get"] as Call)(0, 0, 64);
    return new DataView(memory.buffer).getBigUint64(64, true);
  };
  return { gate, calls, call, text, clock };
}

describe("the gate", () => {
  it("lets everything through while an interpreter starts, and nothing that is not listed afterwards", () => {
    const { gate, calls, call } = gated(["_emscripten_system", "JsProxy_GetAttr_js", "__syscall_getcwd"]);
    expect(call("_emscripten_system", 1)).toBe(7);
    gate.close();
    expect(() => call("_emscripten_system", 1)).toThrow(GateDenied);
    expect(() => call("JsProxy_GetAttr_js", 1)).toThrow("The interpreter asked for JsProxy_GetAttr_js.");
    expect(call("__syscall_getcwd", 2)).toBe(7);
    expect(calls).toEqual(["_emscripten_system(1)", "__syscall_getcwd(2)"]);
  });

  it("refuses sockets and changes of files with a number, without asking the host", () => {
    const { gate, calls, call } = gated(["__syscall_socket", "__syscall_unlinkat", "__syscall_mkdirat", "getaddrinfo"]);
    gate.close();
    expect(call("__syscall_socket")).toBe(-2);
    expect(call("__syscall_unlinkat")).toBe(-69);
    expect(call("__syscall_mkdirat")).toBe(-69);
    expect(call("getaddrinfo")).toBe(-4);
    expect(calls).toEqual([]);
  });

  it("opens files to read, and only those that it is told to write", () => {
    const { gate, call, text } = gated(["__syscall_openat"]);
    gate.close();
    text(8, "/lib/python314.zip");
    text(40, "/dev/null");
    const open = (path: number, flags: number) => call("__syscall_openat", -100, path, flags);
    expect(open(8, 0)).toBe(7);
    for (const flags of [0o1, 0o2, 0o100, 0o1000, 0o2102]) expect(open(8, flags)).toBe(-69);
    expect(open(40, 0o1)).toBe(7);
  });

  it("keeps memory below its limit, and time to whole milliseconds", () => {
    const { gate, call, clock } = gated(["emscripten_resize_heap", "emscripten_get_heap_max", "emscripten_get_now"]);
    expect(clock()).toBe(1_234_567_891n);
    gate.close();
    expect(call("emscripten_resize_heap", 1_000)).toBe(7);
    expect(call("emscripten_resize_heap", 1_001)).toBe(0);
    // 4 GiB less one, as it arrives.
    expect(call("emscripten_resize_heap", -1)).toBe(0);
    expect(call("emscripten_get_heap_max")).toBe(1_000);
    expect(call("emscripten_get_now")).toBe(12);
    expect(clock()).toBe(1_234_000_000n);
  });
});
