import { type ChildProcess, spawn } from "node:child_process";
import type { Duplex } from "node:stream";
import { type Frame, FrameReader, frameHeader, frameKinds } from "../channel/frame.ts";
import type { RunOrder, RunOutcome } from "../channel/messages.ts";

export type HostCommand = {
  executable: string;
  args: readonly string[];
};

export type RunLimits = {
  timeoutMs: number;
  /** Of each stream. */
  maxOutputBytes: number;
};

/** How a run ended for the service. */
export type HostEnding = "done" | "timeout" | "output-limit" | "broken" | "aborted";

export type HostResult = {
  ending: HostEnding;
  outcome: RunOutcome;
  stdout: Buffer;
  stderr: Buffer;
};

/** A frame of a host is never longer than what it may write at once. */
const MOST_FRAME_BYTES = 16 * 1024 * 1024;

const unended: RunOutcome = { exitCode: -1, failure: "none", memoryBytes: 0, isClean: false };

/** A process that runs one program after the other, or one only. */
export class HostProcess {
  readonly #child: ChildProcess;
  readonly #channel: Duplex;
  readonly #frames = new FrameReader(MOST_FRAME_BYTES);
  readonly #exited: Promise<void>;
  #hear: (frame: Frame) => void = () => {};
  #broken: () => void = () => {};
  #isGone = false;

  constructor({ executable, args }: HostCommand) {
    // Nothing of the service's environment: time is UTC, and the rest is nobody's business there.
    this.#child = spawn(executable, [...args], {
      stdio: ["ignore", "ignore", "ignore", "pipe"],
      env: { TZ: "UTC" },
      cwd: "/",
    });
    this.#channel = this.#child.stdio[3] as Duplex;
    this.#channel.on("error", () => this.#gone());
    this.#channel.on("data", (chunk: Buffer) => this.#take(chunk));
    this.#channel.on("close", () => this.#gone());
    this.#exited = new Promise((resolve) => {
      this.#child.once("error", () => resolve());
      this.#child.once("exit", () => resolve());
    });
    void this.#exited.then(() => this.#gone());
  }

  get isGone(): boolean {
    return this.#isGone;
  }

  /** Resolves once it takes programs. @throws Error where it ends before that, or takes too long. */
  ready(withinMs: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const fail = () => {
        clearTimeout(timer);
        reject(new Error("A host of programs did not start."));
      };
      const timer = setTimeout(fail, withinMs);
      this.#broken = fail;
      if (this.#isGone) fail();
      this.#hear = ({ kind }) => {
        if (kind !== frameKinds.ready) return;
        clearTimeout(timer);
        this.#broken = () => {};
        resolve();
      };
    });
  }

  /** Runs a program. Whatever is not an end of its own kills the process, which is gone then. */
  async run(order: RunOrder, limits: RunLimits, signal: AbortSignal): Promise<HostResult> {
    const output = { stdout: new Output(limits.maxOutputBytes), stderr: new Output(limits.maxOutputBytes) };
    const abort = () => end({ ending: "aborted", outcome: unended });
    let end: (result: Pick<HostResult, "ending" | "outcome">) => void = () => {};
    const ended = new Promise<Pick<HostResult, "ending" | "outcome">>((resolve) => {
      end = resolve;
    });
    this.#broken = () => end({ ending: "broken", outcome: unended });
    this.#hear = ({ kind, body }) => {
      if (kind === frameKinds.done)
        end({ ending: "done", outcome: JSON.parse(Buffer.from(body).toString()) as RunOutcome });
      else if (kind === frameKinds.stdout || kind === frameKinds.stderr) {
        const stream = kind === frameKinds.stdout ? output.stdout : output.stderr;
        if (!stream.add(body)) end({ ending: "output-limit", outcome: unended });
      }
    };
    if (this.#isGone) this.#broken();
    if (signal.aborted) abort();
    signal.addEventListener("abort", abort);
    const timer = setTimeout(() => end({ ending: "timeout", outcome: unended }), limits.timeoutMs);
    this.#send(order);
    const { ending, outcome } = await ended;
    clearTimeout(timer);
    signal.removeEventListener("abort", abort);
    this.#hear = () => {};
    this.#broken = () => {};
    if (ending !== "done" || !outcome.isClean) await this.kill();
    return { ending, outcome, stdout: output.stdout.bytes, stderr: output.stderr.bytes };
  }

  /** Resolves when the process is no more. */
  async kill(): Promise<void> {
    this.#gone();
    this.#child.kill("SIGKILL");
    await this.#exited;
  }

  #send(order: RunOrder): void {
    if (this.#isGone) return;
    const body = Buffer.from(JSON.stringify(order));
    this.#channel.cork();
    this.#channel.write(frameHeader(frameKinds.run, body.length));
    this.#channel.write(body);
    this.#channel.uncork();
  }

  #take(chunk: Buffer): void {
    try {
      for (const frame of this.#frames.push(chunk)) this.#hear(frame);
    } catch {
      this.#gone();
    }
  }

  #gone(): void {
    if (this.#isGone) return;
    this.#isGone = true;
    this.#channel.destroy();
    this.#broken();
  }
}

/** One stream of a run, up to a limit. */
class Output {
  readonly #mostBytes: number;
  readonly #chunks: Uint8Array[] = [];
  #size = 0;

  constructor(mostBytes: number) {
    this.#mostBytes = mostBytes;
  }

  /** @returns false once there was too much; what is beyond the limit is dropped. */
  add(chunk: Uint8Array): boolean {
    const room = this.#mostBytes - this.#size;
    this.#chunks.push(chunk.length > room ? chunk.subarray(0, room) : chunk);
    this.#size += Math.min(chunk.length, room);
    return chunk.length <= room;
  }

  get bytes(): Buffer {
    return Buffer.concat(this.#chunks);
  }
}
