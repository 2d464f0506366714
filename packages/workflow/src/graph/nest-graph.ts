import type { ProblemAt } from "../problem.ts";
import type { Value } from "../values/index.ts";
import type { Graph, GraphEdge, GraphNode } from "./graph.ts";
import type { GraphLimits } from "./graph-limits.ts";
import type { WorkflowDocument } from "./workflow-document.ts";

/**
 * Sorts compiled nodes and the document's edges into the outer graph and one graph for each container. Which container a
 * node runs in is said by its `iteration_id` or `loop_id`; a container's start marker is known by the container.
 */
export function nestGraph(
  document: WorkflowDocument,
  nodes: readonly GraphNode[],
  problems: ProblemAt[],
  limits: GraphLimits,
): Graph {
  const { maxContainerDepth: maxDepth } = limits;
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const parentIds = new Map(document.graph.nodes.map(({ id, parentId }) => [id, parentId]));
  for (const node of nodes) node.containerId = containerOf(node, parentIds.get(node.id), byId);
  const markers = new Map<string, GraphNode>();
  for (const node of nodes) {
    if (node.kind !== "container" || node.disabled) continue;
    const marker = byId.get(String(node.data["start_node_id"]));
    if (marker === undefined) {
      problems.push(
        containerProblem(node, { code: "app.container-without-start", what: "has no step to begin its rounds at" }),
      );
      continue;
    }
    marker.containerId = node.id;
    markers.set(node.id, marker);
  }
  const lost = nodes.find((node) => depthOf(node, byId, maxDepth) > maxDepth);
  if (lost !== undefined) {
    const what = `lies in containers that contain each other, or more than ${maxDepth} deep, the limit DIWAN_CONTAINER_MAX_DEPTH`;
    problems.push(containerProblem(lost, { code: "app.containers-too-deep", what }));
    return emptyGraph();
  }
  return wireLevels(document, nodes, byId, markers, problems, limits.maxContainerRounds);
}

function wireLevels(
  document: WorkflowDocument,
  nodes: readonly GraphNode[],
  byId: ReadonlyMap<string, GraphNode>,
  markers: ReadonlyMap<string, GraphNode>,
  problems: ProblemAt[],
  maxRounds: number,
): Graph {
  const levels = new Map<string | null, Level>();
  const levelOf = (containerId: string | null): Level => {
    let level = levels.get(containerId);
    if (level === undefined) {
      level = { nodes: [], edges: [], byId: new Map(), roots: [] };
      levels.set(containerId, level);
    }
    return level;
  };
  for (const node of nodes) {
    const level = levelOf(node.containerId);
    node.index = level.nodes.length;
    level.nodes.push(node);
    level.byId.set(node.id, node);
    if (node.kind === "root") level.roots.push(node);
  }
  document.graph.edges.forEach(({ source, target, sourceHandle }, place) => {
    const from = byId.get(source);
    const to = byId.get(target);
    if (from === undefined || to === undefined) return;
    if (from.containerId !== to.containerId) {
      problems.push(edgeAcross(from, to, place));
      return;
    }
    const level = levelOf(from.containerId);
    // `success-branch` is an old spelling of the ordinary handle.
    const handle = sourceHandle === "success-branch" ? "source" : sourceHandle;
    const edge: GraphEdge = { index: level.edges.length, source: from, target: to, handle };
    level.edges.push(edge);
    from.outgoing.push(edge);
    to.incoming.push(edge);
  });
  for (const [containerId, marker] of markers) {
    const graph = levelOf(containerId);
    byId.get(containerId)!.inner = { graph, marker, nodeIds: idsInside(containerId, nodes, byId), maxRounds };
  }
  return levelOf(null);
}

type Level = Graph & { byId: Map<string, GraphNode> };

function emptyGraph(): Graph {
  return { nodes: [], edges: [], byId: new Map(), roots: [] };
}

/** Where a file names both kinds, the canvas' own nesting decides. */
function containerOf(
  { id, data }: GraphNode,
  parentId: string | undefined,
  byId: ReadonlyMap<string, GraphNode>,
): string | null {
  const named = [data["iteration_id"], data["loop_id"]].filter(
    (value): value is string => isText(value) && value !== id && byId.get(value)?.kind === "container",
  );
  return named.find((one) => one === parentId) ?? named[0] ?? null;
}

function isText(value: Value | undefined): value is string {
  return typeof value === "string" && value !== "";
}

/** Not counted beyond the most: containers may contain each other. */
function depthOf(node: GraphNode, byId: ReadonlyMap<string, GraphNode>, maxDepth: number): number {
  let depth = 0;
  for (let at: GraphNode | undefined = node; at?.containerId != null && depth <= maxDepth; depth += 1) {
    at = byId.get(at.containerId);
  }
  return depth;
}

function idsInside(containerId: string, nodes: readonly GraphNode[], byId: ReadonlyMap<string, GraphNode>): string[] {
  const isInside = (node: GraphNode): boolean => {
    for (let at: GraphNode | undefined = node; at?.containerId != null; at = byId.get(at.containerId)) {
      if (at.containerId === containerId) return true;
    }
    return false;
  };
  return nodes.filter(isInside).map(({ id }) => id);
}

function containerProblem(node: GraphNode, { code, what }: { code: string; what: string }): ProblemAt {
  const message = `Step "${node.title || node.id}" ${what}. Open the app in the builder, or set its start_node_id and the iteration_id or loop_id of the steps inside.`;
  return { severity: "error", code, path: "workflow.graph.nodes", nodeId: node.id, message };
}

function edgeAcross(from: GraphNode, to: GraphNode, place: number): ProblemAt {
  return {
    severity: "warning",
    code: "app.edge-across-containers",
    path: `workflow.graph.edges[${place}]`,
    nodeId: from.id,
    message: `The edge from "${from.id}" to "${to.id}" crosses the border of a container, so nothing follows it. Remove it.`,
  };
}
