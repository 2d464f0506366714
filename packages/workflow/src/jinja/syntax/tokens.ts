export type TokenType =
  | "data"
  | "variable-begin"
  | "variable-end"
  | "block-begin"
  | "block-end"
  | "name"
  | "string"
  | "integer"
  | "float"
  | "operator"
  | "end";

/** `value` is the text as written, except that a string has its escapes resolved and data is what remains to print. */
export type Token = { type: TokenType; value: string; line: number };
