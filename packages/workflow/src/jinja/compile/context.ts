import { JinjaErrors } from "../errors.ts";
import { FrameLayout, Scope } from "./scopes.ts";

/** Where a piece of the template stands while it is compiled. */
export type Context = {
  readonly scope: Scope;
  /** Whether a `set` here is visible to everything that comes later, blocks included. */
  readonly topLevel: boolean;
  /** Whether the piece may never run, so that an unknown filter is no error yet. */
  readonly conditional: boolean;
  /** Whether what is printed here gets escaped. */
  readonly autoescape: boolean;
};

/** A scope inside the same function. */
export function inner(context: Context): Context {
  return { ...context, scope: new Scope(context.scope.layout, context.scope), topLevel: false, conditional: false };
}

/** A scope that starts a function of its own. */
export function innerFunction(context: Context): Context {
  const layout = new FrameLayout(context.scope.layout);
  return { ...context, scope: new Scope(layout, context.scope), topLevel: false, conditional: false };
}

export function syntaxError(line: number, problem: string): never {
  throw JinjaErrors.syntax({ line, problem });
}
