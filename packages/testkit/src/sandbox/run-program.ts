import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export type ProgramEnd = { stdout: string; stderr: string; error: string; exit_code: number };

const MAX_STREAM_BYTES = 4 * 1024 * 1024;
/** What an exception that nobody caught ends a Python program with. */
const UNCAUGHT = 255;

/** Runs a program that is trusted, as a process of this machine; its end is told as a sandbox tells it. */
export async function runProgram(
  command: string,
  language: "python3" | "nodejs",
  code: string,
  { timeoutMs, signal }: { timeoutMs: number; signal: AbortSignal },
): Promise<ProgramEnd> {
  const folder = mkdtempSync(join(tmpdir(), "diwan-sandbox-"));
  const file = join(folder, language === "python3" ? "program.py" : "program.cjs");
  writeFileSync(file, code);
  try {
    const child = spawn(command, language === "python3" ? ["-I", file] : [file], {
      cwd: folder,
      env: { LANG: "C.UTF-8", PYTHONIOENCODING: "utf-8" },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let ours = "";
    const end = (text: string) => {
      ours ||= text;
      child.kill("SIGKILL");
    };
    const timer = setTimeout(() => end("error: timeout\n"), timeoutMs);
    const leave = () => end("error: cancelled\n");
    signal.addEventListener("abort", leave);
    const tooLong = () => end("error: output limit exceeded\n");
    const [stdout, stderr] = [collect(child.stdout, tooLong), collect(child.stderr, tooLong)];
    const status = await new Promise<number>((resolve, reject) => {
      child.on("error", reject);
      child.on("close", (exit) => resolve(exit ?? -1));
    });
    clearTimeout(timer);
    signal.removeEventListener("abort", leave);
    return composed(ours, exitCode(language, status, stderr()), stdout(), stderr());
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function collect(stream: NodeJS.ReadableStream, tooLong: () => void): () => string {
  const chunks: Buffer[] = [];
  let size = 0;
  stream.on("data", (chunk: Buffer) => {
    size += chunk.length;
    if (size > MAX_STREAM_BYTES) tooLong();
    else chunks.push(chunk);
  });
  return () => Buffer.concat(chunks).toString("utf8");
}

function exitCode(language: string, status: number, stderr: string): number {
  const isUncaught = /^(Traceback \(most recent|\s+File ")/m.test(stderr);
  return language === "python3" && status === 1 && isUncaught ? UNCAUGHT : status;
}

/** @source the sandbox contract, composition of `error` */
function composed(ours: string, exit: number, stdout: string, stderr: string): ProgramEnd {
  const rest = ours + stderr;
  const error = exit === 0 ? ours : `process exited with code ${exit}${rest === "" ? "" : `\n${rest}`}`;
  return { stdout, stderr, error, exit_code: exit };
}
