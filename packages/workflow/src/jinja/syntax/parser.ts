import type { Expression, FilterExpression, Parameter, Statement, Target } from "./ast.ts";
import { ExpressionParser } from "./expressions.ts";
import { tokenize } from "./lexer.ts";
import { TokenStream } from "./token-stream.ts";

/**
 * Reads a whole template.
 *
 * @throws template.syntax (author)
 */
export function parseTemplate(source: string): Statement[] {
  const parser = new StatementParser(new TokenStream(tokenize(source)));
  return parser.template();
}

type Tag = (line: number) => Statement | Statement[];

class StatementParser extends ExpressionParser {
  private readonly openTags: string[] = [];
  private readonly blockNames = new Set<string>();

  template(): Statement[] {
    return this.statements([]);
  }

  private readonly tags: Record<string, Tag> = {
    for: (line) => this.forTag(line),
    if: (line) => this.ifTag(line),
    set: (line) => this.setTag(line),
    with: (line) => this.withTag(line),
    macro: (line) => this.macroTag(line),
    call: (line) => this.callTag(line),
    filter: (line) => this.filterTag(line),
    autoescape: (line) => ({ type: "autoescape", enabled: this.expression(), body: this.body("autoescape"), line }),
    block: (line) => this.blockTag(line),
    print: (line) => this.printTag(line),
    extends: (line) => this.loadTag("extends", line),
    include: (line) => this.loadTag("include", line),
    import: (line) => this.loadTag("import", line),
    from: (line) => this.loadTag("from", line),
  };

  /** Statements up to a tag of one of these names, which becomes the current token; up to the end when there are none. */
  private statements(endings: string[]): Statement[] {
    const found: Statement[] = [];
    const { stream } = this;
    for (;;) {
      const { line } = stream;
      if (stream.is("end")) {
        if (endings.length > 0)
          stream.fail(`The "${this.openTags.at(-1)}" tag is not closed; add ${choices(endings)}.`);
        return found;
      }
      if (stream.is("data")) found.push({ type: "text", text: stream.next().value, line });
      else if (stream.skip("variable-begin")) {
        found.push({ type: "output", expression: this.tuple(), line });
        stream.expect("variable-end");
      } else {
        stream.expect("block-begin");
        if (stream.isName(...endings)) return found;
        found.push(...[this.tag()].flat());
        stream.expect("block-end");
      }
    }
  }

  private tag(): Statement | Statement[] {
    const { stream } = this;
    const { line } = stream;
    const name = stream.expect("name").value;
    const parse = Object.hasOwn(this.tags, name) ? this.tags[name] : undefined;
    if (parse === undefined) return stream.fail(this.unknownTag(name), line);
    this.openTags.push(name);
    const statement = stream.nested(() => parse(line));
    this.openTags.pop();
    return statement;
  }

  private unknownTag(name: string): string {
    const open = this.openTags.at(-1);
    return open === undefined
      ? `There is no tag "${name}" to use here.`
      : `There is no tag "${name}" to use here; the innermost open tag is "${open}".`;
  }

  /** The statements of a block whose opening tag ends here, and its end tag. */
  private body(tag: string): Statement[] {
    this.stream.expect("block-end");
    const statements = this.statements([`end${tag}`]);
    this.stream.next();
    return statements;
  }

  private forTag(line: number): Statement {
    const { stream } = this;
    const target = this.target({ until: "in" });
    stream.expect("name", "in");
    const iterable = this.tuple({ conditions: false, until: "recursive" });
    const test = stream.skip("name", "if") ? this.expression() : undefined;
    const recursive = stream.skip("name", "recursive");
    stream.expect("block-end");
    const body = this.statements(["endfor", "else"]);
    const otherwise = stream.next().value === "else" ? this.body("for") : [];
    return { type: "for", target, iterable, test, recursive, body, otherwise, line };
  }

  private ifTag(line: number): Statement {
    const { stream } = this;
    const branches: [Expression, Statement[]][] = [];
    for (;;) {
      const test = this.tuple({ conditions: false });
      stream.expect("block-end");
      branches.push([test, this.statements(["elif", "else", "endif"])]);
      const ending = stream.next().value;
      if (ending === "elif") continue;
      return { type: "if", branches, otherwise: ending === "else" ? this.body("if") : [], line };
    }
  }

  private setTag(line: number): Statement {
    const target = this.target({ fields: true });
    if (this.stream.skip("operator", "=")) return { type: "set", target, value: this.tuple(), line };
    const filter = this.filters(undefined);
    return { type: "set-block", target, filter, body: this.body("set"), line };
  }

  private withTag(line: number): Statement {
    const { stream } = this;
    const bindings: [Target, Expression][] = [];
    while (!stream.is("block-end")) {
      if (bindings.length > 0) stream.expect("operator", ",");
      const target = this.target({});
      stream.expect("operator", "=");
      bindings.push([target, this.expression()]);
    }
    return { type: "with", bindings, body: this.body("with"), line };
  }

  private macroTag(line: number): Statement {
    const name = this.assignableName();
    const parameters = this.parameters();
    return { type: "macro", name, parameters, body: this.body("macro"), line };
  }

