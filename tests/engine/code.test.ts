import { createIdSource, silentLogger, systemClock } from "@diwan/kernel";
import { type CodeResult, defaultCodeLimits, type NodePorts, nodeRegistry } from "@diwan/nodes";
import { defaultRunLimits, Recording, recordingPorts, runOnce } from "@diwan/runs";
import { compileGraph, readAppFile, type Value } from "@diwan/workflow";
import { describe, expect, it } from "vitest";
import { appText, end, type NodeSketch, start, text } from "../support/app-text.ts";

const result: CodeResult = {
  stdout: 'seen\n<<RESULT>>{"out": "x"}<<RESULT>>\n',
  stderr: "",
  error: "",
  exitCode: 0,
  elapsedMs: 12.6,
  memoryBytes: 4096,
};

function versionOf(data: Record<string, Value> = {}) {
  const code: NodeSketch = {
    id: "code",
    type: "code",
    code_language: "python3",
    code: "def main(name): return {'out': name}",
    variables: [{ variable: "name", value_selector: ["start", "name"] }],
    outputs: { out: { type: "string", children: null } },
    ...data,
  };
  const { file } = readAppFile(
    appText(
      "workflow",
      [start([text("name")]), code, end("end", { out: ["code", "out"], type: ["code", "error_type"] })],
      ["start>code", "code>end"],
    ),
  );
  const { graph } = compileGraph(file!.workflow!, nodeRegistry);
  return { graph: graph!, root: graph!.roots[0]!, document: file!.workflow! };
}

function run(
  answers: (CodeResult | Error)[],
  { data, replay, name = "Ada" }: { data?: Record<string, Value>; replay?: Recording; name?: string } = {},
) {
  const programs: string[] = [];
  const ports = {
    codeLimits: defaultCodeLimits,
    code: {
      async run({ code }) {
        programs.push(code);
        const answer = answers[Math.min(programs.length, answers.length) - 1];
        if (answer === undefined) throw new Error("The sandbox was asked.");
        if (answer instanceof Error) throw answer;
        return answer;
      },
    },
  } as Pick<NodePorts, "code" | "codeLimits"> as NodePorts;
  const running = runOnce(
    {
      clock: systemClock,
      ids: createIdSource(),
      logger: silentLogger,
      ports: (_run, step) => (replay === undefined ? recordingPorts(ports, step) : ports),
    },
    {
      version: versionOf(data),
      mode: "workflow",
      inputs: replay?.run.inputs ?? { name },
      user: "ada",
      limits: defaultRunLimits,
      signal: new AbortController().signal,
      ...(replay === undefined ? {} : { replay }),
    },
  );
  return running.then((finished) => ({ ...finished, programs }));
}

describe("a run with code", () => {
  it("is replayed without the sandbox, its time and memory included", async () => {
    const first = await run([result]);
    expect(first.run).toMatchObject({ status: "succeeded", outputs: { out: "x" } });
    const shown = { stdout: "seen\n", elapsed_ms: 13, memory_bytes: 4096, limit: null };
    expect(first.steps[1]).toMatchObject({ inputs: { name: "Ada" }, processData: { run: shown } });
    const again = await run([], { replay: new Recording(first.run, first.journal) });
    expect(again.programs).toEqual([]);
    expect(again.run.outputs).toEqual(first.run.outputs);
    expect(again.steps[1]!.processData).toEqual(first.steps[1]!.processData);
  });

  it("writes its step down before the program can have any effect", async () => {
    const { journal } = await run([result]);
    const kinds = journal.flatMap((entry) => ("nodeId" in entry && entry.nodeId === "code" ? [entry.kind] : []));
    expect(kinds).toEqual(["started", "settled"]);
  });

  it("tries again what its author says, and stands the default in at the end", async () => {
    const failed = { ...result, stdout: "", error: "process exited with code 3\n", exitCode: 3 };
    const data: Record<string, Value> = {
      retry_config: { retry_enabled: true, max_retries: 2, retry_interval: 1 },
      error_strategy: "default-value",
      default_value: [{ key: "out", type: "string", value: "none" }],
    };
    const saved = await run([failed, failed, result], { data });
    expect(saved.programs).toHaveLength(3);
    expect(saved.run).toMatchObject({ status: "partial-succeeded", outputs: { out: "x", type: null } });
    const lost = await run([failed], { data });
    expect(lost.programs).toHaveLength(3);
    expect(lost.run).toMatchObject({
      status: "partial-succeeded",
      outputs: { out: "none", type: "CodeExecutionError" },
    });
  });
});
