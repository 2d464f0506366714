import { describe, expect, it } from "vitest";
import { toFlow } from "./flow.ts";
import { noteText, readGraph } from "./graph.ts";
import { layOut } from "./lay-out.ts";
import { outline } from "./outline.ts";

const node = (id: string, data: Record<string, unknown>, outer: Record<string, unknown> = {}) => ({
  id,
  type: "custom",
  data,
  ...outer,
});
const edge = (source: string, target: string, sourceHandle?: string) => ({ source, target, sourceHandle });
const app = (nodes: Record<string, unknown>[], edges: Record<string, unknown>[]) => ({
  graph: { nodes, edges, viewport: null },
  steps: nodes.map((item) => ({ node_id: String(item["id"]), type: "", title: "", support: "ready" as const })),
});

const branching = app(
  [
    node("start", { type: "start", title: "Start", variables: [{ variable: "q", type: "text-input" }] }),
    node("check", { type: "if-else", title: "Check", cases: [{ case_id: "yes", conditions: [] }] }),
    node("each", { type: "iteration", title: "Each" }),
    node("mark", { type: "iteration-start" }, { parentId: "each" }),
    node("inner", { type: "llm", title: "Inner", iteration_id: "each" }),
    node("end", { type: "end", title: "End" }),
  ],
  [
    edge("start", "check"),
    edge("check", "each", "yes"),
    edge("check", "end", "false"),
    edge("each", "end"),
    edge("mark", "inner"),
  ],
);

describe("reading the canvas of an app file", () => {
  it("knows containers and what is inside them, by parent or by the engine's own key", () => {
    const { steps } = readGraph(branching);
    expect(steps.map((step) => [step.id, step.view, step.parent])).toEqual([
      ["start", "step", null],
      ["check", "step", null],
      ["each", "container", null],
      ["mark", "marker", "each"],
      ["inner", "step", "each"],
      ["end", "step", null],
    ]);
  });

  it("puts a container's start marker and the steps of a nested container where the engine runs them", () => {
    const { steps } = readGraph(
      app(
        [
          node("each", { type: "iteration", start_node_id: "mark" }),
          node("mark", { type: "iteration-start" }),
          node("again", { type: "loop", iteration_id: "each", start_node_id: "begin" }),
          node("begin", { type: "loop-start" }),
          node("inner", { type: "llm", loop_id: "again", iteration_id: "each" }, { parentId: "again" }),
        ],
        [],
      ),
    );
    expect(steps.map((step) => [step.id, step.parent])).toEqual([
      ["each", null],
      ["mark", "each"],
      ["again", "each"],
      ["begin", "again"],
      ["inner", "again"],
    ]);
  });

  it("leaves out edges that name a missing step or a way out that is gone", () => {
    const { links } = readGraph(
      app(branching.graph.nodes, [edge("start", "nobody"), edge("check", "end", "old"), edge("start", "end")]),
    );
    expect(links.map((link) => [link.source, link.handle, link.target])).toEqual([["start", "source", "end"]]);
  });

  it("takes a step nobody vouches for as unknown", () => {
    const graph = readGraph({ ...branching, steps: [] });
    expect(graph.steps[0]?.support).toBe("unknown");
  });

  it("reads a note's text out of the editor's own format, and plain text as it is", () => {
    const stored = JSON.stringify({
      root: { children: [{ type: "paragraph", children: [{ text: "Ask " }, { text: "Salma" }] }] },
    });
    expect(noteText({ text: stored })).toBe("Ask Salma");
    expect(noteText({ text: "plain" })).toBe("plain");
  });
});

describe("drawing the canvas", () => {
  it("lays steps without a position out in the direction of the flow", () => {
    const { nodes } = toFlow(readGraph(branching), false, layOut);
    const at = Object.fromEntries(nodes.map((item) => [item.id, item.position.x]));
    expect(at["start"]).toBeLessThan(at["check"] ?? 0);
    expect(at["check"]).toBeLessThan(at["each"] ?? 0);
    expect(at["each"]).toBeLessThan(at["end"] ?? 0);
  });

  it("keeps the positions of the file, and mirrors them right to left by one rule", () => {
    const placed = app(
      [
        node("box", { type: "loop" }, { position: { x: 100, y: 50 }, width: 600, height: 200 }),
        node("inner", { type: "code", loop_id: "box" }, { position: { x: 40, y: 80 } }),
      ],
      [],
    );
    const positions = (rightToLeft: boolean) =>
      toFlow(readGraph(placed), rightToLeft).nodes.map((item) => item.position);
    expect(positions(false)).toEqual([
      { x: 100, y: 50 },
      { x: 40, y: 80 },
    ]);
    expect(positions(true)).toEqual([
      { x: -100, y: 50 },
      { x: 560, y: 80 },
    ]);
  });

  it("draws what is inside a box above the box, at every depth, and links between the two", () => {
    const nested = readGraph(
      app(
        [
          node("outer", { type: "iteration" }),
          node("box", { type: "loop", iteration_id: "outer" }),
          node("a", { type: "llm", loop_id: "box" }),
          node("b", { type: "llm", loop_id: "box" }),
        ],
        [edge("a", "b")],
      ),
    );
    const { nodes, edges } = toFlow(nested, false, layOut);
    const layers = Object.fromEntries(nodes.map((item) => [item.id, item.zIndex ?? 0]));
    expect(layers["box"]).toBeGreaterThan(layers["outer"] ?? 0);
    expect(edges[0]?.zIndex).toBeGreaterThan(layers["box"] ?? 0);
    expect(layers["a"]).toBeGreaterThanOrEqual(edges[0]?.zIndex ?? 0);
  });

  it("gives a container without a size room for what is inside", () => {
    const { nodes } = toFlow(readGraph(branching), false, layOut);
    const box = nodes.find((item) => item.id === "each");
    const inner = nodes.find((item) => item.id === "inner");
    expect(box?.width).toBeGreaterThan((inner?.position.x ?? 0) + (inner?.data.width ?? 0));
  });
});

it("lists the steps in the order they can run, the inside of a container right after it", () => {
  expect(outline(readGraph(branching)).map(({ step, depth }) => `${"  ".repeat(depth)}${step.id}`)).toEqual([
    "start",
    "check",
    "each",
    "  inner",
    "end",
  ]);
});
