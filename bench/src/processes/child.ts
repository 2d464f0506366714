import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync } from "node:fs";

export type Child = {
  pid: number;
  /** Everything printed so far. */
  output(): string;
  /** Milliseconds from the start to the first output that matches. */
  until(pattern: RegExp): Promise<{ ms: number; match: RegExpExecArray }>;
  stop(): Promise<void>;
};

const LONGEST_MS = 120_000;

/** None of them may outlive a bench that fails or is broken off. */
const living = new Set<ChildProcess>();
process.once("exit", () => {
  for (const child of living) child.kill();
});
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(1));

/** Starts a script of ours under this Node. */
export function startChild(script: string, args: readonly string[], environment: Record<string, string> = {}): Child {
  const startedAt = performance.now();
  const child = spawn(process.execPath, [script, ...args], {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, ...environment },
  });
  living.add(child);
  child.once("exit", () => living.delete(child));
  let output = "";
  const listeners = new Set<() => void>();
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (chunk) => {
      output += chunk;
      for (const tell of listeners) tell();
    });
  }
  return {
    pid: child.pid!,
    output: () => output,
    until: (pattern) =>
      new Promise((resolve, reject) => {
        const look = () => {
          const match = pattern.exec(output);
          if (match === null) return;
          finish();
          resolve({ ms: performance.now() - startedAt, match });
        };
        const fail = () => {
          finish();
          reject(new Error(`${script} did not get there:\n${output}`));
        };
        const timer = setTimeout(fail, LONGEST_MS);
        const finish = () => {
          clearTimeout(timer);
          listeners.delete(look);
          child.off("exit", fail);
        };
        listeners.add(look);
        child.once("exit", fail);
        look();
      }),
    stop: () => stop(child),
  };
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  const exited = new Promise((done) => child.once("exit", done));
  child.kill("SIGTERM");
  await exited;
}

/** Processor time a process has used, user and system, in milliseconds. */
export function cpuMs(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8")
    .replace(/^.*\) /, "")
    .split(" ");
  // Fields 14 and 15 of proc(5), in ticks of 10 ms.
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

/** Memory that a process holds now, in MB. */
export function residentMegabytes(pid: number): number {
  const match = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"));
  return Number(match?.[1] ?? Number.NaN) / 1024;
}
