import type { NodeDefinition, NodeKind } from "../node-definition.ts";
import type { Value } from "../values/index.ts";
import type { TemplateSegment } from "../variables/text-template.ts";

/** What becomes of a failed step: the run fails, another branch is taken, or set values stand in. */
export type ErrorStrategy =
  | { type: "none" }
  | { type: "fail-branch" }
  | { type: "default-value"; outputs: Record<string, Value> };

export type RetryPolicy = { maxRetries: number; intervalMs: number };

export type GraphNode = {
  /** Place in `Graph.nodes`. */
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
  /** Switched off by its author: counts as succeeded without outputs. */
  disabled: boolean;
  /** The container it runs inside, null for the outer graph. */
  containerId: string | null;
  /** Of response nodes. */
  template: TemplateSegment[];
  incoming: GraphEdge[];
  outgoing: GraphEdge[];
};

export type GraphEdge = {
  /** Place in `Graph.edges`: file order, which decides the order of starting. */
  index: number;
  source: GraphNode;
  target: GraphNode;
  handle: string;
};

/** A workflow ready to run: all nodes parsed and wired. Shared by all runs of a version; never changed. */
export type Graph = {
  nodes: GraphNode[];
  edges: GraphEdge[];
  byId: ReadonlyMap<string, GraphNode>;
  roots: GraphNode[];
};
