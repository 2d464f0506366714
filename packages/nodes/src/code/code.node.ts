import { DiwanError } from "@diwan/kernel";
import { defineNode, fail, type Outcome, succeed, type Value } from "@diwan/workflow";
import type { CodeResult, NodePorts } from "../ports.ts";
import { stepErrorOf } from "../step-error.ts";
import { checkOutputs } from "./check-outputs.ts";
import { CodeProblem } from "./code-problem.ts";
import { inputsOf } from "./inputs.ts";
import { withOwnLines } from "./own-lines.ts";
import { processDataOf } from "./process-data.ts";
import { linesIn, programOf } from "./program.ts";
import { readResult } from "./read-answer.ts";
import { CodeSettings } from "./settings.ts";

/** Runs the author's `main` in the sandbox, and takes what it returns as the step's outputs. */
export const codeNode = defineNode<NodePorts, CodeSettings>({
  type: "code",
  version: 1,
  kind: "executable",
  settings: CodeSettings,
  needs: ["code", "codeLimits"],
  // It may call others through the proxy.
  hasOutsideEffects: true,
  retryable: true,
  async run({ settings, variables, signal }, ports) {
    const inputs = inputsOf(settings, variables);
    let result: CodeResult | undefined;
    const record = () => ({
      inputs,
      ...(result === undefined ? {} : { processData: processDataOf(result, settings) }),
    });
    try {
      if (settings.code.trim() === "") throw new CodeProblem("CodeNodeError", "The step has no code. Write a main.");
      const timeoutSeconds = settings.diwan?.timeout_seconds ?? undefined;
      result = await ports.code.run(
        {
          ...programOf(settings, inputs),
          ...(timeoutSeconds === undefined ? {} : { timeoutMs: Math.ceil(timeoutSeconds * 1000) }),
        },
        signal,
      );
      return succeed(outputsOf(result, settings, ports), record());
    } catch (error) {
      signal.throwIfAborted();
      return failure(error, record());
    }
  },
});

function outputsOf(result: CodeResult, settings: CodeSettings, { codeLimits }: NodePorts): Record<string, Value> {
  if (result.error !== "") {
    const author = { language: settings.code_language, lines: linesIn(settings) };
    throw new CodeProblem("CodeExecutionError", withOwnLines(result.error, author));
  }
  return checkOutputs(readResult(result.stdout), settings.outputs, codeLimits);
}

function failure(
  error: unknown,
  record: { inputs: Record<string, Value>; processData?: Record<string, Value> },
): Outcome {
  if (error instanceof CodeProblem) return fail(error.stepError, record);
  if (!(error instanceof DiwanError)) throw error;
  const isSandbox = error.code.startsWith("sandbox.");
  return fail(stepErrorOf(error, isSandbox ? "CodeExecutionError" : "CodeNodeError"), record);
}
