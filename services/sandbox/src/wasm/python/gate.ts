import { sleepMs } from "../sleep.ts";

/** What a program did that no program may do. The interpreter is not used again. */
export class GateDenied extends Error {
  readonly import: string;

  constructor(name: string) {
    super(`The interpreter asked for ${name}.`);
    this.import = name;
  }
}

/** Answers instead of the interpreter's own host functions, once the gate is closed. Numbers are WASI's error numbers. */
const EACCES = -2;
const EROFS = -69;

/** Host functions that a sealed interpreter may call: files in its own memory, clocks, its own end. */
const allowed = new Set([
  "__assert_fail",
  "__syscall_chdir",
  "__syscall_dup",
  "__syscall_dup3",
  "__syscall_faccessat",
  "__syscall_fadvise64",
  "__syscall_fchdir",
  "__syscall_fcntl64",
  "__syscall_fdatasync",
  "__syscall_fstat64",
  "__syscall_fstatfs64",
  "__syscall_getcwd",
  "__syscall_getdents64",
  "__syscall_getuid32_js",
  "__syscall_ioctl",
  "__syscall_lstat64",
  "__syscall_newfstatat",
  "__syscall_openat",
  "__syscall_pipe",
  "__syscall_poll",
  "__syscall_readlinkat",
  "__syscall_stat64",
  "__syscall_statfs64",
  "__syscall_umask_js",
  "_abort_js",
  "_emscripten_get_progname",
  "_gmtime_js",
  "_localtime_js",
  "_mktime_js",
  "_mmap_js",
  "_msync_js",
  "_munmap_js",
  "_timegm_js",
  "_tzset_js",
  "emscripten_date_now",
  "emscripten_get_heap_max",
  "emscripten_get_now",
  "emscripten_resize_heap",
  "exit",
]);

/** Answered with a number, so that a program gets an error that it may handle. */
const refused: Readonly<Record<string, number | null>> = {
  __syscall_accept4: EACCES,
  __syscall_bind: EACCES,
  __syscall_connect: EACCES,
  __syscall_getpeername: EACCES,
  __syscall_getsockname: EACCES,
  __syscall_getsockopt: EACCES,
  __syscall_listen: EACCES,
  __syscall_recvfrom: EACCES,
  __syscall_recvmsg: EACCES,
  __syscall_sendmsg: EACCES,
  __syscall_sendto: EACCES,
  __syscall_socket: EACCES,
  // EAI_FAIL of the C library.
  getaddrinfo: -4,
  getnameinfo: -4,
  getprotobyname: 0,
  // Whether JavaScript could be waited for, and whether a descriptor belongs to it.
  can_run_sync_js: 0,
  _maybe_connect_async: null,
  _maybe_poll_async: null,
  _maybe_recvfrom_async: null,
  _maybe_sendto_async: null,
  _try_fcntl64: 0,
  _try_shutdown: 0,
  __syscall_chmod: EROFS,
  __syscall_fallocate: EROFS,
  __syscall_fchmod: EROFS,
  __syscall_fchmodat2: EROFS,
  __syscall_fchown32: EROFS,
  __syscall_fchownat: EROFS,
  __syscall_ftruncate64: EROFS,
  __syscall_mkdirat: EROFS,
  __syscall_mknodat: EROFS,
  __syscall_renameat: EROFS,
  __syscall_rmdir: EROFS,
  __syscall_symlinkat: EROFS,
  __syscall_truncate64: EROFS,
  __syscall_unlinkat: EROFS,
  __syscall_utimensat: EROFS,
};

// fcntl.h of emscripten.
const O_ACCMODE = 0o3;
const O_CREAT = 0o100;
const O_TRUNC = 0o1000;

/** Programs see time in steps of this many milliseconds. */
const CLOCK_STEP_MS = 1;
const NANOSECONDS = 1_000_000n;

type Host = (...values: never[]) => unknown;
export type Imports = Record<string, Record<string, unknown>>;

export type GateOptions = {
  /** Beyond this the memory of a program does not grow. */
  maxMemoryBytes: number;
  memory(): WebAssembly.Memory;
  /** Of an open file; those of devices may be written to. */
  isWritable(path: string): boolean;
};

/** Between an interpreter and the functions that it was given. Open at first, so that it can start; closed for good then. */
export class Gate {
  readonly #options: GateOptions;
  #isClosed = false;

  constructor(options: GateOptions) {
    this.#options = options;
  }

  close(): void {
    this.#isClosed = true;
  }

  /** The same imports, each behind the gate. */
  around(imports: Imports, wanted: readonly WebAssembly.ModuleImportDescriptor[]): Imports {
    const gated: Imports = { ...imports, env: { ...imports["env"] } };
    const wasi: Record<string, unknown> = { ...imports["wasi_snapshot_preview1"] };
    gated["wasi_snapshot_preview1"] = wasi;
    for (const { module, name, kind } of wanted) {
      const given = imports[module]?.[name];
      if (kind !== "function" || typeof given !== "function") continue;
      if (module === "env") gated["env"]![name] = this.#around(name, given as Host);
    }
    const clock = wasi["clock_time_get"] as Host;
    wasi["clock_time_get"] = (...values: never[]) => this.#coarseTime(clock, values);
    return gated;
  }

  #around(name: string, given: Host): Host {
    const closed = this.#closedAnswer(name, given);
    return (...values: never[]) => (this.#isClosed ? closed(...values) : given(...values));
  }

  #closedAnswer(name: string, given: Host): Host {
    const answer = refused[name];
    if (answer !== undefined) return () => answer;
    if (!allowed.has(name)) {
      return () => {
        throw new GateDenied(name);
      };
    }
    switch (name) {
      case "__syscall_openat":
        return (...values) => (this.#wouldWrite(values) ? EROFS : given(...values));
      case "__syscall_poll":
        return (...values) => poll(given, values);
      case "emscripten_get_now":
      case "emscripten_date_now":
        return (...values) => coarse(given(...values) as number);
      case "emscripten_resize_heap":
        return (...values) => (toUnsigned(values[0]!) > this.#options.maxMemoryBytes ? 0 : given(...values));
      case "emscripten_get_heap_max":
        return () => this.#options.maxMemoryBytes;
      default:
        return given;
    }
  }

  #wouldWrite(values: readonly number[]): boolean {
    const [, path = 0, flags = 0] = values;
    if ((flags & (O_ACCMODE | O_CREAT | O_TRUNC)) === 0) return false;
    return !this.#options.isWritable(this.#text(path));
  }

  #text(at: number): string {
    const bytes = new Uint8Array(this.#options.memory().buffer);
    return Buffer.from(bytes.subarray(at, bytes.indexOf(0, at))).toString();
  }

  #coarseTime(clock: Host, values: never[]): unknown {
    const result = clock(...values);
    if (!this.#isClosed) return result;
    const view = new DataView(this.#options.memory().buffer);
    const at = (values as number[])[2]!;
    view.setBigUint64(at, (view.getBigUint64(at, true) / NANOSECONDS) * NANOSECONDS, true);
    return result;
  }
}

/** Without descriptors it is how a program sleeps. */
function poll(given: Host, values: never[]): unknown {
  const [, count = 0, timeoutMs = 0] = values as number[];
  if (count === 0 && timeoutMs > 0) {
    sleepMs(timeoutMs);
    return 0;
  }
  return given(...values);
}

function coarse(ms: number): number {
  return Math.floor(ms / CLOCK_STEP_MS) * CLOCK_STEP_MS;
}

/** Sizes beyond 2 GiB arrive as negative numbers. */
function toUnsigned(size: number): number {
  return size >>> 0;
}
