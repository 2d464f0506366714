import { startModelServer, words } from "@diwan/testkit";
import { describe, expect, it } from "vitest";
import { appText, ifElse, llm, start, template } from "../support/app-text.ts";
import { runApp } from "../support/run-app.ts";

describe("a run taken up again", () => {
  it("does not repeat what its journal holds, and ends the same from every prefix", async () => {
    await using server = await startModelServer({ text: words("same answer") });
    const source = appText(
      "advanced-chat",
      [
        start(),
        ifElse("if", ["sys", "query"], "is", "hi"),
        template("t", "T"),
        llm("ask", "say"),
        { id: "a", type: "answer", answer: "{{#t.output#}}: {{#ask.text#}}" },
      ],
      ["start>if", "if:yes>t", "t>ask", "ask>a"],
    );
    const whole = await runApp(source, { modelUrl: server.url });
    for (let kept = 0; kept <= whole.journal.length; kept += 1) {
      const again = await runApp(source, { modelUrl: server.url, journal: whole.journal.slice(0, kept) });
      expect(again.path).toEqual(whole.path);
      expect([again.answer, again.outputs, again.status]).toEqual([whole.answer, whole.outputs, whole.status]);
    }
    const calls = server.requests.length;
    await runApp(source, { modelUrl: server.url, journal: whole.journal.slice(0, 4) });
    expect(server.requests.length).toBe(calls);
  });
});
