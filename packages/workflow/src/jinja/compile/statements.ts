import { Failure, JinjaErrors, typeError, unsupported } from "../errors.ts";
import { isTrue } from "../runtime/compare.ts";
import { Markup, type Py } from "../runtime/data.ts";
import { escaped, str } from "../runtime/text.ts";
import { isText, textOf, typeName } from "../runtime/types.ts";
import type { Expression, Statement } from "../syntax/ast.ts";
import { analyseExpression, analyseStatements, declareTarget } from "./analyse.ts";
import { type Context, inner } from "./context.ts";
import { compileExpression, compileFilter } from "./expressions.ts";
import { type Evaluate, type Execute, entry, exit, newFrame } from "./frame.ts";
import { compileFor } from "./loops.ts";
import { compileCallBlock, compileMacro } from "./macros.ts";
import { FrameLayout, Scope } from "./scopes.ts";
import { compileTarget } from "./targets.ts";

/** Runs statements one after the other. The scope must have been analysed. */
export function compileStatements(context: Context, statements: readonly Statement[]): Execute {
  const compiled = statements.map((statement) => compileStatement(context, statement));
  if (compiled.length === 1) return compiled[0]!;
  return (frame) => {
    for (const execute of compiled) execute(frame);
  };
}

function compileStatement(context: Context, statement: Statement): Execute {
  const { line } = statement;
  if (statement.type === "text") {
    const { text } = statement;
    return (frame) => frame.run.write(text);
  }
  const execute = withLine(line, () => compileTag(context, statement));
  return (frame) => {
    const { run } = frame;
    run.line = line;
    run.charge(1);
    execute(frame);
  };
}

/** Compiling may meet something that is not covered; it is reported where the statement starts. */
function withLine<Result>(line: number, compile: () => Result): Result {
  try {
    return compile();
  } catch (error) {
    throw error instanceof Failure ? error.at(line) : error;
  }
}

function compileTag(context: Context, statement: Exclude<Statement, { type: "text" }>): Execute {
  switch (statement.type) {
    case "output":
      return compileOutput(context, statement.expression);
    case "if":
      return compileIf(context, statement.branches, statement.otherwise);
    case "for":
      return compileFor(context, statement);
    case "set": {
      const value = compileExpression(context, statement.value);
      const assign = compileTarget(context, statement.target);
      return (frame) => assign(frame, value(frame));
    }
    case "set-block":
      return compileSetBlock(context, statement);
    case "with":
      return compileWith(context, statement);
    case "macro":
      return compileMacro(context, statement);
    case "call-block":
      return compileCallBlock(context, statement);
    case "filter-block":
      return compileFilterBlock(context, statement);
    case "autoescape":
      return compileAutoescape(context, statement);
    case "block":
      return compileBlock(context, statement);
    case "load": {
      const problem = `"${statement.tag}" needs another template, and there are none to load.`;
      return () => {
        throw new Failure("no-loader", problem);
      };
    }
  }
}

function compileOutput(context: Context, expression: Expression): Execute {
  const value = compileExpression(context, expression);
  const textOf = context.autoescape ? escaped : str;
  return (frame) => {
    const { run } = frame;
    run.write(textOf(run, value(frame)));
  };
}

/** For tags that print what a macro or filter gave: nothing but text will do, and it is never escaped. */
export function printText(tag: string, value: Evaluate): Execute {
  return (frame) => {
    const made = value(frame);
    if (!isText(made)) throw typeError(`A "${tag}" tag needs to get a text, not ${typeName(made)}.`);
    frame.run.write(textOf(made));
  };
}

function compileIf(context: Context, branches: [Expression, Statement[]][], otherwise: Statement[]): Execute {
  const conditional: Context = { ...context, conditional: true };
  const compiled = branches.map(
    ([test, body]) => [compileExpression(conditional, test), compileStatements(conditional, body)] as const,
  );
  const last = compileStatements(conditional, otherwise);
  return (frame) => {
    for (const [test, body] of compiled) {
      if (isTrue(frame.run, test(frame))) return body(frame);
    }
    last(frame);
  };
}

