import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, it } from "vitest";

const root = resolve(import.meta.dirname, "../..");

/** Codes are declared in two ways: by `defineErrors`, and as literals of problems and step errors. */
function codesInSource(): Set<string> {
  const codes = new Set<string>();
  for (const area of ["packages", "services"]) {
    for (const name of readdirSync(join(root, area), { recursive: true, encoding: "utf8" })) {
      if (!/^[^/]+\/src\/.*\.ts$/.test(name) || /\.test\.ts$|testkit\/|node_modules/.test(name)) continue;
      const text = readFileSync(join(root, area, name), "utf8");
      for (const [, prefix, body] of text.matchAll(/defineErrors\("([\w-]+)", \{([\s\S]*?)\n\}\);/g)) {
        for (const [, quoted, plain] of body!.matchAll(/^ {2}(?:"([\w-]+)"|([\w-]+)): \{/gm))
          codes.add(`${prefix}.${quoted ?? plain}`);
      }
      // biome-ignore format: one alternative a place where codes stand as literals
      for (const [, code] of text.matchAll(/(?:code: |report\(\s*|error\(\s*|tell\(\s*found,\s*|#fail\(\s*)"((?:app|node|run)\.[\w.-]+)"/g)) codes.add(code!);
    }
  }
  return codes;
}

it("the reference of errors lists every code that the source knows, and no other", () => {
  const text = readFileSync(join(root, "docs/reference/errors.md"), "utf8");
  const listed = [...text.matchAll(/^\| `([\w.-]+)` \|/gm)].map((match) => match[1]!);
  expect(listed.length).toBe(new Set(listed).size);
  expect([...new Set(listed)].sort()).toEqual([...codesInSource()].sort());
});
