import { unsupported } from "../errors.ts";
import type {
  BinaryOperator,
  CallArguments,
  ComparisonOperator,
  Expression,
  FilterExpression,
  SliceBounds,
} from "./ast.ts";
import { readNumber } from "./numbers.ts";
import { describeToken, type TokenStream } from "./token-stream.ts";

const constants = new Map<string, null | boolean>([
  ["true", true],
  ["True", true],
  ["false", false],
  ["False", false],
  ["none", null],
  ["None", null],
]);

const noArguments: CallArguments = { positional: [], named: [], spread: undefined, spreadNamed: undefined };

type TupleOptions = {
  /** Whether `a if b else c` may stand here unbracketed; not in the head of `for` and `if`. */
  conditions?: boolean;
  /** A word that ends the list. */
  until?: string;
  /** Whether nothing at all is an empty tuple. */
  bracketed?: boolean;
};

/** Expressions, loosest binding first: inline if, or, and, not, comparison, sum, `~`, product, power, sign, postfix. */
export class ExpressionParser {
  protected readonly stream: TokenStream;

  constructor(stream: TokenStream) {
    this.stream = stream;
  }

  expression(): Expression {
    return this.stream.nested(() => this.condition());
  }

  /** One expression, or several with commas between them. */
  tuple({ conditions = true, until, bracketed = false }: TupleOptions = {}): Expression {
    const { line } = this.stream;
    const items: Expression[] = [];
    let isTuple = false;
    for (;;) {
      if (items.length > 0) {
        if (!this.stream.skip("operator", ",")) break;
        isTuple = true;
      }
      if (this.atTupleEnd(until)) break;
      items.push(conditions ? this.expression() : this.stream.nested(() => this.or()));
    }
    if (isTuple || (items.length === 0 && bracketed)) return { type: "tuple", items, line };
    return items[0] ?? this.stream.fail(`An expression is missing before ${describeToken(this.stream.current)}.`);
  }

  private atTupleEnd(until: string | undefined): boolean {
    const { stream } = this;
    if (stream.is("variable-end") || stream.is("block-end") || stream.isOperator(")")) return true;
    return until !== undefined && stream.isName(until);
  }

  private condition(): Expression {
    const { line } = this.stream;
    let then = this.or();
    while (this.stream.skip("name", "if")) {
      const test = this.or();
      const otherwise = this.stream.skip("name", "else") ? this.stream.nested(() => this.condition()) : undefined;
      then = { type: "condition", test, then, otherwise, line };
    }
    return then;
  }

  private or(): Expression {
    const { line } = this.stream;
    let left = this.and();
    while (this.stream.skip("name", "or")) left = { type: "logic", operator: "or", left, right: this.and(), line };
    return left;
  }

  private and(): Expression {
    const { line } = this.stream;
    let left = this.not();
    while (this.stream.skip("name", "and")) left = { type: "logic", operator: "and", left, right: this.not(), line };
    return left;
  }

  private not(): Expression {
    const { line } = this.stream;
    if (!this.stream.skip("name", "not")) return this.comparison();
    return { type: "unary", operator: "not", operand: this.stream.nested(() => this.not()), line };
  }

  private comparison(): Expression {
    const { line } = this.stream;
    const first = this.sum();
    const rest: [ComparisonOperator, Expression][] = [];
    for (;;) {
      const operator = this.comparisonOperator();
      if (operator === undefined) break;
      rest.push([operator, this.sum()]);
    }
    return rest.length === 0 ? first : { type: "comparison", first, rest, line };
  }

  private comparisonOperator(): ComparisonOperator | undefined {
    const { stream } = this;
    if (stream.isOperator("==", "!=", "<", "<=", ">", ">=")) return stream.next().value as ComparisonOperator;
    if (stream.skip("name", "in")) return "in";
    if (!stream.isName("not") || stream.following.type !== "name" || stream.following.value !== "in") return undefined;
    stream.next();
    stream.next();
    return "not in";
  }

  private sum(): Expression {
    return this.binary(["+", "-"], () => this.concatenation());
  }

