const { Buffer, DOMException, TextDecoder, TextEncoder, atob, bufferModule, btoa } = require("./bytes");
const { console, inspect } = require("./console");
const crypto = require("./crypto");
const languages = require("./languages");
const { childProcess, process, refused } = require("./process");
const structuredClone = require("./structured-clone");
const timers = require("./timers");
const { URL, URLSearchParams, legacy } = require("./url");

/** What a program may require, with or without `node:`. */
const modules = {
  assert: require("./assert"),
  "assert/strict": require("./assert"),
  buffer: bufferModule,
  child_process: childProcess,
  cluster: refused,
  console,
  crypto,
  events: require("events"),
  path: require("path-browserify"),
  process,
  querystring: require("./querystring"),
  string_decoder: require("./string-decoder"),
  timers: timers.api,
  "timers/promises": timers.promises,
  url: legacy,
  util: require("./util"),
  worker_threads: refused,
};

function requireOfPrograms(name) {
  const plain = String(name).replace(/^node:/, "");
  if (Object.hasOwn(modules, plain)) return modules[plain];
  throw Object.assign(new Error(`Cannot find module '${name}'`), { code: "MODULE_NOT_FOUND", requireStack: [] });
}
requireOfPrograms.resolve = (name) => name;
requireOfPrograms.cache = Object.create(null);

const programModule = { exports: {} };
const globals = {
  Buffer,
  DOMException,
  Intl: languages,
  TextDecoder,
  TextEncoder,
  URL,
  URLSearchParams,
  __dirname: "/",
  __filename: "/program.js",
  atob,
  btoa,
  console,
  crypto: crypto.webcrypto,
  exports: programModule.exports,
  global: globalThis,
  module: programModule,
  performance: { now: () => host.now(), timeOrigin: 0 },
  process,
  queueMicrotask: (callback) => void Promise.resolve().then(callback),
  require: requireOfPrograms,
  structuredClone,
  ...timers.api,
};
for (const [name, value] of Object.entries(globals)) {
  Object.defineProperty(globalThis, name, { value, writable: true, configurable: true, enumerable: false });
}

/** A thrown value as Node prints it. */
function describe(error) {
  if (!(error instanceof Error)) return `Uncaught ${inspect(error)}`;
  const head = `${error.name}: ${error.message}`;
  const { stack = "" } = error;
  const frames = stack.startsWith(head) ? stack.slice(head.length + 1) : stack;
  return `${head}\n${frames}`.trimEnd();
}

module.exports = {
  describe,
  emitExit: () => void process.emit("exit", process.exitCode ?? 0),
  exitCode: () => Number(process.exitCode ?? 0),
  fire: timers.fire,
  untilNext: timers.untilNext,
};
