import type { Random } from "../properties/random.ts";

/** Variables of the corpus; a few names that nobody gives are among them. */
const names = [
  ...["x", "y", "zero", "neg", "f", "whole", "big", "tiny", "large", "t", "no", "n", "s", "empty", "spaces", "multi"],
  ...["html", "emoji", "uni", "num_text", "float_text", "l", "words", "mixed", "nested", "none_list", "floats", "d"],
  ...["d_empty", "scores", "users", "tree", "pairs", "text", "file", "missing"],
];
const listNames = [
  "l",
  "words",
  "mixed",
  "nested",
  "none_list",
  "floats",
  "users",
  "pairs",
  "tree",
  "missing",
  "d",
  "s",
];
const textNames = ["s", "empty", "spaces", "multi", "html", "emoji", "uni", "num_text", "float_text", "text"];
const numberNames = ["x", "y", "zero", "neg", "f", "whole", "big", "tiny", "large", "t"];
const keys = [
  "a",
  "b",
  "name",
  "age",
  "items",
  "n",
  "c",
  "v",
  "kids",
  "tags",
  "address",
  "filename",
  "keys",
  "nothing",
];
const local = ["i", "j", "k", "ns", "v1", "v2"];

const texts = [
  ...[
    '"a"',
    '"A b"',
    "''",
    '"<i>&\\""',
    "'%s-%s'",
    "'{} {0}'",
    '"ü😀"',
    '"a,b;c"',
    "'12'",
    "'1.5'",
    '"name"',
    '"\\n"',
    "'x\\ty'",
  ],
  ...['"aXbXc"', "'  a '", '"the cat"', "'http://a.example/b?c=1'", "'%05.2f|%d|%r'", "'ǅß'", "'İ'"],
];
const numbers = [
  "0",
  "1",
  "2",
  "3",
  "-1",
  "7",
  "10",
  "100",
  "2.5",
  "0.1",
  "1e3",
  "1_000",
  "0x1f",
  "3.0",
  "12345678901234567890",
];
const comparisons = ["==", "!=", "<", "<=", ">", ">=", "in", "not in"];
const arithmetic = ["+", "-", "*", "/", "//", "%", "**", "~"];

const plainTests = [
  ...["boolean", "callable", "defined", "even", "false", "float", "integer", "iterable", "lower", "mapping", "none"],
  ...["number", "odd", "sequence", "string", "true", "undefined", "upper", "escaped", "filter", "test"],
];
const valueTests = ["divisibleby", "eq", "ne", "lt", "gt", "le", "ge", "in", "sameas", "equalto", "lessthan"];

/** Filters with what they are called with: `e` an expression, `n` a number, `t` a text, `b` a truth value, `k` a key. */
const filters: Record<string, readonly string[]> = {
  abs: [""],
  attr: ["k"],
  batch: ["n", "n,t"],
  capitalize: [""],
  center: ["", "n"],
  count: [""],
  d: ["e", "e,b"],
  default: ["t", "t,b"],
  dictsort: ["", "b", "b,'value'", "reverse=b"],
  e: [""],
  escape: [""],
  filesizeformat: ["", "b"],
  first: [""],
  float: ["", "n"],
  forceescape: [""],
  format: ["e", "e,e"],
  groupby: ["k", "'age'", "'city'", "'name',default='z'"],
  indent: ["", "n", "2,b", "2,b,b", "t"],
  int: ["", "n", "0,n"],
  items: [""],
  join: ["", "t", "t,'name'"],
  last: [""],
  length: [""],
  list: [""],
  lower: [""],
  map: [
    "'upper'",
    "'int'",
    "attribute=k",
    "attribute='name',default='z'",
    "'default',t",
    "'length'",
    "'abs'",
    "'string'",
  ],
  max: ["", "b", "attribute='age'"],
  min: ["", "b", "attribute='name'"],
  pprint: [""],
  reject: ["", "'odd'", "'none'", "'string'"],
  rejectattr: ["k", "'age','gt',26"],
  replace: ["t,t", "t,t,1"],
  reverse: [""],
  round: ["", "n", "1,'floor'", "0,'ceil'"],
  safe: [""],
  select: ["", "'even'", "'string'", "'defined'", "'gt',1"],
  selectattr: ["k", "'active'", "'age','eq',31", "'tags'"],
  slice: ["n", "2,t"],
  sort: ["", "b", "case_sensitive=b", "attribute='name'", "attribute='age,name'", "reverse=b"],
  string: [""],
  striptags: [""],
  sum: ["", "start=n", "attribute='age'"],
  title: [""],
  tojson: ["", "2", "indent=n"],
  trim: ["", "t"],
  truncate: ["n", "n,b", "n,b,t", "n,b,'',0"],
  unique: ["", "b", "attribute='city'"],
  upper: [""],
  urlencode: [""],
  urlize: ["", "n"],
  wordcount: [""],
  wordwrap: ["n", "n,b"],
  xmlattr: ["", "b"],
};

