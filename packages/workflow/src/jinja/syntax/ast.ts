/** A template as the parser leaves it. `line` is where the construct starts, counted from 1. */
export type Expression =
  | { type: "constant"; value: Literal; line: number }
  | { type: "name"; name: string; line: number }
  | { type: "list" | "tuple"; items: Expression[]; line: number }
  | { type: "dictionary"; entries: [Expression, Expression][]; line: number }
  | { type: "unary"; operator: "-" | "+" | "not"; operand: Expression; line: number }
  | { type: "binary"; operator: BinaryOperator; left: Expression; right: Expression; line: number }
  | { type: "concatenation"; parts: Expression[]; line: number }
  | { type: "logic"; operator: "and" | "or"; left: Expression; right: Expression; line: number }
  | { type: "comparison"; first: Expression; rest: [ComparisonOperator, Expression][]; line: number }
  | { type: "condition"; test: Expression; then: Expression; otherwise: Expression | undefined; line: number }
  | { type: "attribute"; object: Expression; name: string; line: number }
  | { type: "item"; object: Expression; key: Expression; line: number }
  | { type: "slice"; object: Expression; bounds: SliceBounds; line: number }
  | { type: "call"; callee: Expression; arguments: CallArguments; line: number }
  | FilterExpression
  | { type: "test"; name: string; operand: Expression; arguments: CallArguments; line: number };

/** `operand` is absent where the text of a block is what gets filtered. */
export type FilterExpression = {
  type: "filter";
  name: string;
  operand: Expression | undefined;
  arguments: CallArguments;
  line: number;
};

/** A float literal arrives wrapped, so that `3.0` stays one. */
export type Literal = null | boolean | string | number | bigint | { float: number };
export type BinaryOperator = "+" | "-" | "*" | "/" | "//" | "%" | "**";
export type ComparisonOperator = "==" | "!=" | "<" | "<=" | ">" | ">=" | "in" | "not in";
export type SliceBounds = [start: Expression | undefined, stop: Expression | undefined, step: Expression | undefined];

export type CallArguments = {
  positional: Expression[];
  named: [string, Expression][];
  spread: Expression | undefined;
  spreadNamed: Expression | undefined;
};

/** What can stand left of `=` or between `for` and `in`. */
export type Target =
  | { type: "name"; name: string; line: number }
  | { type: "field"; object: string; name: string; line: number }
  | { type: "tuple"; items: Target[]; line: number };

export type Parameter = { name: string; fallback: Expression | undefined };

export type Statement =
  | { type: "text"; text: string; line: number }
  | { type: "output"; expression: Expression; line: number }
  | { type: "if"; branches: [Expression, Statement[]][]; otherwise: Statement[]; line: number }
  | ForStatement
  | { type: "set"; target: Target; value: Expression; line: number }
  | { type: "set-block"; target: Target; filter: FilterExpression | undefined; body: Statement[]; line: number }
  | { type: "with"; bindings: [Target, Expression][]; body: Statement[]; line: number }
  | MacroStatement
  | CallStatement
  | { type: "filter-block"; filter: FilterExpression; body: Statement[]; line: number }
  | { type: "autoescape"; enabled: Expression; body: Statement[]; line: number }
  | { type: "block"; name: string; required: boolean; scoped: boolean; body: Statement[]; line: number }
  | { type: "load"; tag: "extends" | "include" | "import" | "from"; names: string[]; line: number };

export type ForStatement = {
  type: "for";
  target: Target;
  iterable: Expression;
  test: Expression | undefined;
  recursive: boolean;
  body: Statement[];
  otherwise: Statement[];
  line: number;
};

export type MacroStatement = { type: "macro"; name: string; parameters: Parameter[]; body: Statement[]; line: number };

export type CallStatement = {
  type: "call-block";
  call: Expression;
  parameters: Parameter[];
  body: Statement[];
  line: number;
};
