import { startModelServer } from "@diwan/testkit";
import { describe, expect, it } from "vitest";
import { appText, end, llm, start, template } from "../support/app-text.ts";
import { kinds } from "../support/events.ts";
import { runApp } from "../support/run-app.ts";

describe("failures that are handled", () => {
  const failing = (rest: object) => template("t", "{{ 1/0 }}", {}, rest);

  it("take the fail branch with the error as outputs", async () => {
    const source = appText(
      "workflow",
      [
        start(),
        failing({ error_strategy: "fail-branch" }),
        template("ok", "ok"),
        template("sorry", "{{ m }}|{{ y }}", { m: ["t", "error_message"], y: ["t", "error_type"] }),
        end("end", { sorry: ["sorry", "output"], ok: ["ok", "output"] }),
      ],
      ["start>t", "t:source>ok", "t:fail-branch>sorry", "ok>end", "sorry>end"],
    );
    const run = await runApp(source);
    expect(run.status).toBe("partial-succeeded");
    expect(run.steps["t"]).toMatchObject({
      status: "exception",
      branch: "fail-branch",
      metadata: { error_strategy: "fail-branch" },
    });
    expect(run.outputs["sorry"]).toMatch(/divided by zero.*\|TemplateRenderError$/);
  });

  it("put default values in place, parsed by their type", async () => {
    const source = appText(
      "workflow",
      [
        start(),
        failing({ error_strategy: "default-value", default_value: [{ key: "output", type: "number", value: "5" }] }),
        template("next", "{{ v }}", { v: ["t", "output"] }),
        end("end", { v: ["next", "output"] }),
      ],
      ["start>t", "t>next", "next>end"],
    );
    expect(await runApp(source)).toMatchObject({ status: "partial-succeeded", outputs: { v: "5.0" } });
  });

  it("are tried again as the step says, and the run then counts as partly successful", async () => {
    await using server = await startModelServer((_, number) =>
      number < 3 ? { error: { status: 500, message: "x" } } : { text: ["fine"] },
    );
    const retry_config = { retry_enabled: true, max_retries: 3, retry_interval: 1 };
    const source = appText(
      "workflow",
      [start(), llm("ask", "go", { retry_config }), end("end", { t: ["ask", "text"] })],
      ["start>ask", "ask>end"],
    );
    const run = await runApp(source, { modelUrl: server.url });
    expect(run.status).toBe("partial-succeeded");
    expect(run.outputs).toEqual({ t: "fine" });
    expect(kinds(run.events).filter((kind) => kind.includes("ask"))).toEqual([
      "started ask",
      "retried ask",
      "retried ask",
      "finished ask",
    ]);
    const ids = run.journal.flatMap((entry) => (entry.nodeId === "ask" ? [entry.stepId] : []));
    expect(new Set(ids).size).toBe(1);
  });

  it("are not tried again where the kind of step has no retry", async () => {
    const retry_config = { retry_enabled: true, max_retries: 3, retry_interval: 1 };
    const run = await runApp(appText("workflow", [start(), failing({ retry_config })], ["start>t"]));
    expect(run.path).toEqual(["start", "t"]);
  });
});
