import { parseJson, type Value } from "@diwan/workflow";

/** Fences, and places that are tried as the beginning of JSON: a text made of nothing else must not take for ever. */
const MAX_ATTEMPTS = 24;

/**
 * The first JSON that a model's answer holds: all of it, inside a code fence, or bare between words.
 *
 * @param accept  What counts; other JSON is passed over.
 */
export function findJson(text: string, accept: (value: Value) => boolean = () => true): Value | undefined {
  for (const candidate of candidates(text)) {
    const value = read(candidate);
    if (value !== undefined && accept(value)) return value;
  }
  return undefined;
}

function* candidates(text: string): Generator<string> {
  yield text;
  // Fences stand at odd places, their language in front of the first line break.
  for (const [place, part] of text.split("```", 2 * MAX_ATTEMPTS).entries())
    if (place % 2 === 1) yield part.replace(/^[\w-]*\n/, "");
  const opening = /[{[]/g;
  for (let attempt = 0; attempt < MAX_ATTEMPTS && opening.test(text); attempt += 1) {
    const from = opening.lastIndex - 1;
    const end = balancedEnd(text, from);
    if (end !== undefined) yield text.slice(from, end);
  }
}

/** Where the bracket at `from` is closed, undefined where it never is. Brackets inside strings do not count. */
function balancedEnd(text: string, from: number): number | undefined {
  let depth = 0;
  let quoted = false;
  for (let place = from; place < text.length; place += 1) {
    const character = text[place];
    if (quoted) {
      if (character === "\\") place += 1;
      else if (character === '"') quoted = false;
    } else if (character === '"') quoted = true;
    else if (character === "{" || character === "[") depth += 1;
    else if (character === "}" || character === "]") {
      depth -= 1;
      if (depth === 0) return place + 1;
    }
  }
  return undefined;
}

function read(text: string): Value | undefined {
  try {
    return parseJson(text.trim());
  } catch {
    return undefined;
  }
}
