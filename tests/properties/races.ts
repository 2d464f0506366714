import type { EdgeSketch, NodeSketch } from "../support/app-text.ts";

export type Sketch = { nodes: readonly NodeSketch[]; edges: readonly EdgeSketch[] };

/** A use of the variables under one key: `conversation.count`, or the id of the step that gives them. */
type Access = { nodeId: string; key: string; writes: boolean };

/**
 * Two steps whose order nothing settles although one writes what the other uses: the result of such an app depends on
 * which of them comes first. Looks at the file alone, so it may see a race where a branch would rule it out.
 */
export function findRace({ nodes, edges }: Sketch): string | undefined {
  const graph = new Ancestry(nodes, edges);
  const accesses = nodes.flatMap((node) => accessesOf(node, graph));
  const byKey = Map.groupBy(accesses, ({ key }) => key);
  for (const [key, group] of byKey) {
    const writers = group.filter(({ writes }) => writes);
    for (const writer of writers) {
      for (const other of group) {
        const text = `${key}: ${writer.nodeId} and ${other.nodeId}`;
        if (!graph.areOrdered(writer.nodeId, other.nodeId)) return text;
        if (isAcrossRounds(graph, key, writer, other)) return `${text}, in rounds at the same time`;
      }
    }
    for (const reader of group) {
      if (reader.writes || !isResponse(graph.node(reader.nodeId))) continue;
      for (const writer of writers) {
        if (writer.nodeId === reader.nodeId) continue;
        // What a reply names is looked for from the moment the reply may begin, so it has to be there by then.
        const isMutable = key.includes(".") || graph.isContainer(key) || graph.containerOf(writer.nodeId) !== undefined;
        if (graph.containerOf(key) !== graph.containerOf(reader.nodeId) && graph.has(key))
          return `${key}: inside of another graph`;
        if (isMutable && !graph.dominates(writer.nodeId, reader.nodeId))
          return `${key}: ${reader.nodeId} may begin early`;
        if (!isMutable && !graph.isBefore(writer.nodeId, reader.nodeId)) return `${key}: ${reader.nodeId} waits`;
      }
    }
  }
  return undefined;
}

/** Rounds of a parallel iteration that share what they write with what they read. */
function isAcrossRounds(graph: Ancestry, key: string, writer: Access, other: Access): boolean {
  if (!key.startsWith("conversation.")) return false;
  const shared = graph.chainOf(writer.nodeId).filter((id) => graph.chainOf(other.nodeId).includes(id));
  const parallel = shared.map((id) => graph.node(id)!).filter((node) => node["is_parallel"] === true);
  // Of several writes the last item's stays, unless it is not known which rounds begin at all.
  return parallel.some((node) => !other.writes || node["error_handle_mode"] === "terminated");
}

