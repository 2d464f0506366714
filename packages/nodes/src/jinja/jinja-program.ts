import { Buffer } from "node:buffer";
import { dumpsJson, JinjaErrors, parseJson, type Value } from "@diwan/workflow";
import { z } from "zod";
import { RESULT_MARKER } from "../code/program.ts";
import { partOutput } from "../code/read-answer.ts";
import type { CodeProgram } from "../ports.ts";

/**
 * A Python program that renders a template with Jinja2 and its default settings. It says what came of it as JSON, in ASCII:
 * a text may hold what no encoding takes. A template has no use for the network.
 */
export function jinjaProgram(source: string, inputs: Record<string, Value>): CodeProgram {
  const given = Buffer.from(dumpsJson({ source, inputs }), "utf8").toString("base64");
  const code = `import json
from base64 import b64decode

import jinja2


def line_of(error):
    line = getattr(error, "lineno", None) or 1
    place = error.__traceback__
    while place is not None:
        if place.tb_frame.f_code.co_filename in ("<template>", "<unknown>"):
            line = place.tb_lineno
        place = place.tb_next
    return line


def main(source, inputs):
    try:
        return {"text": jinja2.Environment().from_string(source).render(inputs)}
    except Exception as error:
        kinds = [kind.__name__ for kind in type(error).__mro__]
        return {"kinds": kinds, "problem": str(error), "line": line_of(error)}


given = json.loads(b64decode("${given}").decode("utf-8"))
print("${RESULT_MARKER}" + json.dumps(main(**given)) + "${RESULT_MARKER}")
`;
  return { language: "python3", code, allowedHosts: [] };
}

const Rendered = z.union([
  z.object({ text: z.string() }),
  z.object({ kinds: z.array(z.string()), problem: z.string(), line: z.number() }),
]);

/**
 * The text that such a program printed; undefined where it printed nothing of the kind.
 *
 * @throws template.* (author), by the exception that Jinja2 raised
 */
export function renderedIn(stdout: string): string | undefined {
  const { result } = partOutput(stdout);
  const rendered = result === undefined ? undefined : Rendered.safeParse(parseJson(result)).data;
  if (rendered === undefined || "text" in rendered) return rendered?.text;
  const { kinds, problem, line } = rendered;
  const sentence = problem.endsWith(".") || problem === "" ? problem : `${problem}.`;
  throw JinjaErrors[codeOf(kinds, problem)]({ line, problem: sentence });
}

/** @param kinds  Names of the exception's classes, its own first. */
function codeOf(kinds: readonly string[], problem: string): keyof typeof JinjaErrors {
  if (problem.includes("no loader for this environment")) return "no-loader";
  for (const kind of kinds) {
    const code = codes[kind];
    if (code !== undefined) return code;
  }
  return "value";
}

const codes: Partial<Record<string, keyof typeof JinjaErrors>> = {
  TemplateSyntaxError: "syntax",
  UndefinedError: "undefined",
  TypeError: "type",
  AttributeError: "type",
  MemoryError: "limit-exceeded",
  RecursionError: "limit-exceeded",
};
