import { Buffer } from "node:buffer";
import { dumpsJson, stringifyJson, type Value } from "@diwan/workflow";
import type { CodeProgram } from "../ports.ts";
import type { CodeSettings } from "./settings.ts";

/** Stands before and after the result in what a program prints. */
export const RESULT_MARKER = "<<RESULT>>";

/** The wrapper's function: whatever stands above it in a traceback is not the author's. */
export const WRAPPER_NAME = "__call_main";

/**
 * The author's code with what calls its `main` behind it, so that every line keeps its number. Inputs travel as base64 of
 * JSON: nothing in them can end a literal.
 */
export function programOf(
  { code_language, code }: Pick<CodeSettings, "code_language" | "code">,
  inputs: Record<string, Value>,
): Pick<CodeProgram, "language" | "code"> {
  return code_language === "python3"
    ? { language: "python3", code: `${code}\n${pythonCall(inputs)}` }
    : { language: "nodejs", code: `${code}\n${javascriptCall(inputs)}` };
}

/** `main` gets its inputs as keyword arguments. */
function pythonCall(inputs: Record<string, Value>): string {
  return `
def ${WRAPPER_NAME}():
    import json
    from base64 import b64decode
    inputs = json.loads(b64decode("${base64(dumpsJson(inputs))}").decode("utf-8"))
    result = json.dumps(main(**inputs), indent=4)
    print("${RESULT_MARKER}" + result + "${RESULT_MARKER}")
${WRAPPER_NAME}()
`;
}

/**
 * `main` gets its inputs as one object. Only a promise is waited for: an object with a \`then\` of its own is a result like
 * any other. A rejection is thrown anew where nobody can catch it, which every engine reports.
 *
 * @source docs/decisions/0024-an-async-main-is-awaited.md
 */
function javascriptCall(inputs: Record<string, Value>): string {
  return `
;(function ${WRAPPER_NAME}() {
  var print = function (result) {
    console.log("${RESULT_MARKER}" + JSON.stringify(result) + "${RESULT_MARKER}");
  };
  var inputs = JSON.parse(Buffer.from("${base64(stringifyJson(inputs))}", "base64").toString("utf-8"));
  var result = main(inputs);
  if (!(result instanceof Promise)) return print(result);
  result.then(print).catch(function (error) {
    setTimeout(function () { throw error; }, 0);
  });
})();
`;
}

function base64(text: string): string {
  return Buffer.from(text, "utf8").toString("base64");
}

/** Lines of the author's code, as its language counts them. */
export function linesIn({ code_language, code }: Pick<CodeSettings, "code_language" | "code">): number {
  const ends = code_language === "python3" ? /\r\n|[\n\r]/g : /\r\n|[\n\r\u2028\u2029]/g;
  return (code.match(ends)?.length ?? 0) + 1;
}
