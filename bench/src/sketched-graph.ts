/** The graph of an app file: what ours and other engines read alike. */
export type SketchedGraph = { nodes: SketchedNode[]; edges: object[] };
export type SketchedNode = { id: string; data: object };

/** `from>to`, or `from:handle>to` for an edge that leaves by a handle. */
export function sketchGraph(nodes: SketchedNode[], edges: readonly string[]): SketchedGraph {
  return { nodes, edges: edges.map(edge) };
}

function edge(sketch: string): object {
  const [from, target] = sketch.split(">") as [string, string];
  const [source, sourceHandle = "source"] = from.split(":");
  return { source, sourceHandle, target, targetHandle: "target" };
}

export function startNode(variable: string, type: string): SketchedNode {
  return { id: "start", data: { type: "start", title: "Start", variables: [{ variable, label: variable, type }] } };
}

/** A template over one variable. */
export function templateNode(
  id: string,
  template: string,
  [variable, value_selector]: [string, string[]],
  more: object = {},
): SketchedNode {
  const variables = [{ variable, value_selector }];
  return { id, data: { type: "template-transform", title: id, template, variables, ...more } };
}

export function endNode(selectors: string[][]): SketchedNode {
  const outputs = selectors.map((value_selector, place) => ({ variable: `o${place}`, value_selector }));
  return { id: "end", data: { type: "end", title: "End", outputs } };
}
