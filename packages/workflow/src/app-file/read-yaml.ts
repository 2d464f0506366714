import {
  type Alias,
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  Lexer,
  LineCounter,
  type Node,
  type Pair,
  parseDocument,
  type Scalar,
} from "yaml";
import { float, integer, type Value } from "../values/index.ts";
import { AppFileErrors } from "./errors.ts";
import { plainScalar } from "./plain-scalar.ts";

/** Real exports reach one or two megabytes; what is larger is no app file, and would hold the process up. */
const MAX_CHARACTERS = 5_000_000;
/** Values that aliases may add to what the file spells out. */
const MAX_ALIASED = 20_000;
const MAX_DEPTH = 100;

export type YamlText = {
  value: Value;
  /** Line, from 1, of a place such as `workflow.graph.nodes[3].data.type`, or of the nearest place around it. */
  lineOf(path: string): number;
};

/**
 * Reads YAML as Python's loader does (version 1.1: `yes` is true, `1.0` is a float), with numbers keeping their kind.
 *
 * @throws app.file-empty, app.file-too-large, app.file-not-yaml, app.file-aliases, app.file-too-deep,
 *         app.file-too-many-values (caller)
 */
export function readYaml(text: string): YamlText {
  if (text.trim() === "") throw AppFileErrors["file-empty"]({});
  if (text.length > MAX_CHARACTERS) {
    const megabytes = (text.length / 1_000_000).toFixed(1);
    throw AppFileErrors["file-too-large"]({ megabytes, most: String(MAX_CHARACTERS / 1_000_000) });
  }
  if (text.length > SMALL_CHARACTERS) checkShape(text);
  const lines = new LineCounter();
  const document = parse(text, lines);
  const reader = new TreeReader(document, lines);
  return { value: reader.read(document.contents, 0), lineOf: (path) => lineOf(document, path, lines) };
}

/** Below this nothing can take long. */
const SMALL_CHARACTERS = 100_000;
/** Names, values and marks of a file. A tree of more takes seconds and gigabytes to build. */
const MAX_TOKENS = 1_000_000;

/** Counts without building anything: a large file is either long texts, which are cheap, or many values, which are not. */
function checkShape(text: string): void {
  let tokens = 0;
  let depth = 0;
  for (const token of new Lexer().lex(text)) {
    tokens += 1;
    if (token === "[" || token === "{") depth += 1;
    else if (token === "]" || token === "}") depth -= 1;
    if (depth > MAX_DEPTH) throw AppFileErrors["file-too-deep"]({ line: 1 });
    if (tokens > MAX_TOKENS) throw AppFileErrors["file-too-many-values"]({});
  }
}

function parse(text: string, lines: LineCounter): Document {
  try {
    const document = parseDocument(text, {
      version: "1.1",
      lineCounter: lines,
      uniqueKeys: false,
      merge: true,
      logLevel: "silent",
      prettyErrors: false,
    });
    const [problem] = document.errors;
    if (problem === undefined) return document;
    const { line, col } = lines.linePos(problem.pos[0]);
    throw AppFileErrors["file-not-yaml"]({ line, column: col, reason: reasonOf(problem.message) });
  } catch (error) {
    // The library recurses into nested values.
    if (error instanceof RangeError) throw AppFileErrors["file-too-deep"]({ line: 1 });
    throw error;
  }
}

function reasonOf(message: string): string {
  const first = message.split("\n")[0]!.replace(/[.:]$/, "");
  return first.charAt(0).toLowerCase() + first.slice(1);
}

class TreeReader {
  readonly #document: Document;
  readonly #lines: LineCounter;
  #aliased = 0;
  #insideAlias = 0;

  constructor(document: Document, lines: LineCounter) {
    this.#document = document;
    this.#lines = lines;
  }

  read(node: Node | null | undefined, depth: number): Value {
    if (depth > MAX_DEPTH) throw AppFileErrors["file-too-deep"]({ line: this.#line(node) });
    if (this.#insideAlias > 0) {
      this.#aliased += 1;
      if (this.#aliased > MAX_ALIASED) throw AppFileErrors["file-aliases"]({ line: this.#line(node) });
    }
    if (node === null || node === undefined) return null;
    if (isAlias(node)) return this.#readAlias(node, depth);
    if (isScalar(node)) return scalarValue(node);
    if (isSeq(node)) return node.items.map((item) => this.read(item as Node, depth + 1));
    return isMap(node) ? this.#readMap(node.items as Pair<Node, Node | null>[], depth) : null;
  }

  #readMap(pairs: readonly Pair<Node, Node | null>[], depth: number): Value {
    const value: Record<string, Value> = {};
    for (const { key, value: inner } of pairs) {
      if (isScalar(key) && key.source === "<<" && key.type === "PLAIN") {
        for (const merged of this.#mergeSources(inner, depth)) Object.assign(value, { ...merged, ...value });
        continue;
      }
      // `__proto__` is a key like any other here.
      Object.defineProperty(value, keyText(key), {
        value: this.read(inner, depth + 1),
        enumerable: true,
        configurable: true,
        writable: true,
      });
    }
    return value;
  }

  #mergeSources(node: Node | null, depth: number): Record<string, Value>[] {
    const value = this.read(node, depth + 1);
    const sources = Array.isArray(value) ? value : [value];
    return sources.filter((source) => typeof source === "object" && source !== null) as Record<string, Value>[];
  }

  #readAlias(alias: Alias, depth: number): Value {
    const target = alias.resolve(this.#document);
    this.#insideAlias += 1;
    try {
      return this.read(target, depth + 1);
    } finally {
      this.#insideAlias -= 1;
    }
  }

  #line(node: Node | null | undefined): number {
    return this.#lines.linePos(node?.range?.[0] ?? 0).line;
  }
}

function keyText(key: Node): string {
  return isScalar(key) ? (key.source ?? String(key.value)) : String(key);
}

function scalarValue({ value, source = "", type, tag }: Scalar): Value {
  if (type === "PLAIN" && tag === undefined) return plainScalar(source);
  if (typeof value === "string" || typeof value === "boolean" || value === null) return value;
  if (typeof value === "bigint") return integer(value);
  if (typeof value === "number") return Number.isInteger(value) ? value : float(value);
  // Dates and binary data: the text as it stands, which is what an app's author sees.
  return type === undefined ? String(value) : source;
}

function lineOf(document: Document, path: string, lines: LineCounter): number {
  let node: unknown = document.contents;
  let offset = document.contents?.range?.[0] ?? 0;
  for (const part of path.split(/[.[\]]+/).filter((text) => text !== "")) {
    if (isMap(node)) {
      const pair = node.items.find((item) => keyText(item.key as Node) === part);
      if (pair === undefined) break;
      offset = (pair.key as Node).range?.[0] ?? offset;
      node = pair.value;
    } else if (isSeq(node)) {
      node = node.items[Number(part)];
      if (node === undefined) break;
      offset = (node as Node).range?.[0] ?? offset;
    } else break;
  }
  return lines.linePos(offset).line;
}
