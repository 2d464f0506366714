import type { Value } from "../values/index.ts";
import { analyseStatements } from "./compile/analyse.ts";
import type { Context } from "./compile/context.ts";
import { entry, newFrame } from "./compile/frame.ts";
import { FrameLayout, Scope } from "./compile/scopes.ts";
import { compileStatements } from "./compile/statements.ts";
import { Failure, JinjaErrors } from "./errors.ts";
import { globals } from "./globals.ts";
import { defaultLimits, type JinjaLimits } from "./limits.ts";
import { Run } from "./runtime/run.ts";
import { parseTemplate } from "./syntax/parser.ts";

/** A template ready to render, as often as wanted. */
export type CompiledTemplate = {
  /**
   * Renders the template as Jinja2 with its default settings would.
   *
   * @param variables  What the template may name; never changed, even where the template changes a list in place.
   * @param limits     What this rendering may use; the rest from `defaultLimits`.
   * @throws template.* (author); template.unsupported means that only the real Jinja2 can tell.
   */
  render(variables: Record<string, Value>, limits?: Partial<JinjaLimits>): string;
};

/**
 * Reads and compiles a template.
 *
 * @throws template.syntax (author) with the line; template.unsupported for constructs that are not covered.
 */
export function compileTemplate(source: string): CompiledTemplate {
  return guarded(
    () => 1,
    () => compile(source),
  );
}

function compile(source: string): CompiledTemplate {
  const statements = parseTemplate(source);
  const layout = new FrameLayout(undefined);
  const context: Context = {
    scope: new Scope(layout, undefined),
    topLevel: true,
    conditional: false,
    autoescape: false,
  };
  analyseStatements(context.scope, statements);
  const execute = compileStatements(context, statements);
  const enter = entry(context.scope);
  return {
    render(variables, limits) {
      const run = new Run(variables, globals, { ...defaultLimits, ...limits });
      return guarded(
        () => run.line,
        () => {
          const frame = newFrame(run, layout, undefined);
          enter(frame);
          execute(frame);
          return run.output;
        },
      );
    },
  };
}

/** Gives failures their line, and turns an exhausted stack into the limit that it is. */
function guarded<Result>(line: () => number, work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    if (error instanceof Failure) throw error.at(line());
    if (error instanceof RangeError && error.message.includes("call stack")) {
      throw JinjaErrors["limit-exceeded"]({ line: line(), problem: "It is nested too deep." }, { cause: error });
    }
    throw error;
  }
}
