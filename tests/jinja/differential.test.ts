import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { DiwanError } from "@diwan/kernel";
import { jinjaPython } from "@diwan/testkit";
import { compileTemplate, parseJson, type Value } from "@diwan/workflow";
import { expect, it } from "vitest";
import { Random } from "../properties/random.ts";
import { RandomTemplate } from "./random-template.ts";
import { type Rendered, renderAll } from "./real-jinja.ts";

const TEMPLATES = Number(process.env["DIWAN_TEST_JINJA_TEMPLATES"] ?? 4_000);
const SEED = Number(process.env["DIWAN_TEST_JINJA_SEED"] ?? 20_261_126);

const fixture = resolve(import.meta.dirname, "../../packages/workflow/src/jinja/__fixtures__/variables.json");
const variables = parseJson(readFileSync(fixture, "utf8")) as Record<string, Value>;

type Ours = { text: string } | { code: string; message: string };

function ours(template: string): Ours {
  try {
    return { text: compileTemplate(template).render(variables) };
  } catch (error) {
    if (!(error instanceof DiwanError)) throw new Error(`${template} broke the interpreter`, { cause: error });
    return { code: error.code, message: error.message };
  }
}

/** What Python raises, and the codes that may stand for it. */
const codes: Record<string, string> = { TemplateSyntaxError: "template.syntax", UndefinedError: "template.undefined" };

/** Where ours says that it does not know, the sandbox decides; limits are our own. */
function isAnswer(mine: Ours): boolean {
  return "text" in mine || !["template.unsupported", "template.limit-exceeded"].includes(mine.code);
}

/** Whether nobody can tell which of the two it was. */
function isSame(mine: Ours, theirs: Rendered): boolean {
  if ("text" in mine || "text" in theirs) return "text" in mine && "text" in theirs && mine.text === theirs.text;
  const known = theirs.kinds.map((kind) => codes[kind]).find((code) => code !== undefined);
  return known === undefined ? !Object.values(codes).includes(mine.code) : mine.code === known;
}

const python = jinjaPython();

it.skipIf(python === undefined)(
  "random templates come out as from Jinja2 itself, or go to it (needs python3 with Jinja2 3.1.6)",
  { timeout: 120_000 },
  () => {
    const random = new RandomTemplate(new Random(SEED));
    const templates = Array.from({ length: TEMPLATES }, () => random.template());
    const mine = templates.map(ours);
    // What exceeds our limits can keep Python busy for hours.
    const answered = templates.flatMap((template, place) =>
      isAnswer(mine[place]!) ? [{ template, ours: mine[place]! }] : [],
    );
    const theirs = renderAll(
      python!,
      answered.map(({ template }) => template),
      variables,
    );
    const different = answered.flatMap((one, place) =>
      isSame(one.ours, theirs[place]!) ? [] : [{ ...one, theirs: theirs[place] }],
    );
    if (process.env["DIWAN_TEST_JINJA_SHOW"] === "1") console.log(JSON.stringify(different));
    expect(different.slice(0, 5)).toEqual([]);
    // A generator that makes nothing but mistakes, or an interpreter that hands everything over, would prove nothing.
    const share = (count: number) => count / templates.length;
    expect(share(mine.filter((one) => "text" in one).length)).toBeGreaterThan(0.3);
    expect(share(mine.filter((one) => "code" in one && one.code === "template.unsupported").length)).toBeLessThan(0.15);
  },
);
