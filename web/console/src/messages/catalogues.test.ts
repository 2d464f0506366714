import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { compileMessage } from "@lingui/message-utils/compileMessage";
import { describe, expect, it } from "vitest";

const web = join(import.meta.dirname, "../../..");
const files = (folder: string, ending: RegExp): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && ending.test(entry.name) && !/node_modules|dist/.test(entry.parentPath))
    .map((entry) => join(entry.parentPath, entry.name));
const catalogue = (locale: string): Record<string, string> =>
  Object.assign(
    {},
    ...[
      ...files(join(web, `console/src/messages/${locale}`), /\.messages$/),
      join(web, `ui/src/messages/${locale}.messages`),
    ].map((file) => JSON.parse(readFileSync(file, "utf8"))),
  );
const english = catalogue("en");
const arabic = catalogue("ar");
const sources = files(web, /\.tsx?$/)
  .filter((file) => !/\.test\.|\/messages\//.test(file))
  .map((file) => readFileSync(file, "utf8"));

/** Names of the values a text takes, however deep in a plural they stand. */
function valuesOf(text: string): Set<string> {
  const found = new Set<string>();
  // A compiled text is a list of plain pieces and of [name, kind?, forms?].
  const walk = (pieces: unknown) => {
    for (const piece of Array.isArray(pieces) ? pieces : []) {
      if (!Array.isArray(piece)) continue;
      found.add(String(piece[0]));
      if (typeof piece[2] === "object" && piece[2] !== null) Object.values(piece[2]).forEach(walk);
    }
  };
  walk(compileMessage(text));
  return found;
}

/** Every text written out as a key, and the fixed beginnings of keys that are put together. */
const literal = new Set(
  sources.flatMap((code) => [...code.matchAll(/"([a-z]+(?:[.-][a-z0-9-]+)+)"/g)].map((match) => match[1] ?? "")),
);
const beginnings = sources.flatMap((code) =>
  [...code.matchAll(/`([a-z]+\.[a-z.-]*)\$\{/g)].map((match) => match[1] ?? ""),
);

describe("the catalogues", () => {
  it("have the same keys in every language", () => {
    expect(Object.keys(arabic).sort()).toEqual(Object.keys(english).sort());
  });

  it("take the same values in every language", () => {
    const differing = Object.keys(english).filter((key) => {
      const [one, other] = [valuesOf(english[key] ?? ""), valuesOf(arabic[key] ?? "")];
      return (
        one.symmetricDifference(other).size > 0 &&
        ![...one.symmetricDifference(other)].every((name) => name === "shown")
      );
    });
    expect(differing).toEqual([]);
  });

  it("hold every key that the code asks for", () => {
    const asked = sources.flatMap((code) => [...code.matchAll(/\bt\(\s*"([^"]+)"/g)].map((match) => match[1] ?? ""));
    expect(asked.filter((key) => english[key] === undefined)).toEqual([]);
  });

  it("hold no key that the code never asks for", () => {
    const unused = Object.keys(english).filter(
      (key) => !literal.has(key) && !beginnings.some((beginning) => key.startsWith(beginning)),
    );
    expect(unused).toEqual([]);
  });

  it("give Arabic its six plural forms wherever something is counted", () => {
    const forms = ["zero", "one", "two", "few", "many", "other"];
    const lacking = Object.entries(arabic).filter(
      ([, text]) => text.includes(", plural,") && forms.some((form) => !text.includes(` ${form} {`)),
    );
    expect(lacking.map(([key]) => key)).toEqual([]);
  });
});
