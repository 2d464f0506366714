import { readFileSync } from "node:fs";
import { DiwanError } from "@diwan/kernel";
import { describe, expect, it } from "vitest";
import { parseJson, type Value } from "../values/index.ts";
import { compileTemplate } from "./index.ts";

type Case = { topic: string; template: string; expected?: string; error?: string; mayBeUnsupported?: boolean };

const fixture = new URL("./__fixtures__/corpus.json", import.meta.url);
const corpus = parseJson(readFileSync(fixture, "utf8")) as unknown as {
  variables: Record<string, Value>;
  cases: Case[];
};

function outcome(template: string): { text: string } | { code: string } {
  try {
    return { text: compileTemplate(template).render(corpus.variables) };
  } catch (error) {
    if (!(error instanceof DiwanError)) throw error;
    return { code: error.code };
  }
}

/** What Python raises, and the codes that may stand for it. */
const codesOf: Record<string, string[]> = {
  TemplateSyntaxError: ["template.syntax"],
  TemplateAssertionError: ["template.syntax"],
  UndefinedError: ["template.undefined"],
};
const otherCodes = ["template.type", "template.value", "template.no-loader", "template.syntax", "template.unsupported"];

const topics = Map.groupBy(corpus.cases, (one) => one.topic);

for (const [topic, cases] of topics) {
  describe(`a template about ${topic}`, () => {
    it.each(cases)(
      "has the same outcome as in Jinja2: $template",
      ({ template, expected, error, mayBeUnsupported }) => {
        const result = outcome(template);
        if (mayBeUnsupported === true) expect(result).toEqual({ code: "template.unsupported" });
        else if (error !== undefined)
          expect(codesOf[error] ?? otherCodes).toContain("code" in result ? result.code : result.text);
        else expect(result).toEqual({ text: expected });
      },
    );
  });
}
