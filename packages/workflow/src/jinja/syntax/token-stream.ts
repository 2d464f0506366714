import { JinjaErrors } from "../errors.ts";
import type { Token, TokenType } from "./tokens.ts";

// Deeper nesting would exhaust the stack; Python's own parser gives up at about the same depth.
const MAX_NESTING = 150;

/** The parser's view of the tokens: the current one, the next one, and what to say when another was wanted. */
export class TokenStream {
  private readonly tokens: Token[];
  private position = 0;
  private nesting = 0;

  constructor(tokens: Token[]) {
    this.tokens = tokens;
  }

  get current(): Token {
    return this.tokens[this.position]!;
  }

  get following(): Token {
    return this.tokens[this.position + 1] ?? this.current;
  }

  get line(): number {
    return this.current.line;
  }

  next(): Token {
    const token = this.current;
    if (token.type !== "end") this.position++;
    return token;
  }

  is(type: TokenType, value?: string): boolean {
    const token = this.current;
    return token.type === type && (value === undefined || token.value === value);
  }

  isOperator(...signs: string[]): boolean {
    return this.current.type === "operator" && signs.includes(this.current.value);
  }

  isName(...words: string[]): boolean {
    return this.current.type === "name" && words.includes(this.current.value);
  }

  skip(type: TokenType, value?: string): boolean {
    const found = this.is(type, value);
    if (found) this.next();
    return found;
  }

  expect(type: TokenType, value?: string): Token {
    if (!this.is(type, value)) this.fail(`${describe(type, value)} is expected, not ${describeToken(this.current)}.`);
    return this.next();
  }

  fail(problem: string, line = this.line): never {
    throw JinjaErrors.syntax({ line, problem });
  }

  /** Runs one level of nesting, so that a template cannot nest without end. */
  nested<Result>(parse: () => Result): Result {
    if (++this.nesting > MAX_NESTING) {
      throw JinjaErrors.unsupported({
        line: this.line,
        problem: `Nesting deeper than ${MAX_NESTING} is not supported here.`,
      });
    }
    const result = parse();
    this.nesting--;
    return result;
  }
}

export function describeToken(token: Token): string {
  return describe(token.type, token.type === "name" || token.type === "operator" ? token.value : undefined);
}

function describe(type: TokenType, value: string | undefined): string {
  if (value !== undefined) return `"${value}"`;
  switch (type) {
    case "variable-end":
      return "the end of the expression";
    case "block-end":
      return "the end of the tag";
    case "end":
      return "the end of the template";
    default:
      return `a ${type}`;
  }
}
