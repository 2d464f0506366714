import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

export type ProcessPlan = {
  name: string;
  command: string;
  args: readonly string[];
  environment: Record<string, string | undefined>;
  /** Throws, or gives false, until the process can be used. */
  isReady(): Promise<boolean>;
  /** Of every line that it prints. */
  onLine?(line: string): void;
  beforeStart?(): void;
};

const READY_WITHIN_MS = 45_000;

/** Nothing outlives the harness, however it ends. */
const children = new Set<ChildProcess>();
process.once("exit", () => {
  for (const { pid } of children) {
    for (const one of [...childrenOf(pid!), pid!]) tryKill(one, "SIGKILL");
  }
});
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, () => process.exit(1));

/** A process of the harness with its children: signals go to all of them. */
export class ManagedProcess {
  readonly name: string;
  /** The last lines, for whoever has to explain a failure. */
  readonly lines: string[] = [];
  readonly #plan: ProcessPlan;
  #child: ChildProcess | undefined;
  #exited: Promise<number | null> = Promise.resolve(null);
  state: "down" | "starting" | "up" | "frozen" = "down";

  constructor(plan: ProcessPlan) {
    this.#plan = plan;
    this.name = plan.name;
  }

  get exitCode(): number | null {
    return this.#child?.exitCode ?? null;
  }

  async start(): Promise<void> {
    const { command, args, environment, beforeStart } = this.#plan;
    this.state = "starting";
    beforeStart?.();
    const child = spawn(command, args, {
      env: environment as NodeJS.ProcessEnv,
      stdio: ["ignore", "pipe", "pipe"],
      detached: true,
    });
    this.#child = child;
    children.add(child);
    this.#exited = new Promise((resolve) => {
      child.once("exit", (code) => {
        children.delete(child);
        if (this.#child === child) this.state = "down";
        resolve(code);
      });
      child.once("error", () => {
        children.delete(child);
        resolve(null);
      });
    });
    for (const stream of [child.stdout, child.stderr]) this.#read(stream);
    for (const deadline = Date.now() + READY_WITHIN_MS; Date.now() < deadline; await sleep(50)) {
      if (child.exitCode !== null || child.signalCode !== null) break;
      if (await this.#plan.isReady().catch(() => false)) {
        this.state = "up";
        return;
      }
    }
    throw new Error(`${this.name} did not start:\n${this.lines.slice(-20).join("\n")}`);
  }

  /** kill -9. */
  async kill(): Promise<void> {
    this.#signal("SIGKILL");
    await this.#exited;
  }

  /** An orderly stop; kill -9 where it takes longer than `withinMs`. A server it needs may be frozen for 25 s of that. */
  async terminate(withinMs = 45_000): Promise<number | null> {
    this.#signal("SIGTERM");
    const timer = setTimeout(() => this.#signal("SIGKILL"), withinMs);
    const code = await this.#exited;
    clearTimeout(timer);
    return code;
  }

  freeze(): void {
    this.state = "frozen";
    this.#signal("SIGSTOP");
  }

  thaw(): void {
    if (this.state === "frozen") this.state = "up";
    this.#signal("SIGCONT");
  }

  #signal(signal: NodeJS.Signals): void {
    const pid = this.#child?.pid;
    if (pid === undefined || this.state === "down") return;
    for (const one of [pid, ...childrenOf(pid)]) {
      tryKill(one, signal);
      // Told to stop, a server stops its own children.
      if (signal === "SIGTERM") return;
    }
  }

  #read(stream: NodeJS.ReadableStream): void {
    let rest = "";
    stream.setEncoding("utf8").on("data", (chunk: string) => {
      const lines = (rest + chunk).split("\n");
      rest = lines.pop()!;
      for (const line of lines) {
        this.lines.push(line);
        if (this.lines.length > 400) this.lines.shift();
        this.#plan.onLine?.(line);
      }
    });
  }
}

function tryKill(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It went by itself.
  }
}

/** Postgres gives each of its processes a session of its own, so no group holds them. */
function childrenOf(pid: number): number[] {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim().split(" ").filter(Boolean).map(Number);
  } catch {
    return [];
  }
}