const textMethods = [
  ...[
    "upper()",
    "lower()",
    "title()",
    "strip()",
    "lstrip()",
    "rstrip('o')",
    "split()",
    "split(t)",
    "split(t,1)",
    "rsplit(t)",
  ],
  ...["replace(t,t)", "startswith(t)", "endswith(t)", "find(t)", "rfind(t)", "index(t)", "count(t)", "join(words)"],
  ...[
    "capitalize()",
    "swapcase()",
    "casefold()",
    "isdigit()",
    "isalpha()",
    "isalnum()",
    "isspace()",
    "isupper()",
    "islower()",
  ],
  ...[
    "zfill(n)",
    "center(n)",
    "ljust(n,'*')",
    "rjust(n)",
    "splitlines()",
    "partition(t)",
    "rpartition(t)",
    "format(e,e)",
  ],
  ...[
    "encode()",
    "istitle()",
    "isnumeric()",
    "isdecimal()",
    "isidentifier()",
    "expandtabs()",
    "removeprefix(t)",
    "removesuffix(t)",
  ],
];
const listMethods = [
  "append(e)",
  "pop()",
  "pop(0)",
  "index(e)",
  "count(e)",
  "insert(0,e)",
  "extend([1])",
  "reverse()",
  "copy()",
  "remove(e)",
  "sort()",
  "clear()",
];
const dictMethods = [
  "get(k)",
  "get(k,e)",
  "keys()",
  "values()",
  "items()",
  "pop(k,1)",
  "update({'z': 1})",
  "setdefault(k,e)",
  "copy()",
];

/** A template that uses a little of everything, valid most of the time. */
export class RandomTemplate {
  readonly #random: Random;
  #depth = 0;

  constructor(random: Random) {
    this.#random = random;
  }

  template(): string {
    const { between } = this.#random;
    return this.#body(between.call(this.#random, 1, 3), 2);
  }

  #body(count: number, depth: number): string {
    return Array.from({ length: count }, () => this.#statement(depth)).join("");
  }