  private callTag(line: number): Statement {
    const parameters = this.stream.isOperator("(") ? this.parameters() : [];
    const call = this.expression();
    if (call.type !== "call") this.stream.fail('A "call" tag needs the call of a macro.', line);
    return { type: "call-block", call, parameters, body: this.body("call"), line };
  }

  private filterTag(line: number): Statement {
    let filter: FilterExpression = this.filter(undefined);
    while (this.stream.skip("operator", "|")) filter = this.filter(filter);
    return { type: "filter-block", filter, body: this.body("filter"), line };
  }

  private blockTag(line: number): Statement {
    const { stream } = this;
    const name = stream.expect("name").value;
    const scoped = stream.skip("name", "scoped");
    const required = stream.skip("name", "required");
    if (this.blockNames.has(name)) stream.fail(`The block "${name}" is there twice.`, line);
    this.blockNames.add(name);
    const body = this.body("block");
    stream.skip("name", name);
    if (required && body.some((part) => part.type !== "text" || part.text.trim() !== "")) {
      stream.fail("A required block holds nothing but comments and space.", line);
    }
    return { type: "block", name, scoped, required, body, line };
  }

  private printTag(line: number): Statement[] {
    const outputs: Statement[] = [];
    while (!this.stream.is("block-end")) {
      if (outputs.length > 0) this.stream.expect("operator", ",");
      outputs.push({ type: "output", expression: this.expression(), line });
    }
    return outputs;
  }

  /** Tags that need other templates. What they load is of no interest, as nothing can be loaded; the names they set are. */
  private loadTag(tag: "extends" | "include" | "import" | "from", line: number): Statement {
    const { stream } = this;
    const names: string[] = [];
    this.expression();
    if (tag === "include" && stream.isName("ignore") && stream.following.value === "missing") {
      stream.next();
      stream.next();
    }
    if (tag === "import") {
      stream.expect("name", "as");
      names.push(this.assignableName());
    }
    if (tag === "from") this.importedNames(names);
    if (tag !== "extends" && stream.isName("with", "without") && stream.following.value === "context") {
      stream.next();
      stream.next();
    }
    return { type: "load", tag, names, line };
  }

  private importedNames(names: string[]): void {
    const { stream } = this;
    stream.expect("name", "import");
    while (!stream.is("block-end") && !(stream.isName("with", "without") && stream.following.value === "context")) {
      if (names.length > 0) stream.expect("operator", ",");
      const name = this.assignableName();
      if (name.startsWith("_")) stream.fail(`"${name}" starts with an underscore and cannot be imported.`);
      names.push(stream.skip("name", "as") ? this.assignableName() : name);
    }
    if (names.length === 0) stream.fail("A name to import is expected.");
  }

  private parameters(): Parameter[] {
    const { stream } = this;
    const found: Parameter[] = [];
    stream.expect("operator", "(");
    while (!stream.isOperator(")")) {
      if (found.length > 0) stream.expect("operator", ",");
      const name = this.assignableName();
      const fallback = stream.skip("operator", "=") ? this.expression() : undefined;
      if (fallback === undefined && found.at(-1)?.fallback !== undefined) {
        stream.fail(`The parameter "${name}" needs a default, as those before it have one.`);
      }
      if (found.some((other) => other.name === name)) stream.fail(`The parameter "${name}" is there twice.`);
      found.push({ name, fallback });
    }
    stream.next();
    return found;
  }

  private assignableName(): string {
    const { stream } = this;
    const { line } = stream;
    const target = this.toTarget({ type: "name", name: stream.expect("name").value, line });
    return target.type === "name" ? target.name : stream.fail("A name is expected.", line);
  }

  /** @param options.fields  Whether `namespace.name` may be set here. */
  private target({ until, fields = false }: { until?: string; fields?: boolean }): Target {
    const { stream } = this;
    const { line } = stream;
    const items: Target[] = [];
    let isTuple = false;
    do {
      if (stream.isOperator(")") || stream.is("block-end") || (until !== undefined && stream.isName(until))) break;
      items.push(this.singleTarget(fields));
      isTuple ||= stream.isOperator(",");
    } while (stream.skip("operator", ","));
    if (isTuple) return { type: "tuple", items, line };
    return items[0] ?? stream.fail("A name to set is expected.");
  }

  private singleTarget(fields: boolean): Target {
    const { stream } = this;
    const { line } = stream;
    if (fields && stream.is("name") && stream.following.type === "operator" && stream.following.value === ".") {
      const object = stream.next().value;
      stream.next();
      return { type: "field", object, name: stream.expect("name").value, line };
    }
    return this.toTarget(this.primary());
  }

  private toTarget(expression: Expression): Target {
    const { line } = expression;
    if (expression.type === "name" && !/^([Tt]rue|[Ff]alse|[Nn]one)$/.test(expression.name)) return expression;
    if (expression.type === "tuple") {
      return { type: "tuple", items: expression.items.map((item) => this.toTarget(item)), line };
    }
    return this.stream.fail("Only names can be set.", line);
  }
}

function choices(endings: string[]): string {
  return endings.map((name) => `{% ${name} %}`).join(" or ");
}
