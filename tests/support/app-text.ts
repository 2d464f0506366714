/** A node of an app file in one line: its id, type and whatever else it needs. */
export type NodeSketch = { id: string; type: string } & Record<string, unknown>;

/** `from>to`, or `from:handle>to` for an edge that leaves by a handle. */
export type EdgeSketch = string;

/** The text of an app file with these steps; JSON is YAML too. */
export function appText(
  mode: "workflow" | "advanced-chat",
  nodes: readonly NodeSketch[],
  edges: readonly EdgeSketch[],
  rest: Record<string, unknown> = {},
): string {
  return JSON.stringify({
    version: "0.6.0",
    kind: "app",
    app: { name: "Sketch", mode },
    workflow: {
      graph: {
        nodes: nodes.map(({ id, ...data }) => ({ id, type: "custom", data: { title: id, ...data } })),
        edges: edges.map(edge),
      },
      ...rest,
    },
  });
}

function edge(sketch: EdgeSketch): object {
  const [from, target] = sketch.split(">") as [string, string];
  const [source, sourceHandle = "source"] = from.split(":");
  return { source, sourceHandle, target, targetHandle: "target" };
}

/** A model step with one prompt. */
export function llm(id: string, prompt: string, rest: Record<string, unknown> = {}): NodeSketch {
  return {
    id,
    type: "llm",
    model: { provider: "openai", name: "scripted", mode: "chat", completion_params: {} },
    prompt_template: [{ role: "user", text: prompt }],
    context: { enabled: false, variable_selector: [] },
    vision: { enabled: false },
    ...rest,
  };
}

export function template(
  id: string,
  source: string,
  variables: Record<string, string[]> = {},
  rest: object = {},
): NodeSketch {
  const listed = Object.entries(variables).map(([variable, value_selector]) => ({ variable, value_selector }));
  return { id, type: "template-transform", template: source, variables: listed, ...rest };
}

export function end(id: string, outputs: Record<string, string[]>): NodeSketch {
  const listed = Object.entries(outputs).map(([variable, value_selector]) => ({ variable, value_selector }));
  return { id, type: "end", outputs: listed };
}

/** An if-else with one case, `yes`. */
export function ifElse(id: string, selector: string[], operator: string, value: unknown): NodeSketch {
  const condition = { variable_selector: selector, comparison_operator: operator, value };
  return { id, type: "if-else", cases: [{ case_id: "yes", logical_operator: "and", conditions: [condition] }] };
}

export function start(variables: object[] = []): NodeSketch {
  return { id: "start", type: "start", variables };
}

/** A line of text in the start step's form. */
export function text(variable: string, rest: object = {}): object {
  return { variable, label: variable, type: "text-input", ...rest };
}

/** Steps inside a container, with the marker where its rounds begin; `id` is `<container>start`. */
export function iteration(
  id: string,
  over: string[],
  output: string[],
  inner: readonly NodeSketch[],
  rest: object = {},
): NodeSketch[] {
  const container = {
    id,
    type: "iteration",
    iterator_selector: over,
    output_selector: output,
    start_node_id: `${id}start`,
  };
  const marker = { id: `${id}start`, type: "iteration-start", isInIteration: true };
  return [
    { ...container, ...rest },
    marker,
    ...inner.map((node) => ({ iteration_id: id, isInIteration: true, ...node })),
  ];
}

export function loop(id: string, count: number, inner: readonly NodeSketch[], rest: object = {}): NodeSketch[] {
  const container = {
    id,
    type: "loop",
    loop_count: count,
    start_node_id: `${id}start`,
    logical_operator: "and",
    break_conditions: [],
    loop_variables: [],
  };
  const marker = { id: `${id}start`, type: "loop-start", isInLoop: true };
  return [{ ...container, ...rest }, marker, ...inner.map((node) => ({ loop_id: id, isInLoop: true, ...node }))];
}