  #statement(depth: number): string {
    const kind = this.#random.weighted({
      print: 10,
      plain: 2,
      comment: 0.3,
      raw: 0.2,
      ...(depth > 0
        ? {
            if: 2,
            for: 3,
            set: 2,
            setBlock: 0.6,
            with: 0.7,
            macro: 1,
            filter: 0.6,
            call: 0.4,
            namespace: 0.5,
            recursive: 0.2,
          }
        : {}),
      autoescape: 0.1,
      block: 0.1,
    });
    const inner = () => this.#body(this.#random.between(1, 2), depth - 1);
    const [o, c] = [this.#open(), this.#close()];
    switch (kind) {
      case "print":
        return `{{${this.#sign()} ${this.expression(3)} ${this.#sign()}}}`;
      case "plain":
        return this.#random.pick([" ", "\n", "text ", "é\n  ", "{ } ", "  \n", "#", "%"]);
      case "comment":
        return `{#${this.#sign()} {{ x }} ${this.#sign()}#}`;
      case "raw":
        return "{% raw %}{{ x }}{% endraw %}";
      case "if": {
        const others = this.#random.chance(0.4) ? `${o}elif ${this.expression(2)}${c}${inner()}` : "";
        const last = this.#random.chance(0.5) ? `${o}else${c}${inner()}` : "";
        return `${o}if ${this.expression(2)}${c}${inner()}${others}${last}${o}endif${c}`;
      }
      case "for": {
        const target = this.#random.pick(["i", "j", "i, j", "k, v1"]);
        const filter = this.#random.chance(0.2) ? ` if ${this.expression(1)}` : "";
        const last = this.#random.chance(0.3) ? `${o}else${c}${inner()}` : "";
        return `${o}for ${target} in ${this.#iterable()}${filter}${c}${this.#loop()}${inner()}${last}${o}endfor${c}`;
      }
      case "recursive":
        return `${o}for i in tree recursive${c}[{{ loop.depth }}{{ i.v }}${inner()}{% if i.kids %}{{ loop(i.kids) }}{% endif %}]${o}endfor${c}`;
      case "set":
        return `${o}set ${this.#random.pick(local)} = ${this.expression(2)}${c}`;
      case "setBlock":
        return `${o}set ${this.#random.pick(local)}${this.#random.pick(["", " | upper", " | trim"])}${c}${inner()}${o}endset${c}`;
      case "with":
        return `${o}with ${this.#random.pick(local)} = ${this.expression(2)}, v2 = ${this.expression(1)}${c}${inner()}${o}endwith${c}`;
      case "macro": {
        const parameters = this.#random.pick(["", "i", "i, j=2", "i='a', k=x"]);
        return `${o}macro m(${parameters})${c}${inner()}${this.#random.pick(["", "{{ varargs }}", "{{ kwargs }}", "{{ caller is defined }}"])}${o}endmacro${c}{{ m(${this.#arguments()}) }}`;
      }
      case "call":
        return `${o}macro w(i=1)${c}<{{ caller(${this.#random.pick(["", "i"])}) }}>${o}endmacro${c}${o}call${this.#random.pick(["", "(j)"])} w()${c}${inner()}${o}endcall${c}`;
      case "filter":
        return `${o}filter ${this.#random.pick(["upper", "trim", "escape", "replace('a','b')", "indent(2)", "title|lower"])}${c}${inner()}${o}endfilter${c}`;
      case "namespace":
        return `${o}set ns = namespace(a=${this.expression(1)})${c}${o}for i in ${this.#iterable()}${c}${o}set ns.a = ${this.#random.pick(["ns.a ~ i", "i", "loop.index"])}${c}${o}endfor${c}{{ ns.a }}`;
      case "autoescape":
        return `${o}autoescape ${this.#random.pick(["true", "false"])}${c}{{ ${this.expression(2)} }}${o}endautoescape${c}`;
      case "block":
        return `${o}block b${this.#random.between(0, 9999)}${c}{{ ${this.expression(1)} }}${o}endblock${c}`;
    }
  }

  #loop(): string {
    return this.#random.pick([
      "",
      "",
      "{{ loop.index }}",
      "{{ loop.index0 }}{{ loop.last }}",
      "{{ loop.revindex }},",
      "{{ loop.length }}{{ loop.first }}",
      "{{ loop.previtem }}{{ loop.nextitem }}",
      "{{ loop.cycle('a','b') }}",
      "{{ loop.changed(i) }}",
      "{{ i }}",
      "{{ i }};",
    ]);
  }

  #sign(): string {
    return this.#random.weighted({ "": 10, "-": 1.5, "+": 0.3 });
  }
  #open(): string {
    return `{%${this.#sign()} `;
  }
  #close(): string {
    return ` ${this.#sign()}%}`;
  }

  #iterable(): string {
    if (this.#random.chance(0.6)) return this.#random.pick(listNames);
    return this.#random.pick([
      "range(3)",
      "range(1, 9, 3)",
      "d.items()",
      "scores|dictsort",
      "users|groupby('age')",
      "words|sort",
      "l|batch(2)",
      "nested[1]",
      "[1, 'a', none]",
      "{'a': 1, 'b': 2}",
      "text.split()[:3]",
      "users|map(attribute='name')",
      `${this.expression(1)}`,
    ]);
  }

  #arguments(): string {
    return this.#random.pick(["", "1", "'a', 2", "j=3", "*l", "**d", "1, 2, 3", `${this.expression(1)}`]);
  }

  expression(depth: number): string {
    if (depth <= 0 || this.#depth > 12) return this.#atom();
    this.#depth += 1;
    const inner = (less = 1) => this.expression(depth - less);
    try {
      switch (
        this.#random.weighted({
          atom: 3,
          filter: 7,
          binary: 3,
          comparison: 1.5,
          logic: 1.2,
          attribute: 2,
          method: 3,
          test: 1.2,
          condition: 0.8,
          collection: 1,
          unary: 0.8,
          call: 0.8,
        })
      ) {
        case "atom":
          return this.#atom();
        case "filter":
          return `${this.#operand(depth)}|${this.#filter()}${this.#random.chance(0.3) ? `|${this.#filter()}` : ""}`;
        case "binary":
          return `(${inner()} ${this.#random.pick(arithmetic)} ${this.#random.chance(0.5) ? this.#number() : inner()})`;
        case "comparison": {
          const chain = this.#random.chance(0.15) ? ` ${this.#random.pick(comparisons)} ${this.#atom()}` : "";
          return `(${inner()} ${this.#random.pick(comparisons)} ${inner()}${chain})`;
        }
        case "logic":
          return `(${inner()} ${this.#random.pick(["and", "or"])} ${inner()})`;
        case "attribute":
          return this.#access();
        case "method":
          return this.#method();
        case "test": {
          const not = this.#random.chance(0.2) ? "not " : "";
          if (this.#random.chance(0.6)) return `(${inner()} is ${not}${this.#random.pick(plainTests)})`;
          return `(${inner()} is ${not}${this.#random.pick(valueTests)}(${this.#atom()}))`;
        }
        case "condition":
          return `(${inner()} if ${inner()}${this.#random.chance(0.7) ? ` else ${inner()}` : ""})`;
        case "collection":
          return this.#random.pick([
            `[${inner()}, ${inner()}]`,
            `(${inner()}, ${inner()})`,
            `(${inner()},)`,
            `{'a': ${inner()}, ${this.#atom()}: ${inner()}}`,
            "[]",
            "{}",
          ]);
        case "unary":
          return this.#random.pick([
            `(-${this.#number()})`,
            `(not ${inner()})`,
            `(+${this.#number()})`,
            `(-${inner()})`,
          ]);
        case "call":
          return this.#random.pick([
            `range(${this.#number()})`,
            "dict(a=1, b=x)",
            `dict(d, z=${inner()})`,
            "range(2, 8)[1:]",
            "joiner(',')()",
            "cycler(1, 2).next()",
            "namespace(a=1).a",
            `range(${this.#number()})|list`,
          ]);
      }
    } finally {
      this.#depth -= 1;
    }
  }

  #operand(depth: number): string {
    return this.#random.chance(0.7) ? this.#random.pick(names) : `(${this.expression(depth - 1)})`;
  }

  #atom(): string {
    switch (this.#random.weighted({ name: 6, local: 1, text: 2, number: 2, constant: 0.6 })) {
      case "name":
        return this.#random.pick(names);
      case "local":
        return this.#random.pick(local);
      case "text":
        return this.#random.pick(texts);
      case "number":
        return this.#random.pick(numbers);
      case "constant":
        return this.#random.pick(["true", "false", "none", "True", "None"]);
    }
  }

  #number(): string {
    return this.#random.chance(0.5) ? this.#random.pick(numbers.slice(0, 8)) : this.#random.pick(numberNames);
  }

  #access(): string {
    const base = this.#random.pick([
      "d",
      "users[0]",
      "file",
      "d.b",
      "users",
      "l",
      "s",
      "nested",
      "scores",
      "tree[0]",
      "pairs",
      "text",
    ]);
    switch (this.#random.weighted({ key: 3, subscript: 2, index: 2, slice: 2, any: 0.5 })) {
      case "key":
        return `${base}.${this.#random.pick(keys)}`;
      case "subscript":
        return `${base}['${this.#random.pick(keys)}']`;
      case "index":
        return `${base}[${this.#random.pick(["0", "1", "-1", "9", "x", "true"])}]`;
      case "slice":
        return `${base}[${this.#random.pick(["1:", ":2", "::-1", "1:3", "-2:", ":", "::2", "5:1:-2", ":none"])}]`;
      case "any":
        return `${base}[${this.expression(1)}]`;
    }
  }

  #method(): string {
    switch (this.#random.weighted({ text: 5, list: 2, dict: 2 })) {
      case "text":
        return `${this.#random.pick(textNames)}.${this.#filled(this.#random.pick(textMethods))}`;
      case "list":
        return `${this.#random.pick(["l", "words", "mixed", "nested", "floats"])}.${this.#filled(this.#random.pick(listMethods))}`;
      case "dict":
        return `${this.#random.pick(["d", "scores", "d_empty", "users[0]"])}.${this.#filled(this.#random.pick(dictMethods))}`;
    }
  }

  #filter(): string {
    const name = this.#random.pick(Object.keys(filters));
    const given = this.#filled(this.#random.pick(filters[name]!));
    return given === "" ? name : `${name}(${given})`;
  }

  /** Arguments with values in place of their letters. */
  #filled(pattern: string): string {
    return pattern.replace(/(?<![\w'.])[entbk](?![\w'(])/g, (letter) => {
      switch (letter) {
        case "e":
          return this.#atom();
        case "n":
          return this.#random.pick(["0", "1", "2", "3", "5", "12", "20"]);
        case "t":
          return this.#random.pick(texts);
        case "b":
          return this.#random.pick(["true", "false"]);
        default:
          return `'${this.#random.pick(keys)}'`;
      }
    });
  }
}
