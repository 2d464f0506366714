import { Float } from "../../values/index.ts";
import { Markup, type Py, type PyObject, Tuple, Undefined } from "./data.ts";
import { Dict } from "./dict.ts";

/** Python's name of a value's type, as its messages use it. */
export function typeName(value: Py): string {
  if (value === null) return "NoneType";
  switch (typeof value) {
    case "boolean":
      return "bool";
    case "string":
      return "str";
    case "bigint":
      return "int";
    case "number":
      return Number.isInteger(value) ? "int" : "float";
  }
  if (value instanceof Float) return "float";
  if (Array.isArray(value)) return "list";
  if (value instanceof Dict) return "dict";
  if (value instanceof Markup) return "Markup";
  if (value instanceof Tuple) return "tuple";
  if (value instanceof Undefined) return "Undefined";
  return (value as PyObject).typeName;
}

export function isText(value: Py): value is string | Markup {
  return typeof value === "string" || value instanceof Markup;
}

/** The characters of a text, escaped or not. */
export function textOf(value: string | Markup): string {
  return typeof value === "string" ? value : value.text;
}
