const { Buffer, asBytes } = require("./bytes");
const { write } = require("./text");

const refuse = () => {
  const error = new Error("operation not permitted");
  throw Object.assign(error, { code: "EPERM", errno: -1 });
};
const stream = (descriptor) => ({
  fd: descriptor,
  isTTY: false,
  writable: true,
  write(chunk, encoding, callback) {
    write(descriptor, typeof chunk === "string" ? chunk : Buffer.from(asBytes(chunk)).toString());
    const done = typeof encoding === "function" ? encoding : callback;
    if (typeof done === "function") queueMicrotask(done);
    return true;
  },
  end(chunk) {
    if (chunk !== undefined) this.write(chunk);
  },
  on() {
    return this;
  },
  once() {
    return this;
  },
});
const listeners = new Map();
const process = {
  argv: ["/usr/bin/node", "/program.js"],
  argv0: "node",
  execArgv: [],
  execPath: "/usr/bin/node",
  arch: "wasm32",
  env: {},
  exitCode: undefined,
  pid: 1,
  platform: "linux",
  release: { name: "node" },
  stdout: stream(1),
  stderr: stream(2),
  title: "node",
  version: "v24.0.0",
  versions: { node: "24.0.0" },
  cwd: () => "/",
  exit: (code) => host.exit(Number(code ?? process.exitCode ?? 0)),
  nextTick: (callback, ...args) => queueMicrotask(() => callback(...args)),
  hrtime: Object.assign(
    (since) => {
      const ms = host.now();
      const [seconds, nanoseconds] = [Math.floor(ms / 1000), (ms % 1000) * 1e6];
      if (since === undefined) return [seconds, nanoseconds];
      const difference = (seconds - since[0]) * 1e9 + nanoseconds - since[1];
      return [Math.floor(difference / 1e9), difference % 1e9];
    },
    { bigint: () => BigInt(host.now()) * 1_000_000n },
  ),
  memoryUsage: () => ({ rss: 0, heapTotal: 0, heapUsed: 0, external: 0, arrayBuffers: 0 }),
  uptime: () => host.now() / 1000,
  emitWarning: (warning) => write(2, `(node:1) Warning: ${warning?.message ?? warning}\n`),
  on(event, listener) {
    listeners.set(event, [...(listeners.get(event) ?? []), listener]);
    return process;
  },
  once: (event, listener) => process.on(event, listener),
  off(event, listener) {
    listeners.set(
      event,
      (listeners.get(event) ?? []).filter((one) => one !== listener),
    );
    return process;
  },
  emit(event, ...values) {
    for (const listener of listeners.get(event) ?? []) listener(...values);
    return listeners.has(event);
  },
};

const childProcess = Object.fromEntries(
  ["exec", "execFile", "execFileSync", "execSync", "fork", "spawn", "spawnSync"].map((name) => [name, refuse]),
);

/** Of modules that begin other processes or threads: everything of them is refused when it is used. */
const refused = new Proxy({}, { get: (_, key) => (key === "isMainThread" || key === "isPrimary" ? true : refuse) });

module.exports = { childProcess, process, refused };
