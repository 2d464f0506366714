import { float, isObject, parseJson, type Value } from "@diwan/workflow";
import { CodeProblem } from "./code-problem.ts";
import { RESULT_MARKER } from "./program.ts";

/** Printed text that a message quotes. */
const QUOTED_CHARACTERS = 200;

/** Between the first and the last marker, and what stands around: prints of the author's. */
export type Printed = { result: string | undefined; printed: string };

/** What a program printed, parted into its result and the rest. */
export function partOutput(stdout: string): Printed {
  const first = stdout.indexOf(RESULT_MARKER);
  const last = stdout.lastIndexOf(RESULT_MARKER);
  if (last === first) return { result: undefined, printed: stdout };
  // The line break after the last marker is the wrapper's own.
  const after = stdout.slice(last + RESULT_MARKER.length).replace(/^\r?\n/, "");
  return { result: stdout.slice(first + RESULT_MARKER.length, last), printed: stdout.slice(0, first) + after };
}

/**
 * The mapping that `main` returned.
 *
 * @throws CodeProblem CodeExecutionError
 */
export function readResult(stdout: string): Record<string, Value> {
  const { result } = partOutput(stdout);
  if (result === undefined) throw new CodeProblem("CodeExecutionError", withoutResult(stdout));
  const value = readJson(result);
  if (value === undefined) {
    throw new CodeProblem("CodeExecutionError", `The result of main is no JSON: ${quoted(result)}.`);
  }
  const read = withFloats(value);
  if (typeof read !== "object" || read === null || Array.isArray(read) || !isMapping(read)) {
    throw new CodeProblem(
      "CodeExecutionError",
      `main has to return a mapping of names to values, not ${kindOf(read)}.`,
    );
  }
  return read as Record<string, Value>;
}

function withoutResult(stdout: string): string {
  const seen = stdout.trim() === "" ? "It printed nothing." : `It printed: ${quoted(stdout)}.`;
  return `The program ended without a result: main did not return. ${seen}`;
}

function quoted(text: string): string {
  return text.length > QUOTED_CHARACTERS ? `${text.slice(0, QUOTED_CHARACTERS)}…` : text;
}

/** Python writes numbers that JSON does not have; the largest literal of each sign reads as infinite too. */
const notInJson = /"(?:[^"\\]+|\\.)*"|-?Infinity|NaN/g;

function readJson(text: string): Value | undefined {
  for (const json of [text, text.replace(notInJson, spelled)]) {
    try {
      return parseJson(json);
    } catch {}
  }
  return undefined;
}

function spelled(part: string): string {
  if (part.startsWith('"')) return part;
  return part.startsWith("-") ? "-1e999" : "1e999";
}

const scientific = /^-?\d+\.?\d*e[+-]\d+$/i;

/** Texts that are numbers in scientific notation become floats, wherever they stand. */
function withFloats(value: Value): Value {
  if (typeof value === "string") return scientific.test(value) ? float(Number(value)) : value;
  if (Array.isArray(value)) return value.map(withFloats);
  if (!isMapping(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, withFloats(inner)]));
}

/** A mapping of any kind, one that describes a file included: to a program both are the same. */
export function isMapping(value: Value): value is { [key: string]: Value } {
  return isObject(value) || (typeof value === "object" && value !== null && "dify_model_identity" in value);
}

function kindOf(value: Value): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "a list";
  return typeof value === "string" ? "a text" : typeof value === "boolean" ? "a truth value" : "a number";
}