function accessesOf(node: NodeSketch, graph: Ancestry): Access[] {
  const accesses: Access[] = [{ nodeId: node.id, key: node.id, writes: true }];
  const use = (selector: unknown, writes: boolean) => {
    if (!Array.isArray(selector) || selector.length < 2) return;
    const [first, second] = selector as string[];
    const isShared = first === "conversation" || (graph.isLoop(first!) && writes);
    accesses.push({
      nodeId: node.id,
      key: first === "conversation" ? `${first}.${second}` : first!,
      writes: writes && isShared,
    });
  };
  for (const { value_selector } of listed(node["variables"])) use(value_selector, false);
  for (const selector of selectors(node["variables"])) use(selector, false);
  const advanced = node["advanced_settings"] as { groups?: { variables: unknown }[] } | undefined;
  for (const group of advanced?.groups ?? []) for (const selector of selectors(group.variables)) use(selector, false);
  for (const { value_selector } of listed(node["outputs"])) use(value_selector, false);
  for (const one of listed(node["cases"]))
    for (const { variable_selector } of listed(one["conditions"])) use(variable_selector, false);
  for (const { variable_selector } of listed(node["break_conditions"])) use(variable_selector, false);
  for (const { value, value_type } of listed(node["loop_variables"])) if (value_type === "variable") use(value, false);
  for (const key of ["variable", "iterator_selector", "output_selector"]) use(node[key], false);
  for (const { variable_selector, value, input_type, operation } of listed(node["items"])) {
    use(variable_selector, true);
    if (!["over-write", "set", "clear"].includes(String(operation))) use(variable_selector, false);
    if (input_type === "variable") use(value, false);
  }
  for (const match of String(node["answer"] ?? "").matchAll(/\{\{#([\w.]+)#\}\}/g)) use(match[1]!.split("."), false);
  return accesses;
}

/** Which steps are before which, and inside of which. */
class Ancestry {
  readonly #nodes: Map<string, NodeSketch>;
  readonly #parents: Map<string, string[]>;
  readonly #before = new Map<string, Set<string>>();

  constructor(nodes: readonly NodeSketch[], edges: readonly EdgeSketch[]) {
    this.#nodes = new Map(nodes.map((node) => [node.id, node]));
    this.#parents = new Map(nodes.map((node) => [node.id, []]));
    for (const edge of edges) {
      const [from, target] = edge.split(">") as [string, string];
      this.#parents.get(target)?.push(from.split(":")[0]!);
    }
  }

  has(id: string): boolean {
    return this.#nodes.has(id);
  }

  node(id: string): NodeSketch | undefined {
    return this.#nodes.get(id);
  }

  isContainer(id: string): boolean {
    return this.isLoop(id) || this.node(id)?.type === "iteration";
  }

  isLoop(id: string): boolean {
    return this.node(id)?.type === "loop";
  }

  containerOf(id: string): string | undefined {
    const node = this.node(id);
    return (node?.["iteration_id"] ?? node?.["loop_id"]) as string | undefined;
  }

  /** The containers around a step, from the inside out. */
  chainOf(id: string): string[] {
    const container = this.containerOf(id);
    return container === undefined ? [] : [container, ...this.chainOf(container)];
  }

  /** Whether it is settled which of the two comes first, or one is the other's container. */
  areOrdered(one: string, other: string): boolean {
    const [a, b] = this.#lifted(one, other);
    return a === b || this.#allBefore(a).has(b) || this.#allBefore(b).has(a);
  }

  isBefore(one: string, other: string): boolean {
    const [a, b] = this.#lifted(one, other);
    return this.#allBefore(b).has(a);
  }

  /** Whether every way to `other` leads through `one`. */
  dominates(one: string, other: string): boolean {
    const [a, b] = this.#lifted(one, other);
    const seen = new Set<string>([a]);
    const waiting = [b];
    for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
      if (seen.has(id)) continue;
      seen.add(id);
      if (this.#parents.get(id)!.length === 0) return false;
      waiting.push(...this.#parents.get(id)!);
    }
    return a !== b;
  }

  /** The two, or the containers around them that stand in one graph. */
  #lifted(one: string, other: string): [string, string] {
    const [ones, others] = [
      [one, ...this.chainOf(one)],
      [other, ...this.chainOf(other)],
    ];
    for (const a of ones) {
      for (const b of others) if (this.containerOf(a) === this.containerOf(b)) return [a, b];
    }
    throw new Error(`${one} and ${other} have no graph in common.`);
  }

  #allBefore(id: string): Set<string> {
    const known = this.#before.get(id);
    if (known !== undefined) return known;
    const found = new Set<string>();
    for (const parent of this.#parents.get(id)!) {
      found.add(parent);
      for (const earlier of this.#allBefore(parent)) found.add(earlier);
    }
    this.#before.set(id, found);
    return found;
  }
}

function isResponse(node: NodeSketch | undefined): boolean {
  return node?.type === "answer" || node?.type === "end";
}

function listed(value: unknown): Record<string, unknown>[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === "object" && !Array.isArray(one)) : [];
}

/** A list of selectors, as aggregators hold it. */
function selectors(value: unknown): unknown[] {
  return Array.isArray(value) ? value.filter((one) => Array.isArray(one)) : [];
}
