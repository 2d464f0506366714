import { describe, expect, it } from "vitest";
import { refsOf, splitTemplate } from "./template-text.ts";

describe("a template", () => {
  it("is cut at its variables and keeps every other character", () => {
    expect(splitTemplate("Hi {{#start.name#}}, {{#context#}}!")).toEqual([
      { kind: "text", text: "Hi " },
      { kind: "ref", selector: ["start", "name"] },
      { kind: "text", text: ", " },
      { kind: "ref", selector: ["context"] },
      { kind: "text", text: "!" },
    ]);
  });

  it("keeps what is no well-formed placeholder as text", () => {
    const odd = "{{# a.b #}} {{#my-node.x#}} {{name}}";
    expect(splitTemplate(odd)).toEqual([{ kind: "text", text: odd }]);
  });

  it("names each of its variables once, in order of first use", () => {
    expect(refsOf(["{{#b.y#}} {{#a.x#}}", "{{#b.y#}}"])).toEqual([
      ["b", "y"],
      ["a", "x"],
    ]);
  });
});
