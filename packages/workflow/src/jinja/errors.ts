import { type DiwanError, defineErrors } from "@diwan/kernel";

type Place = { line: number; problem: string };
const atLine = ({ line, problem }: Place) => `Template line ${line}: ${problem}`;

export const JinjaErrors = defineErrors("template", {
  syntax: { kind: "author", message: atLine },
  undefined: { kind: "author", message: atLine },
  type: { kind: "author", message: atLine },
  value: { kind: "author", message: atLine },
  "no-loader": { kind: "author", message: atLine },
  "limit-exceeded": { kind: "author", message: atLine },
  /** The template may be right; this interpreter does not cover it and the real Jinja2 has to decide. */
  unsupported: { kind: "author", message: atLine },
});

type Code = keyof typeof JinjaErrors;

/** Python's exception families, as far as filters and look-ups tell them apart. */
type PythonError = "TypeError" | "ValueError" | "LookupError" | "ArithmeticError";

/** What goes wrong inside a template, before anyone has said in which line. Only `template.ts` turns it into our error. */
export class Failure extends Error {
  readonly code: Code;
  readonly python: PythonError | undefined;

  constructor(code: Code, problem: string, python?: PythonError) {
    super(problem);
    this.code = code;
    this.python = python;
  }

  at(line: number): DiwanError {
    return JinjaErrors[this.code]({ line, problem: this.message }, { cause: this });
  }
}

export const typeError = (problem: string) => new Failure("type", problem, "TypeError");
export const valueError = (problem: string) => new Failure("value", problem, "ValueError");
export const lookupError = (problem: string) => new Failure("value", problem, "LookupError");
export const arithmeticError = (problem: string) => new Failure("value", problem, "ArithmeticError");
export const undefinedError = (problem: string) => new Failure("undefined", problem);
export const limitExceeded = (problem: string) => new Failure("limit-exceeded", problem);
export const unsupported = (construct: string) => new Failure("unsupported", `${construct} is not supported here.`);

/** Whether Python code would have caught this as one of these exceptions. */
export function isPythonError(error: unknown, ...families: PythonError[]): boolean {
  return error instanceof Failure && error.python !== undefined && families.includes(error.python);
}
