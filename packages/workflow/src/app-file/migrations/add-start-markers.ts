import { isObject, type ObjectValue, type Value } from "../../values/index.ts";

const markerOf: Record<string, { type: string; canvasType: string; flag: string }> = {
  iteration: { type: "iteration-start", canvasType: "custom-iteration-start", flag: "isInIteration" },
  loop: { type: "loop-start", canvasType: "custom-loop-start", flag: "isInLoop" },
};

/**
 * Containers of the first files begin at an ordinary step. Each gets a marker to begin at, and an edge from it to that
 * step.
 */
export function addStartMarkers(nodes: readonly Value[], edges: readonly Value[]): { nodes: Value[]; edges: Value[] } {
  const newNodes: Value[] = [];
  const newEdges: Value[] = [];
  const typeById = new Map(
    nodes.flatMap((node) =>
      isObject(node) && isObject(node["data"]) ? [[node["id"], node["data"]["type"]] as const] : [],
    ),
  );
  const migrated = nodes.map((node) => {
    const container = isObject(node) && isObject(node["data"]) ? markerOf[String(node["data"]["type"])] : undefined;
    if (container === undefined) return node;
    const { id, data } = node as ObjectValue & { data: ObjectValue };
    const first = data["start_node_id"];
    if (typeof first === "string" && typeById.get(first) === container.type) return node;
    const markerId = freeId(`${String(id)}start`, typeById);
    newNodes.push(marker(markerId, String(id), container));
    if (typeof first === "string" && typeById.has(first))
      newEdges.push(markerEdge(markerId, first, String(id), container, String(typeById.get(first))));
    return { ...(node as ObjectValue), data: { ...data, start_node_id: markerId } };
  });
  return { nodes: [...migrated, ...newNodes], edges: [...edges, ...newEdges] };
}

function freeId(wanted: string, taken: ReadonlyMap<unknown, unknown>): string {
  let id = wanted;
  for (let place = 0; taken.has(id); place += 1) id = `${wanted}${place}`;
  return id;
}

function marker(id: string, containerId: string, { type, canvasType, flag }: (typeof markerOf)[string]): Value {
  return {
    id,
    type: canvasType,
    parentId: containerId,
    data: { type, title: "", desc: "", [flag]: true },
    position: { x: 24, y: 68 },
    draggable: false,
    selectable: false,
    zIndex: 1002,
  };
}

function markerEdge(
  source: string,
  target: string,
  containerId: string,
  container: (typeof markerOf)[string],
  targetType: string,
): Value {
  const membership: ObjectValue =
    container.flag === "isInIteration"
      ? { isInIteration: true, iteration_id: containerId }
      : { isInLoop: true, loop_id: containerId };
  return {
    id: `${source}-source-${target}-target`,
    source,
    sourceHandle: "source",
    target,
    targetHandle: "target",
    type: "custom",
    zIndex: 1002,
    data: { sourceType: container.type, targetType, ...membership },
  };
}
