import { Document, type ScalarTag } from "yaml";
import { Float, type Value } from "../values/index.ts";

/**
 * Writes block YAML that a YAML 1.1 loader reads back as the same value: texts that look like something else are quoted,
 * floats look like floats.
 */
export function writeYaml(value: Value): string {
  const document = new Document(value, {
    version: "1.1",
    customTags: (tags) => [floatTag, quotedTag, ...tags],
    aliasDuplicateObjects: false,
  });
  // The directive of the version would only puzzle people.
  document.directives = undefined as never;
  return document.toString({ lineWidth: 0, indentSeq: false });
}

const floatTag: ScalarTag = {
  tag: "tag:yaml.org,2002:float",
  default: true,
  identify: (value) => value instanceof Float || (typeof value === "number" && !Number.isInteger(value)),
  resolve: (text) => Number(text),
  stringify: ({ value }) => floatText(Number(value)),
  test: /^(?!)$/,
};

/** Texts that Python's loader refuses or changes without quotes: they are written as JSON, all on one line. */
const quotedTag: ScalarTag = {
  tag: "tag:yaml.org,2002:str",
  default: true,
  identify: (value) =>
    typeof value === "string" && (/^(?:=|<<)$|^[^\n]*\t[^\n]*$/.test(value) || value.search(lineSeparators) !== -1),
  resolve: (text) => text,
  stringify: ({ value }) => JSON.stringify(value).replace(lineSeparators, escaped),
  test: /^(?!)$/,
};

const lineSeparators = /[\u0085\u2028\u2029\ufeff]/g;

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}

function floatText(value: number): string {
  if (Number.isNaN(value)) return ".nan";
  if (!Number.isFinite(value)) return value > 0 ? ".inf" : "-.inf";
  const text = String(value);
  // YAML 1.1 wants a point before an exponent: 1.0e-7, not 1e-7.
  if (text.includes("e")) return text.includes(".") ? text : text.replace("e", ".0e");
  return text.includes(".") ? text : `${text}.0`;
}