  private concatenation(): Expression {
    const { line } = this.stream;
    const parts = [this.product()];
    while (this.stream.skip("operator", "~")) parts.push(this.product());
    return parts.length === 1 ? parts[0]! : { type: "concatenation", parts, line };
  }

  private product(): Expression {
    return this.binary(["*", "/", "//", "%"], () => this.power());
  }

  // Left to right, and a sign binds tighter: unlike in Python, -2**2 is 4 and 2**3**2 is 64.
  private power(): Expression {
    return this.binary(["**"], () => this.unary());
  }

  private binary(operators: BinaryOperator[], operand: () => Expression): Expression {
    const { line } = this.stream;
    let left = operand();
    while (this.stream.isOperator(...operators)) {
      const operator = this.stream.next().value as BinaryOperator;
      left = { type: "binary", operator, left, right: operand(), line };
    }
    return left;
  }

  private unary(withFilters = true): Expression {
    const { stream } = this;
    const { line } = stream;
    let node: Expression;
    if (stream.isOperator("-", "+")) {
      const operator = stream.next().value as "-" | "+";
      node = { type: "unary", operator, operand: stream.nested(() => this.unary(false)), line };
    } else {
      node = this.primary();
    }
    node = this.postfix(node);
    return withFilters ? this.filtersAndTests(node) : node;
  }

  protected primary(): Expression {
    const token = this.stream.next();
    const { line } = token;
    switch (token.type) {
      case "name": {
        const value = constants.get(token.value);
        return value === undefined ? { type: "name", name: token.value, line } : { type: "constant", value, line };
      }
      case "string": {
        let value = token.value;
        while (this.stream.is("string")) value += this.stream.next().value;
        return { type: "constant", value, line };
      }
      case "integer":
      case "float":
        return { type: "constant", value: readNumber(token.type, token.value), line };
      case "operator":
        if (token.value === "(") {
          const inner = this.tuple({ bracketed: true });
          this.stream.expect("operator", ")");
          return inner;
        }
        if (token.value === "[") return { type: "list", items: this.listItems(), line };
        if (token.value === "{") return { type: "dictionary", entries: this.dictionaryEntries(), line };
    }
    return this.stream.fail(`${describeToken(token)} is unexpected.`, line);
  }

  private listItems(): Expression[] {
    return this.separated("]", () => this.expression());
  }

  private dictionaryEntries(): [Expression, Expression][] {
    return this.separated("}", () => {
      const key = this.expression();
      this.stream.expect("operator", ":");
      return [key, this.expression()];
    });
  }

  /** Items up to the closing bracket, which is consumed; a comma may follow the last one. */
  private separated<Item>(closer: string, parse: () => Item): Item[] {
    const items: Item[] = [];
    while (!this.stream.isOperator(closer)) {
      if (items.length > 0) {
        this.stream.expect("operator", ",");
        if (this.stream.isOperator(closer)) break;
      }
      items.push(parse());
    }
    this.stream.next();
    return items;
  }

  private postfix(node: Expression): Expression {
    for (;;) {
      const { line } = this.stream;
      if (this.stream.skip("operator", ".")) node = this.attribute(node, line);
      else if (this.stream.skip("operator", "[")) node = this.subscript(node, line);
      else if (this.stream.isOperator("("))
        node = { type: "call", callee: node, arguments: this.callArguments(), line };
      else return node;
    }
  }

  private attribute(object: Expression, line: number): Expression {
    const token = this.stream.next();
    if (token.type === "name") return { type: "attribute", object, name: token.value, line };
    if (token.type !== "integer") this.stream.fail("A name or a number is expected after the dot.", token.line);
    const key: Expression = { type: "constant", value: readNumber("integer", token.value), line };
    return { type: "item", object, key, line };
  }

  private subscript(object: Expression, line: number): Expression {
    const parts: (Expression | SliceBounds)[] = [];
    if (this.stream.isOperator("]")) throw unsupported("An empty index").at(line);
    do parts.push(this.subscriptPart());
    while (this.stream.skip("operator", ","));
    this.stream.expect("operator", "]");
    const [only] = parts;
    if (parts.length === 1 && Array.isArray(only)) return { type: "slice", object, bounds: only, line };
    if (parts.length === 1) return { type: "item", object, key: only as Expression, line };
    if (parts.some(Array.isArray)) this.stream.fail("A slice cannot stand beside another index.", line);
    return { type: "item", object, key: { type: "tuple", items: parts as Expression[], line }, line };
  }