/** Statements in a scope of their own, inside the same function. */
export function compileScope(outer: Context, statements: Statement[]): { context: Context; execute: Execute } {
  const context = inner(outer);
  analyseStatements(context.scope, statements);
  const body = compileStatements(context, statements);
  const [enter, leave] = [entry(context.scope), exit(context.scope)];
  return {
    context,
    execute: (frame) => {
      enter(frame);
      body(frame);
      leave(frame);
    },
  };
}

function compileSetBlock(context: Context, statement: Statement & { type: "set-block" }): Execute {
  const { context: blockContext, execute } = compileScope(context, statement.body);
  const captured: Evaluate = (frame) =>
    markIf(
      frame.run.autoescape,
      frame.run.capture(() => execute(frame)),
    );
  const value = statement.filter === undefined ? captured : compileFilter(blockContext, statement.filter, captured);
  const assign = compileTarget(context, statement.target);
  return (frame) => assign(frame, value(frame));
}

function compileFilterBlock(context: Context, { filter, body }: Statement & { type: "filter-block" }): Execute {
  const block = inner(context);
  analyseStatements(block.scope, body);
  analyseExpression(block.scope, filter);
  const statements = compileStatements(block, body);
  const [enter, leave] = [entry(block.scope), exit(block.scope)];
  const value = compileFilter(block, filter, (frame) =>
    markIf(
      context.autoescape,
      frame.run.capture(() => statements(frame)),
    ),
  );
  const output = printText("filter", value);
  return (frame) => {
    enter(frame);
    output(frame);
    leave(frame);
  };
}

function compileWith(context: Context, { bindings, body }: Statement & { type: "with" }): Execute {
  const values = bindings.map(([, value]) => compileExpression(context, value));
  const block = inner(context);
  for (const [target] of bindings) declareTarget(block.scope, target);
  analyseStatements(block.scope, body);
  const targets = bindings.map(([target]) => compileTarget(block, target));
  const statements = compileStatements(block, body);
  const [enter, leave] = [entry(block.scope), exit(block.scope)];
  return (frame) => {
    enter(frame);
    values.forEach((value, index) => {
      targets[index]!(frame, value(frame));
    });
    statements(frame);
    leave(frame);
  };
}

function compileAutoescape(context: Context, statement: Statement & { type: "autoescape" }): Execute {
  const { enabled, body, line } = statement;
  if (enabled.type !== "constant" || typeof enabled.value !== "boolean") {
    throw JinjaErrors.unsupported({
      line,
      problem: "Autoescape that is decided while rendering is not supported here.",
    });
  }
  const autoescape = enabled.value;
  const { execute } = compileScope({ ...context, autoescape }, body);
  return (frame) => {
    const { run } = frame;
    const before = run.autoescape;
    run.autoescape = autoescape;
    execute(frame);
    run.autoescape = before;
  };
}

/** A block is a template of its own: it sees what the template was given and what is set outside all tags. */
function compileBlock(context: Context, { name, scoped, required, body }: Statement & { type: "block" }): Execute {
  if (scoped || required || context.autoescape)
    throw unsupported(`The block "${name}" with this option or at this place`);
  const layout = new FrameLayout(undefined);
  const block: Context = {
    scope: new Scope(layout, undefined),
    topLevel: false,
    conditional: false,
    autoescape: false,
  };
  analyseStatements(block.scope, body);
  const statements = compileStatements(block, body);
  const enter = entry(block.scope);
  return ({ run }) => {
    const frame = newFrame(run, layout, undefined);
    enter(frame);
    statements(frame);
  };
}

export function markIf(safe: boolean, text: string): Py {
  return safe ? new Markup(text) : text;
}
