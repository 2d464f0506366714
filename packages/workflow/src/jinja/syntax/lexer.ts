import { Failure, JinjaErrors } from "../errors.ts";
import { SPACE_CLASS, trimEnd } from "../python/characters.ts";
import { unescapeString } from "./escapes.ts";
import type { Token, TokenType } from "./tokens.ts";

const opening = /\{(?:%[-+]?\s*raw\s*(?:-%\}|%\})|[%{#][-+]?)/g;
const space = new RegExp(`[${SPACE_CLASS}]+`, "y");
const rawEnd = /\{%([-+]?)\s*endraw\s*(\+%\}|-%\}|%\})/g;
const commentEnd = /[-+]?#\}/g;
const blockEnd = /[-+]?%\}/y;
const variableEnd = /-?\}\}/y;
const float = /(?:\d+_)*\d+(?:(?:\.(?:\d+_)*\d+)?e[+-]?(?:\d+_)*\d+|\.(?:\d+_)*\d+)/iy;
const integer = /0b(?:_?[01])+|0o(?:_?[0-7])+|0x(?:_?[\da-f])+|[1-9](?:_?\d)*|0(?:_?0)*/iy;
const name = /[\p{L}\p{N}\p{M}_\u00b7\u203f\u2040]+/uy;
const identifier = /^[\p{XID_Start}_]\p{XID_Continue}*$/u;
const string = /'([^'\\]*(?:\\[\s\S][^'\\]*)*)'|"([^"\\]*(?:\\[\s\S][^"\\]*)*)"/y;
const operator = /\/\/|\*\*|[=!<>]=|[-+*/%~[\](){}<>=.:|,;]/y;

const closers: Record<string, string> = { "(": ")", "[": "]", "{": "}" };

/**
 * Cuts a template into text and the tokens of its tags. Text has its line breaks normalised to `\n` and what `-` strips removed;
 * comments leave nothing, raw blocks leave text.
 *
 * @throws template.syntax (author)
 */
export function tokenize(source: string): Token[] {
  return new Lexer(source.replace(/\r\n?/g, "\n").replace(/\n$/, "")).run();
}

class Lexer {
  private readonly source: string;
  private readonly tokens: Token[] = [];
  private position = 0;
  private line = 1;
  private linesCountedTo = 0;

  constructor(source: string) {
    this.source = source;
  }

  run(): Token[] {
    while (this.position < this.source.length) {
      opening.lastIndex = this.position;
      const found = opening.exec(this.source);
      if (found === null) {
        this.pushText(this.source.slice(this.position));
        break;
      }
      const tag = found[0];
      const text = this.source.slice(this.position, found.index);
      this.pushText(tag[2] === "-" ? trimEnd(text) : text);
      this.position = found.index + tag.length;
      if (tag.endsWith("%}")) this.raw(tag);
      else if (tag[1] === "#") this.comment();
      else this.tag(tag[1] === "{" ? "variable" : "block");
    }
    this.push("end", "");
    return this.tokens;
  }

  private raw(tag: string): void {
    if (tag.endsWith("-%}")) this.skipSpace();
    rawEnd.lastIndex = this.position;
    const found = rawEnd.exec(this.source);
    if (found === null) this.fail("A raw block is not closed; add {% endraw %}.");
    const text = this.source.slice(this.position, found.index);
    this.pushText(found[1] === "-" ? trimEnd(text) : text);
    this.position = found.index + found[0].length;
    if (found[2] === "-%}") this.skipSpace();
  }

  private comment(): void {
    commentEnd.lastIndex = this.position;
    const found = commentEnd.exec(this.source);
    if (found === null) this.fail("A comment is not closed; add #}.");
    this.position = found.index + found[0].length;
    if (found[0] === "-#}") this.skipSpace();
  }

  private tag(kind: "variable" | "block"): void {
    this.push(`${kind}-begin`, "");
    const end = kind === "variable" ? variableEnd : blockEnd;
    const open: string[] = []; // closing brackets still to come: inside them `}}` and `%}` end nothing
    for (;;) {
      if (open.length === 0) {
        const closed = this.match(end);
        if (closed !== undefined) {
          this.push(`${kind}-end`, "");
          if (closed[0] === "-") this.skipSpace();
          return;
        }
      }
      if (this.position >= this.source.length) this.fail(`A tag is not closed; add ${kind === "block" ? "%}" : "}}"}.`);
      this.token(open);
    }
  }

  private token(open: string[]): void {
    if (this.match(space) !== undefined) return;
    const start = this.position;
    const number = this.source[start - 1] === "." ? undefined : this.match(float);
    if (number !== undefined) return this.push("float", number, start);
    const whole = this.match(integer);
    if (whole !== undefined) return this.push("integer", whole, start);
    const word = this.match(name);
    if (word !== undefined) {
      if (!identifier.test(word)) this.fail(`"${word}" is not a name.`);
      return this.push("name", word, start);
    }
    const quoted = this.match(string);
    if (quoted !== undefined) return this.push("string", this.unescape(quoted.slice(1, -1)), start);
    const sign = this.match(operator);
    if (sign === undefined)
      this.fail(`The character "${String.fromCodePoint(this.source.codePointAt(start)!)}" is unexpected.`);
    const closer = closers[sign];
    if (closer !== undefined) open.push(closer);
    else if (sign === ")" || sign === "]" || sign === "}") {
      const expected = open.pop();
      if (expected !== sign)
        this.fail(`"${sign}" is unexpected${expected === undefined ? "" : `, "${expected}" comes first`}.`);
    }
    this.push("operator", sign, start);
  }

  private unescape(text: string): string {
    try {
      return unescapeString(text);
    } catch (error) {
      throw error instanceof Failure ? error.at(this.lineAt(this.position)) : error;
    }
  }

  private match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.position;
    const found = pattern.exec(this.source);
    if (found === null) return undefined;
    this.position += found[0].length;
    return found[0];
  }

  private skipSpace(): void {
    this.match(space);
  }

  private pushText(text: string): void {
    if (text !== "") this.push("data", text, this.position);
  }

  private push(type: TokenType, value: string, start = this.position): void {
    this.tokens.push({ type, value, line: this.lineAt(start) });
  }

  private lineAt(position: number): number {
    for (; this.linesCountedTo < position; this.linesCountedTo++) {
      if (this.source.charCodeAt(this.linesCountedTo) === 0x0a) this.line++;
    }
    return this.line;
  }

  private fail(problem: string): never {
    throw JinjaErrors.syntax({ line: this.lineAt(Math.min(this.position, this.source.length)), problem });
  }
}
