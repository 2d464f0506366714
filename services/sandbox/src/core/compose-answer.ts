import type { HostResult } from "../hosts/host-process.ts";

/** What a caller gets of a run. @source sandbox, 2.2 and 2.3 */
export type RunData = { stdout: string; stderr: string; error: string; exit_code: number };

/** The same for callers of ours. */
export type DetailedRunData = RunData & { memory_bytes: number };

/** @returns With the memory that the program had at its end; 0 where nobody could ask. */
export function composeAnswer(result: Omit<HostResult, "ending"> & { ending: string }): DetailedRunData {
  return { ...compose(result), memory_bytes: result.outcome.memoryBytes };
}

function compose({ ending, outcome, stdout, stderr }: Omit<HostResult, "ending"> & { ending: string }): RunData {
  const text = { stdout: stdout.toString(), stderr: stderr.toString() };
  const exitCode = ending === "done" ? outcome.exitCode : -1;
  const ours = sandboxText(ending, outcome.failure);
  if (exitCode === 0) return { ...text, error: ours, exit_code: 0 };
  const rest = ours + text.stderr;
  const error = `process exited with code ${exitCode}${rest === "" ? "" : `\n${rest}`}`;
  return { ...text, error, exit_code: exitCode };
}

function sandboxText(ending: string, failure: string): string {
  if (ending === "timeout") return "error: timeout\n";
  if (ending === "output-limit") return "error: output limit exceeded\n";
  return failure === "denied" ? "error: operation not permitted\n" : "";
}
