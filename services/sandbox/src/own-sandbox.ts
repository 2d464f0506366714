import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { join } from "node:path";

export type SandboxAddress = { endpoint: string; apiKey: string };

type Child = { process: ChildProcess; address: Promise<SandboxAddress> };

/** Processes that nobody needs for this long end. */
const IDLE_SECONDS = 60;

const KILL_AFTER_MS = 3_000;

/** A sandbox of an installation on one machine: a process that is started when the first program comes, and again where it ended. */
export class OwnSandbox {
  readonly #environment: Record<string, string>;
  #child: Child | undefined;
  #isClosed = false;

  /** @param environment  Settings of the sandbox that differ from the defaults. */
  constructor(environment: Record<string, string> = {}) {
    this.#environment = environment;
  }

  /** @throws Error with what the sandbox said where it does not start. */
  address(): Promise<SandboxAddress> {
    if (this.#isClosed) return Promise.reject(new Error("The sandbox was closed."));
    this.#child ??= this.#start();
    return this.#child.address;
  }

  /** Resolves when it has ended, and its programs with it. */
  async close(): Promise<void> {
    this.#isClosed = true;
    const child = this.#child?.process;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const exited = new Promise((resolve) => child.once("exit", resolve));
    const timer = setTimeout(() => child.kill("SIGKILL"), KILL_AFTER_MS);
    child.kill("SIGTERM");
    await exited;
    clearTimeout(timer);
  }

  #start(): Child {
    const apiKey = randomBytes(32).toString("base64url");
    const child = spawn(process.execPath, [join(import.meta.dirname, "main.ts")], {
      stdio: ["ignore", "ignore", "pipe", "ipc"],
      env: {
        // Nothing of the installation's own settings, which hold its secrets.
        PATH: process.env["PATH"] ?? "",
        API_KEY: apiKey,
        LOG_LEVEL: "error",
        SANDBOX_PORT: "0",
        SANDBOX_METRICS_PORT: "0",
        SANDBOX_IDLE_SECONDS: String(IDLE_SECONDS),
        ...this.#environment,
      },
    });
    let said = "";
    child.stderr!.on("data", (chunk) => {
      said = `${said}${chunk}`.slice(-2_000);
    });
    const started: Child = {
      process: child,
      address: new Promise((resolve, reject) => {
        child.once("message", ({ port }: { port: number }) =>
          resolve({ endpoint: `http://127.0.0.1:${port}`, apiKey }),
        );
        child.once("error", reject);
        child.once("exit", () => reject(new Error(`The sandbox did not start: ${said.trim()}`)));
      }),
    };
    // Somebody may wait for it or not; the next program starts another one.
    started.address.catch(() => {});
    child.once("exit", () => {
      if (this.#child === started) this.#child = undefined;
    });
    return started;
  }
}
