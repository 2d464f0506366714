import { DiwanError } from "@diwan/kernel";
import { type CompiledTemplate, compileTemplate, JinjaErrors, type Value } from "@diwan/workflow";
import type { CodeResult, NodePorts } from "../ports.ts";
import { jinjaProgram, renderedIn } from "./jinja-program.ts";

/** A Jinja2 template of an app file. */
export type Template = {
  /**
   * Renders it as Jinja2 with its default settings does: here where our interpreter knows all that the template uses, and
   * with Jinja2 itself in the sandbox otherwise. Nobody can tell which it was.
   *
   * @throws template.* (author); sandbox.* (dependency) where the sandbox is needed and away.
   */
  render(inputs: Record<string, Value>, options: RenderOptions): string | Promise<string>;
};

export type RenderOptions = {
  code: NodePorts["code"];
  signal: AbortSignal;
  /** Longest text that may come out; our interpreter's own limit where it is left out. */
  maxCharacters?: number;
};

/** Compiled on first use: a template that does not parse fails its step, not the whole file. */
export function templateOf(source: string): Template {
  let compiled: CompiledTemplate | undefined;
  return {
    render(inputs, options) {
      const { maxCharacters } = options;
      try {
        compiled ??= compileTemplate(source);
        return compiled.render(inputs, maxCharacters === undefined ? {} : { maxOutputCharacters: maxCharacters });
      } catch (error) {
        if (!(error instanceof DiwanError) || error.code !== "template.unsupported") throw error;
        return renderInSandbox(source, inputs, options, error);
      }
    },
  };
}

async function renderInSandbox(
  source: string,
  inputs: Record<string, Value>,
  { code, signal, maxCharacters = Number.POSITIVE_INFINITY }: RenderOptions,
  unsupported: DiwanError,
): Promise<string> {
  const result = await code.run(jinjaProgram(source, inputs), signal).catch((error: unknown) => {
    // What the template uses is then still the shortest way to say what is wrong with it.
    if (error instanceof DiwanError && error.code === "sandbox.not-configured") throw unsupported;
    throw error;
  });
  const text = result.error === "" ? renderedIn(result.stdout) : undefined;
  if (text === undefined) throw failureOf(result, unsupported);
  if (text.length <= maxCharacters) return text;
  throw JinjaErrors["limit-exceeded"]({
    line: 1,
    problem: `A text would be longer than ${maxCharacters} characters.`,
  });
}

function failureOf({ error }: CodeResult, unsupported: DiwanError): DiwanError {
  const limit = /^error: (timeout|output limit exceeded)$/m.exec(error)?.[1];
  if (limit === undefined) return unsupported;
  const problem = limit === "timeout" ? "It runs for too long." : "It writes too much.";
  return JinjaErrors["limit-exceeded"]({ line: 1, problem });
}
