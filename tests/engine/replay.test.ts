import { createIdSource, silentLogger } from "@diwan/kernel";
import { nodeRegistry } from "@diwan/nodes";
import { defaultRunLimits, Recording, runOnce } from "@diwan/runs";
import { compileGraph, readAppFile } from "@diwan/workflow";
import { expect, it } from "vitest";
import { appText, end, start, text } from "../support/app-text.ts";

const { file } = readAppFile(
  appText(
    "workflow",
    [
      start([text("name", { max_length: 3, default: "nobody" })]),
      end("end", { name: ["start", "name"], at: ["sys", "timestamp"], run: ["sys", "workflow_run_id"] }),
    ],
    ["start>end"],
  ),
);
const { graph } = compileGraph(file!.workflow!, nodeRegistry);
const version = { graph: graph!, root: graph!.roots[0]!, document: file!.workflow! };

const onceAt = (now: number, rest: Partial<Parameters<typeof runOnce>[1]> = {}) =>
  runOnce(
    { clock: { now: () => now }, ids: createIdSource(), logger: silentLogger, ports: () => ({}) as never },
    {
      version,
      mode: "workflow",
      inputs: {},
      user: "ada",
      limits: defaultRunLimits,
      signal: new AbortController().signal,
      ...rest,
    },
  );

it("a run that repeats a recorded one has its id, clock, seed and inputs for its steps, and an id of its own", async () => {
  const recorded = await onceAt(Date.UTC(2026, 0, 1));
  const replay = new Recording(recorded.run, recorded.journal);
  const repeated = await onceAt(Date.UTC(2027, 0, 1), { replay, inputs: recorded.run.inputs });
  expect(repeated.run).toMatchObject({
    status: "succeeded",
    outputs: recorded.run.outputs,
    repeats: { kind: "replay", of: recorded.run.id },
  });
  expect(repeated.run.id).not.toBe(recorded.run.id);
  expect(repeated.journal[0]).toEqual(recorded.journal[0]);
  expect(repeated.steps.map(({ stepId }) => stepId)).toEqual(recorded.steps.map(({ stepId }) => stepId));

  const other = await onceAt(Date.UTC(2027, 0, 1), { replay, inputs: { name: "Sam" } });
  expect(other.run.outputs).toEqual({ ...recorded.run.outputs, name: "Sam" });
});

it("a recording of a run that never began repeats nothing", async () => {
  const { run } = await onceAt(0);
  const refused = onceAt(0, { replay: new Recording(run, []) });
  await expect(refused).rejects.toMatchObject({ code: "run.not-replayable" });
});
