import type { Value } from "@diwan/workflow";
import type { CodeResult } from "../ports.ts";
import { withOwnLines } from "./own-lines.ts";
import { linesIn } from "./program.ts";
import { partOutput } from "./read-answer.ts";
import type { CodeSettings } from "./settings.ts";

/** Longer output is cut: it is kept with the run. */
const MAX_SHOWN_CHARACTERS = 20_000;

/** Which of the sandbox's limits ended the program. */
type HitLimit = "time" | "output" | "memory" | "permission";

/** How a program ran, for the trace of its run. What it printed is shown without the result, which is the step's output. */
export function processDataOf(result: CodeResult, settings: CodeSettings): Record<string, Value> {
  const { stdout, stderr, exitCode, elapsedMs, memoryBytes } = result;
  const author = { language: settings.code_language, lines: linesIn(settings) };
  return {
    run: {
      language: settings.code_language,
      stdout: shown(partOutput(stdout).printed),
      stderr: shown(withOwnLines(stderr, author)),
      exit_code: exitCode,
      elapsed_ms: Math.round(elapsedMs),
      memory_bytes: memoryBytes,
      limit: limitOf(result),
    },
  };
}

function shown(text: string): string {
  const over = text.length - MAX_SHOWN_CHARACTERS;
  return over > 0 ? `${text.slice(0, MAX_SHOWN_CHARACTERS)}… (${over} more characters)` : text;
}

/** The sandbox names its limits in its own lines, above what the program wrote; memory is what a program itself runs into. */
function limitOf({ error, stderr }: CodeResult): HitLimit | null {
  if (error === "") return null;
  const [, ours] = /^process exited with code -?\d+\n(error: [^\n]*)/.exec(error) ?? [];
  if (ours === "error: timeout") return "time";
  if (ours === "error: output limit exceeded") return "output";
  if (ours === "error: operation not permitted") return "permission";
  return /^(MemoryError\b|.*\bout of memory\b)/m.test(stderr) ? "memory" : null;
}
