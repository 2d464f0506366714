import type { RunStep } from "@diwan/contracts";
import { expect, it } from "vitest";
import { executionsOf } from "./executions.ts";
import { frameText } from "./frames.ts";

const ran = (id: string, frame: RunStep["frame"], attempt = 1) => ({ id, node_id: "sum", frame, attempt }) as RunStep;

it("lists the times that a step ran by their rounds, each with its tries", () => {
  const steps = [
    ran("c", [["each", 10]]),
    ran("a", [["each", 1]]),
    ran("b", [["each", 2]]),
    ran("a", [["each", 1]], 2),
    { ...ran("x", []), node_id: "other" },
  ];
  const executions = executionsOf(steps, "sum");
  expect(executions.map(({ frame, tries }) => [frameText(frame), tries.length])).toEqual([
    ["r2", 2],
    ["r3", 1],
    ["r11", 1],
  ]);
});

it("names a place in nested rounds as the address does", () => {
  expect(frameText([])).toBeUndefined();
  expect(
    frameText([
      ["outer", 1],
      ["inner", 0],
    ]),
  ).toBe("r2.1");
});