  private subscriptPart(): Expression | SliceBounds {
    const { stream } = this;
    const bounds: (Expression | undefined)[] = [];
    for (;;) {
      const value = stream.isOperator(":", "]", ",") ? undefined : this.expression();
      bounds.push(value);
      if (bounds.length === 3 || !stream.skip("operator", ":")) break;
    }
    if (bounds.length === 1) {
      return bounds[0] ?? stream.fail(`An index is missing before ${describeToken(stream.current)}.`);
    }
    return [bounds[0], bounds[1], bounds[2]];
  }

  private filtersAndTests(node: Expression): Expression {
    for (;;) {
      const { line } = this.stream;
      if (this.stream.isOperator("|")) node = this.filters(node);
      else if (this.stream.skip("name", "is")) node = this.test(node, line);
      // `x|filter()(…)` calls what the filter returned.
      else if (this.stream.isOperator("("))
        node = { type: "call", callee: node, arguments: this.callArguments(), line };
      else return node;
    }
  }

  /** A chain of filters; without an operand its first name stands right here, as in `{% filter upper %}`. */
  protected filters(operand: Expression): Expression;
  protected filters(operand: undefined): FilterExpression | undefined;
  protected filters(operand: Expression | undefined): Expression | undefined {
    let node = operand;
    while (this.stream.skip("operator", "|")) node = this.filter(node);
    return node;
  }

  protected filter(operand: Expression | undefined): FilterExpression {
    const { line } = this.stream;
    const name = this.dottedName();
    const callArguments = this.stream.isOperator("(") ? this.callArguments() : noArguments;
    return { type: "filter", name, operand, arguments: callArguments, line };
  }

  private test(operand: Expression, line: number): Expression {
    const { stream } = this;
    const negated = stream.skip("name", "not");
    const name = this.dottedName();
    let callArguments = noArguments;
    if (stream.isOperator("(")) callArguments = this.callArguments();
    else if (this.startsTestArgument()) {
      if (stream.isName("is")) stream.fail('Tests cannot be chained with "is".');
      callArguments = { ...noArguments, positional: [this.postfix(this.primary())] };
    }
    const node: Expression = { type: "test", name, operand, arguments: callArguments, line };
    return negated ? { type: "unary", operator: "not", operand: node, line } : node;
  }

  private startsTestArgument(): boolean {
    const { type } = this.stream.current;
    if (type === "name") return !this.stream.isName("else", "or", "and");
    return type === "string" || type === "integer" || type === "float" || this.stream.isOperator("[", "{");
  }

  private dottedName(): string {
    let name = this.stream.expect("name").value;
    while (this.stream.skip("operator", ".")) name += `.${this.stream.expect("name").value}`;
    return name;
  }

  private callArguments(): CallArguments {
    const { stream } = this;
    const found: CallArguments = { positional: [], named: [], spread: undefined, spreadNamed: undefined };
    stream.expect("operator", "(");
    this.separated(")", () => {
      if (stream.skip("operator", "*")) {
        if (found.spread !== undefined || found.spreadNamed !== undefined) this.misplaced();
        found.spread = this.expression();
      } else if (stream.skip("operator", "**")) {
        if (found.spreadNamed !== undefined) this.misplaced();
        found.spreadNamed = this.expression();
      } else if (stream.is("name") && stream.following.type === "operator" && stream.following.value === "=") {
        if (found.spreadNamed !== undefined) this.misplaced();
        const name = stream.next().value;
        stream.next();
        found.named.push([name, this.expression()]);
      } else {
        if (found.named.length > 0 || found.spread !== undefined || found.spreadNamed !== undefined) this.misplaced();
        found.positional.push(this.expression());
      }
    });
    const names = found.named.map(([name]) => name);
    if (new Set(names).size < names.length) stream.fail("A call names the same argument twice.");
    return found;
  }

  private misplaced(): never {
    return this.stream.fail("The arguments of a call come in the order: plain, named, *, **.");
  }
}
