import { createContext, Script } from "node:vm";

/** Time one text may take. Patterns that are written well need a thousandth of it. */
const MATCH_LIMIT_MS = 200;

/** Texts short enough for the steps of a simple pattern to be few, whatever they hold. */
const SHORT_TEXT_CHARACTERS = 1_000;

/** Something after a group repeats it, as in `(a+)+`: what takes time without bound. */
const REPEATED_GROUP = /\)[*+{]/;

/** A text and a pattern that do not come to an end together. */
export class PatternTooSlow extends Error {
  constructor(pattern: string) {
    super(`a text takes too long to compare with the pattern ${pattern}. Write the pattern without repeats in repeats`);
  }
}

/** Ajv tells patterns apart by their text form. */
type Pattern = { test(text: string): boolean; toString(): string };

/**
 * An author's regular expression that cannot stop the process: a match that takes too long is broken off.
 *
 * @throws SyntaxError for what is no regular expression.
 */
export function timedPattern(source: string, flags: string): Pattern {
  const pattern = new RegExp(source, flags);
  const isSimple = !REPEATED_GROUP.test(source) && (source.match(/[*+{]/g)?.length ?? 0) <= 2;
  return {
    test: (text) =>
      isSimple && text.length <= SHORT_TEXT_CHARACTERS ? pattern.test(text) : testWithin(MATCH_LIMIT_MS, pattern, text),
    toString: () => pattern.toString(),
  };
}

// Only code run this way can be broken off. One context for all: making it costs more than most matches.
const attempt: { pattern?: RegExp; text?: string } = {};
let script: Script | undefined;
let context: ReturnType<typeof createContext> | undefined;

function testWithin(limitMs: number, pattern: RegExp, text: string): boolean {
  script ??= new Script("pattern.test(text)");
  context ??= createContext(attempt);
  Object.assign(attempt, { pattern, text });
  try {
    return script.runInContext(context, { timeout: limitMs }) as boolean;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ERR_SCRIPT_EXECUTION_TIMEOUT") throw error;
    throw new PatternTooSlow(pattern.source);
  } finally {
    attempt.text = "";
  }
}

// Ajv writes the name of this function into the code that it can generate; we never let it.
timedPattern.code = "timedPattern";
