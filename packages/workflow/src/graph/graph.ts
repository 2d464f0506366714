import type { NodeDefinition, NodeKind } from "../node-definition.ts";
import type { Value } from "../values/index.ts";
import type { TemplateSegment } from "../variables/text-template.ts";

/** What becomes of a failed step: the run fails, another branch is taken, or set values stand in. */
export type ErrorStrategy =
  | { type: "none" }
  | { type: "fail-branch" }
  | { type: "default-value"; outputs: Record<string, Value> };

/** Waits `intervalMs` before the first retry, and `growth` times as long before each further one. */
export type RetryPolicy = { maxRetries: number; intervalMs: number; growth: number };

export type GraphNode = {
  /** Place in `Graph.nodes` of its own graph. */
  index: number;
  id: string;
  type: string;
  title: string;
  kind: NodeKind;
  data: Record<string, Value>;
  definition: NodeDefinition<never>;
  settings: unknown;
  /** A branch by kind, or by its `fail-branch`: exactly one handle is taken. */
  chooses: boolean;
  errorStrategy: ErrorStrategy;
  retry: RetryPolicy;
  /** After which one attempt is aborted; null for as long as the run may take. */
  timeoutMs: number | null;
  /** An attempt that began and whose end nobody saw is not made again. */
  atMostOnce: boolean;
  /** Switched off by its author: counts as succeeded without outputs. */
  disabled: boolean;
  /** The container it runs inside, null for the outer graph. */
  containerId: string | null;
  /** Of containers: what runs in each of their rounds. */
  inner: InnerGraph | undefined;
  /** Of response nodes. */
  template: TemplateSegment[];
  incoming: GraphEdge[];
  outgoing: GraphEdge[];
};

export type GraphEdge = {
  /** Place in `Graph.edges` of its own graph: file order, which decides the order of starting. */
  index: number;
  source: GraphNode;
  target: GraphNode;
  handle: string;
};

/**
 * A workflow ready to run, or the part of it that runs inside one container: all nodes parsed and wired. Shared by all
 * runs of a version; never changed.
 */
export type Graph = {
  nodes: GraphNode[];
  edges: GraphEdge[];
  /** The nodes of this graph. */
  byId: ReadonlyMap<string, GraphNode>;
  roots: GraphNode[];
};

export type InnerGraph = {
  graph: Graph;
  /** Where a round begins; it is no step itself. */
  marker: GraphNode;
  /** Ids of all nodes inside, those of nested containers included. */
  nodeIds: string[];
  /** Rounds that the container may go through. */
  maxRounds: number;
};
