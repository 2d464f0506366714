import type { AppDetail, GraphStep } from "@diwan/contracts";
import { isRecord, type JsonRecord, numberAt, recordAt, recordsAt, stringAt } from "./json.ts";
import { portsOf } from "./ports.ts";

type StepView = "step" | "container" | "marker" | "note";
export type Point = { x: number; y: number };

export type Step = {
  id: string;
  type: string;
  title: string;
  view: StepView;
  support: GraphStep["support"];
  /** Inline-start corner, as in the file: relative to the parent inside a container. Null where the file has none. */
  at: Point | null;
  /** As in the file; null where it has none. */
  size: { width: number; height: number } | null;
  parent: string | null;
  data: JsonRecord;
};

type Link = { id: string; source: string; target: string; handle: string };
export type Graph = { steps: Step[]; links: Link[] };

const containers: ReadonlySet<string> = new Set(["iteration", "loop"]);
const markers: ReadonlySet<string> = new Set(["iteration-start", "loop-start"]);

/** Reads the canvas of an app file; a node or edge without the little it needs is left out. */
export function readGraph(app: Pick<AppDetail, "graph" | "steps">): Graph {
  const known = new Map(app.steps.map((step) => [step.node_id, step]));
  const nodes = app.graph.nodes.filter((node) => typeof node["id"] === "string");
  const ids = new Set(nodes.map((node) => String(node["id"])));
  const steps = withMarkers(nodes.map((node) => readStep(node, known, ids)));
  const links = app.graph.edges.flatMap((edge, index): Link[] => {
    const [source, target] = [stringAt(edge, "source"), stringAt(edge, "target")];
    if (!ids.has(source) || !ids.has(target)) return [];
    return [{ id: `link-${index}`, source, target, handle: stringAt(edge, "sourceHandle") || "source" }];
  });
  return { steps, links: links.filter((link) => leavesByOpenPort(link, steps)) };
}

/** An edge from a port that the step no longer has cannot be drawn. */
function leavesByOpenPort(link: Link, steps: Step[]): boolean {
  const source = steps.find((step) => step.id === link.source);
  return source !== undefined && portsOf(source).includes(link.handle);
}

function readStep(node: JsonRecord, known: Map<string, GraphStep>, ids: Set<string>): Step {
  const id = String(node["id"]);
  const data = recordAt(node, "data");
  const type = stringAt(data, "type");
  const isNote = stringAt(node, "type") === "custom-note";
  const position = node["position"];
  const width = numberAt(node, "width") ?? numberAt(data, "width");
  const height = numberAt(node, "height") ?? numberAt(data, "height");
  const outer = stringAt(node, "parentId");
  // The engine goes by the step's own words, and by the canvas only where these name two containers.
  const named = [stringAt(data, "iteration_id"), stringAt(data, "loop_id")].filter((one) => ids.has(one) && one !== id);
  const parent = named.find((one) => one === outer) ?? named[0] ?? outer;
  return {
    id,
    type,
    title: stringAt(data, "title"),
    view: isNote ? "note" : containers.has(type) ? "container" : markers.has(type) ? "marker" : "step",
    support: known.get(id)?.support ?? (isNote ? "ready" : "unknown"),
    at: isRecord(position) ? { x: numberAt(position, "x") ?? 0, y: numberAt(position, "y") ?? 0 } : null,
    size: width === null || height === null ? null : { width, height },
    parent: ids.has(parent) && parent !== id ? parent : null,
    data,
  };
}

/** Where a container's rounds begin is said by the container; its marker is inside it, whatever the marker says. */
function withMarkers(steps: Step[]): Step[] {
  const containerOf = new Map<string, string>();
  for (const step of steps) {
    const marker = stringAt(step.data, "start_node_id");
    if (step.view === "container" && marker !== "") containerOf.set(marker, step.id);
  }
  return steps.map((step) =>
    step.view === "marker" && containerOf.has(step.id) ? { ...step, parent: containerOf.get(step.id) ?? null } : step,
  );
}

/** The plain text of a canvas note, whose file form is an editor's JSON. */
export function noteText(data: JsonRecord): string {
  const text = stringAt(data, "text");
  try {
    return textOf(JSON.parse(text)).trim();
  } catch {
    return text;
  }
}

function textOf(node: unknown): string {
  if (!isRecord(node)) return "";
  if (typeof node["text"] === "string") return node["text"];
  if (isRecord(node["root"])) return textOf(node["root"]);
  const children = recordsAt(node, "children").map(textOf).join("");
  return node["type"] === "paragraph" || node["type"] === "heading" ? `${children}\n` : children;
}
