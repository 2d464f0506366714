import type { Value } from "@diwan/workflow";
import { appText, type EdgeSketch, type NodeSketch } from "../support/app-text.ts";
import { findRace } from "./races.ts";
import { Random } from "./random.ts";
import { type Kind, RandomSettings, type Source } from "./random-settings.ts";

/** An app that can be taken apart again, with what it is run on. */
export type RandomApp = {
  mode: "workflow" | "advanced-chat";
  nodes: NodeSketch[];
  edges: EdgeSketch[];
  conversationVariables: object[];
  inputs: Record<string, Value>;
  query: string;
};

export function textOf({ mode, nodes, edges, conversationVariables }: RandomApp): string {
  const variables = conversationVariables.length === 0 ? {} : { conversation_variables: conversationVariables };
  return appText(mode, nodes, edges, variables);
}

/**
 * A valid app whose result does not depend on which of several ready steps comes first: whoever reads or writes a
 * variable is before or behind everyone who writes it.
 */
export function randomApp(seed: number): RandomApp {
  return new AppGrower(new Random(seed)).grow();
}

type GrownStep = { id: string; parents: string[]; gives: Source[]; handles: string[] };

/** One graph under growth: the outer one, or that of a container. */
type Scope = {
  container: { id: string; type: "iteration" | "loop" } | undefined;
  depth: number;
  rootId: string;
  /** Sources from outside, and those that the container gives. */
  given: Source[];
  /** What assigners may write, beside the conversation's variables. */
  targets: Source[];
  nodes: GrownStep[];
};

class AppGrower {
  readonly #random: Random;
  readonly #settings: RandomSettings;
  readonly #app: RandomApp;
  readonly #usedNumbers = new Set<number>();
  readonly #conversation: Source[];
  #budget: number;

  constructor(random: Random) {
    this.#random = random;
    this.#settings = new RandomSettings(random);
    this.#budget = random.chance(0.6) ? random.between(3, 14) : random.between(15, 40);
    const mode = random.chance(0.5) ? "workflow" : "advanced-chat";
    const isChat = mode === "advanced-chat";
    this.#conversation = isChat
      ? [
          { selector: ["conversation", "text"], kind: "string" },
          { selector: ["conversation", "count"], kind: "number" },
          { selector: ["conversation", "notes"], kind: "list" },
        ]
      : [];
    this.#app = {
      mode,
      nodes: [],
      edges: [],
      conversationVariables: isChat
        ? [
            { id: "c1", name: "text", value_type: "string", value: "old" },
            { id: "c2", name: "count", value_type: "number", value: 1 },
            { id: "c3", name: "notes", value_type: "array[string]", value: ["first"] },
          ]
        : [],
      inputs: {
        name: random.pick(["Ada", "", "Grace Hopper"]),
        number: random.between(0, 4),
        data: {
          list: this.#list(() => random.pick(["a", "b", "cc", "", "ada"])),
          numbers: this.#list(() => random.between(0, 3)),
          nested: this.#list(() => this.#list(() => random.pick(["x", "y"]))),
        },
      },
      query: random.pick(["hi", "why", "a longer question"]),
    };
  }

  grow(): RandomApp {
    const inputs = [
      { variable: "name", label: "name", type: "text-input" },
      { variable: "number", label: "number", type: "number" },
      { variable: "data", label: "data", type: "json_object" },
    ];
    this.#app.nodes.push({ id: "start", type: "start", variables: inputs });
    const given: Source[] = [
      { selector: ["start", "name"], kind: "string" },
      { selector: ["start", "number"], kind: "number" },
      { selector: ["start", "data", "list"], kind: "list" },
      { selector: ["start", "data", "numbers"], kind: "list" },
      { selector: ["start", "data", "nested"], kind: "list" },
      { selector: ["sys", "user_id"], kind: "string" },
    ];
    if (this.#app.mode === "advanced-chat") given.push({ selector: ["sys", "query"], kind: "string" });
    const scope: Scope = { container: undefined, depth: 0, rootId: "start", given, targets: [], nodes: [] };
    this.#growGraph(scope, this.#budget);
    if (this.#random.chance(0.7)) this.#addProbe(scope);
    if (this.#random.chance(0.5)) this.#app.nodes = this.#random.shuffled(this.#app.nodes);
    if (this.#random.chance(0.5)) this.#app.edges = this.#random.shuffled(this.#app.edges);
    return this.#app;
  }

  #growGraph(scope: Scope, size: number): void {
    for (let left = size; left > 0; left -= 1) {
      const before = this.#app.nodes.length;
      this.#addStep(scope, left);
      left -= Math.max(0, this.#app.nodes.length - before - 1);
    }
  }

  /** Tries until the step races with no other; a template of its own words never does. */
  #addStep(scope: Scope, room: number): void {
    const { nodes, edges } = this.#app;
    const [nodeCount, edgeCount] = [nodes.length, edges.length];
    for (let attempt = 0; attempt < 6; attempt += 1) {
      this.#tryStep(scope, room, attempt === 5);
      if (findRace(this.#app) === undefined) return;
      nodes.length = nodeCount;
      edges.length = edgeCount;
      scope.nodes.pop();
    }
  }

  #tryStep(scope: Scope, room: number, plain: boolean): void {
    const id = this.#newId();
    const parents = this.#parents(scope);
    const reachable = this.#before(scope, parents);
    const sources = [
      ...scope.given,
      ...this.#conversation,
      ...scope.nodes.filter((node) => reachable.has(node.id)).flatMap((node) => node.gives),
    ];
    const own = {
      id,
      parents: parents.map((parent) => parent.split(":")[0]!),
      gives: [] as Source[],
      handles: ["source"],
    };
    scope.nodes.push(own);
    for (const parent of parents) this.#app.edges.push(`${parent}>${id}`);
    const type = plain ? "template" : this.#typeOfStep(scope, room);
    const step = this.#stepOf(type, id, scope, plain ? [] : sources, room, own);
    if (step.type === "if-else")
      own.handles = [...(step["cases"] as { case_id: string }[]).map((one) => one.case_id), "false"];
    if (step.type === "end" || step.type === "loop-end") own.handles = [];
    const node = { ...step, ...this.#membership(scope) };
    const place = this.#app.nodes.findIndex((one) => one.id === id);
    if (place === -1) this.#app.nodes.push(node);
    else this.#app.nodes[place] = node;
    if (step["error_strategy"] === "fail-branch") {
      own.handles = ["source", "fail-branch"];
      // What a container says about its failure is ours to choose.
      if (step.type !== "iteration" && step.type !== "loop")
        own.gives.push({ selector: [id, "error_type"], kind: "string" });
    }
  }

  #typeOfStep(scope: Scope, room: number): string {
    const inLoop = scope.container?.type === "loop";
    const canNest = scope.depth < 3 && room >= 2;
    return this.#random.weighted({
      template: 30,
      "if-else": 16,
      aggregator: 10,
      assigner: this.#conversation.length + scope.targets.length > 0 ? 14 : 0,
      list: 8,
      iteration: canNest ? 11 : 0,
      loop: canNest ? 9 : 0,
      "loop-end": inLoop ? 6 : 0,
      answer: this.#app.mode === "advanced-chat" && scope.depth === 0 ? 22 : 0,
      end: this.#app.mode === "workflow" && scope.depth === 0 ? 13 : 0,
    });
  }

  #stepOf(type: string, id: string, scope: Scope, sources: Source[], room: number, own: GrownStep): NodeSketch {
    switch (type) {
      case "if-else":
        return {
          id,
          type: "if-else",
          cases: this.#settings.cases(this.#settings.preferred(sources, scope.container?.id)),
        };
      case "aggregator":
        return this.#aggregator(id, scope, own);
      case "assigner":
        return {
          id,
          type: "assigner",
          version: "2",
          items: this.#settings.assignments([...this.#conversation, ...scope.targets], sources, scope.container?.id),
          ...this.#strategy(own, scope),
        };
      case "list":
        return this.#listOperator(id, scope, sources, own);
      case "iteration":
        return this.#iteration(id, scope, sources, room, own);
      case "loop":
        return this.#loop(id, scope, sources, room, own);
      case "loop-end":
        return { id, type: "loop-end" };
      case "answer":
        return { id, type: "answer", variables: [], answer: this.#answerText(id, scope, sources) };
      case "end": {
        const chosen = this.#settings.some(sources, 0, 3);
        const outputs = chosen.map(({ selector }, place) => ({ variable: `${id}_${place}`, value_selector: selector }));
        return { id, type: "end", outputs };
      }
      default:
        return this.#template(id, scope, sources, own);
    }
  }

  #template(id: string, scope: Scope, sources: Source[], own: GrownStep): NodeSketch {
    own.gives.push({ selector: [id, "output"], kind: "string" });
    const chosen = this.#settings.some(sources, 0, 3);
    const variables = chosen.map(({ selector }, place) => ({ variable: `v${place}`, value_selector: selector }));
    const numbers = sources.filter(({ kind }) => kind === "number");
    const rounds = numbers.filter(({ selector }) => selector[0] === scope.container?.id);
    let template = `${id}(${variables.map(({ variable }) => `{{ ${variable} }}`).join(",")})`;
    if (this.#random.chance(0.18)) {
      // Some rounds of a container fail and others do not.
      const fitting = rounds.length > 0 && this.#random.chance(0.6) ? rounds : numbers;
      if (fitting.length > 0 && this.#random.chance(0.75)) {
        variables.push({ variable: "n", value_selector: this.#random.pick(fitting).selector });
        template += `{{ 1/(n-${this.#random.between(0, 3)}) }}`;
      } else template += "{{ 1/0 }}";
    }
    const off = this.#random.chance(0.05) ? { diwan: { disabled: true } } : {};
    return { id, type: "template-transform", template, variables, ...this.#strategy(own, scope), ...off };
  }

  #aggregator(id: string, scope: Scope, own: GrownStep): NodeSketch {
    const reachable = this.#before(scope, own.parents);
    const all = scope.nodes.filter((node) => reachable.has(node.id)).flatMap((node) => node.gives);
    const kind = all.length === 0 ? "any" : this.#random.pick(all).kind;
    const variables = this.#settings
      .some(
        all.filter((one) => one.kind === kind),
        0,
        4,
      )
      .map(({ selector }) => selector);
    if (this.#random.chance(0.3)) {
      const groups = [{ group_name: "G", output_type: "any", variables }];
      own.gives.push({ selector: [id, "G", "output"], kind });
      return { id, type: "variable-aggregator", variables: [], advanced_settings: { group_enabled: true, groups } };
    }
    own.gives.push({ selector: [id, "output"], kind });
    return { id, type: "variable-aggregator", output_type: "any", variables };
  }

  #listOperator(id: string, scope: Scope, sources: Source[], own: GrownStep): NodeSketch {
    const lists = sources.filter(({ kind }) => kind === "list");
    own.gives.push({ selector: [id, "result"], kind: "list" }, { selector: [id, "first_record"], kind: "any" });
    return {
      id,
      type: "list-operator",
      variable: lists.length === 0 ? ["nowhere", "list"] : this.#random.pick(lists).selector,
      filter_by: { enabled: false, conditions: [] },
      extract_by: { enabled: this.#random.chance(0.4), serial: String(this.#random.between(1, 3)) },
      order_by: { enabled: false, key: "", value: "asc" },
      limit: { enabled: this.#random.chance(0.3), size: this.#random.between(1, 2) },
      ...this.#strategy(own, scope),
    };
  }

  #iteration(id: string, scope: Scope, sources: Source[], room: number, own: GrownStep): NodeSketch {
    const lists = sources.filter(({ kind }) => kind === "list");
    const list = lists.length === 0 ? ["nowhere", "list"] : this.#random.pick(lists).selector;
    const holds = kindOfItems(list);
    const inner: Scope = {
      container: { id, type: "iteration" },
      depth: scope.depth + 1,
      rootId: `${id}m`,
      given: [
        ...sources.filter(({ selector }) => selector[0] !== "conversation"),
        { selector: [id, "item"], kind: holds },
        { selector: [id, "index"], kind: "number" },
      ],
      targets: scope.targets,
      nodes: [],
    };
    const settings = {
      start_node_id: inner.rootId,
      iterator_selector: list,
      is_parallel: this.#random.chance(0.4),
      parallel_nums: this.#random.between(1, 4),
      error_handle_mode: this.#random.pick(["terminated", "continue-on-error", "remove-abnormal-output"]),
      flatten_output: this.#random.chance(0.7),
    };
    // What is inside is held against what is known of the container so far.
    this.#app.nodes.push({ id, type: "iteration", ...settings, ...this.#membership(scope) });
    this.#app.nodes.push({ id: inner.rootId, type: "iteration-start", isInIteration: true, parentId: id });
    if (this.#conversation.length > 0 && this.#random.chance(0.3)) this.#addLastIndex(inner);
    this.#growGraph(inner, this.#random.between(1, Math.min(room - 1, 8)));
    const results = [...inner.nodes.flatMap(({ gives }) => gives), ...inner.given.slice(-2)];
    own.gives.push({ selector: [id, "output"], kind: "list" });
    const output_selector = this.#random.pick(results).selector;
    return { id, type: "iteration", ...settings, output_selector, ...this.#strategy(own, scope) };
  }

  #loop(id: string, scope: Scope, sources: Source[], room: number, own: GrownStep): NodeSketch {
    const texts = sources.filter(({ kind }) => kind === "string");
    const fromText = texts.length > 0 && this.#random.chance(0.4);
    const variables = [
      fromText
        ? { label: "word", var_type: "string", value_type: "variable", value: this.#random.pick(texts).selector }
        : { label: "word", var_type: "string", value_type: "constant", value: "w" },
      { label: "number", var_type: "number", value_type: "constant", value: this.#random.between(0, 2) },
      { label: "words", var_type: "array[string]", value_type: "constant", value: '["one"]' },
    ];
    const targets: Source[] = variables.map(({ label, var_type }) => ({
      selector: [id, label],
      kind: var_type === "string" ? "string" : var_type === "number" ? "number" : "list",
    }));
    const inner: Scope = {
      container: { id, type: "loop" },
      depth: scope.depth + 1,
      rootId: `${id}m`,
      given: [...sources.filter(({ selector }) => selector[0] !== "conversation"), ...targets],
      targets: [...scope.targets, ...targets],
      nodes: [],
    };
    this.#app.nodes.push({ id, type: "loop", loop_variables: variables, ...this.#membership(scope) });
    this.#app.nodes.push({ id: inner.rootId, type: "loop-start", isInLoop: true, parentId: id });
    if (this.#random.chance(0.6)) this.#addCounter(inner, targets[1]!);
    this.#growGraph(inner, this.#random.between(1, Math.min(room - 1, 8)));
    own.gives.push(...targets, { selector: [id, "loop_round"], kind: "number" });
    // The last round's steps can be read from outside.
    if (this.#random.chance(0.3)) own.gives.push(...inner.nodes.flatMap(({ gives }) => gives));
    const conditions = this.#random.chance(0.6)
      ? this.#settings.conditions([...targets, ...inner.nodes.flatMap(({ gives }) => gives)])
      : [];
    return {
      id,
      type: "loop",
      start_node_id: inner.rootId,
      loop_count: this.#random.between(1, 4),
      loop_variables: variables.map((variable) => ({ id: `${id}${variable.label}`, ...variable })),
      break_conditions: conditions,
      logical_operator: this.#random.pick(["and", "or"]),
      error_handle_mode: "terminated",
      ...this.#strategy(own, scope),
    };
  }

  /** Behind the marker, so that no two rounds of a loop are alike. */
  #addCounter(scope: Scope, { selector }: Source): void {
    this.#addAssigner(scope, { variable_selector: selector, input_type: "constant", operation: "+=", value: 1 });
  }

  /** Behind the marker: the last item's is what stays. */
  #addLastIndex(scope: Scope): void {
    const index = [scope.container!.id, "index"];
    const { selector } = this.#conversation[1]!;
    this.#addAssigner(scope, {
      variable_selector: selector,
      input_type: "variable",
      operation: "over-write",
      value: index,
    });
  }

  #addAssigner(scope: Scope, item: object): void {
    const id = this.#newId();
    this.#app.nodes.push({ id, type: "assigner", version: "2", items: [item], ...this.#membership(scope) });
    this.#app.edges.push(`${scope.rootId}>${id}`);
    scope.nodes.push({ id, parents: [scope.rootId], gives: [], handles: ["source"] });
  }

  /** A reply waits for what its text names: only names of the same graph can be waited for. */
  #answerText(id: string, scope: Scope, sources: Source[]): string {
    const ids = new Set(["start", "sys", "conversation", ...scope.nodes.map((node) => node.id)]);
    const named = this.#settings.some(
      sources.filter(({ selector }) => ids.has(selector[0]!)),
      0,
      3,
    );
    if (this.#random.chance(0.04)) named.push({ selector: ["nowhere", "x"], kind: "any" });
    return `[${id}:${named.map(({ selector }) => `{{#${selector.join(".")}#}}`).join("|")}]`;
  }

  #strategy(own: GrownStep, { depth }: Scope): object {
    const retry = this.#random.chance(0.12)
      ? { diwan: { retry: { max: this.#random.between(1, 2), interval_ms: 0 } } }
      : {};
    // Of what nothing handles, a container makes more than a run that just fails.
    const strategy = this.#random.weighted({ none: depth === 0 ? 20 : 55, "fail-branch": 35, "default-value": 30 });
    if (strategy === "none") return retry;
    if (strategy === "fail-branch") return { ...retry, error_strategy: strategy };
    const first = own.gives[0]?.selector.at(1);
    const default_value = first === undefined ? [] : [{ key: first, type: "string", value: "default" }];
    // Behind it the output may be text: nothing that wants a number or a list may rely on it.
    for (const source of own.gives) if (source.kind !== "string") source.kind = "any";
    return { ...retry, error_strategy: strategy, default_value };
  }

  /** Joins every loose end, and prints what the conversation's variables hold. */
  #addProbe(scope: Scope): void {
    const { nodes, edges } = this.#app;
    const sinks = scope.nodes.filter(
      ({ id }) => !edges.some((edge) => edge.startsWith(`${id}>`) || edge.startsWith(`${id}:`)),
    );
    const count = [nodes.length, edges.length] as const;
    for (const { id, handles } of sinks.length === 0 ? [{ id: "start", handles: ["source"] }] : sinks)
      edges.push(handles.length < 2 ? `${id}>probe` : `${id}:${this.#random.pick(handles)}>probe`);
    const variables = this.#conversation.map(({ selector }) => ({ variable: selector[1], value_selector: selector }));
    const template = variables.map(({ variable }) => `{{ ${variable} }}`).join("|");
    nodes.push({ id: "probe", type: "template-transform", template, variables });
    if (findRace(this.#app) === undefined) return;
    [nodes.length, edges.length] = count;
  }

  #membership({ container }: Scope): object {
    if (container === undefined) return {};
    return container.type === "iteration"
      ? { isInIteration: true, iteration_id: container.id }
      : { isInLoop: true, loop_id: container.id };
  }

  /** Earlier steps to come from, newer ones more likely, with the handle to leave each by. */
  #parents(scope: Scope): string[] {
    const open = scope.nodes.filter(({ handles }) => handles.length > 0);
    const count = this.#random.weighted({ "1": 60, "2": 28, "3": 12 });
    const chosen = new Set<string>();
    for (let place = 0; place < Number(count); place += 1) {
      const from = this.#random.chance(0.6) ? open.slice(-3) : open;
      if (from.length === 0 || this.#random.chance(0.08)) {
        chosen.add(scope.rootId);
        continue;
      }
      const parent = this.#random.pick(from);
      const handle = this.#random.pick(parent.handles);
      chosen.add(handle === "source" ? parent.id : `${parent.id}:${handle}`);
    }
    return [...chosen];
  }

  /** Ids of the steps that these come from and of all before them. */
  #before(scope: Scope, parents: readonly string[]): Set<string> {
    const found = new Set<string>();
    const visit = (id: string) => {
      const node = scope.nodes.find((one) => one.id === id);
      if (node === undefined || found.has(id)) return;
      found.add(id);
      node.parents.forEach(visit);
    };
    for (const parent of parents) visit(parent.split(":")[0]!);
    return found;
  }

  #list<Item>(make: () => Item): Item[] {
    return Array.from({ length: this.#random.chance(0.15) ? 0 : this.#random.between(1, 5) }, make);
  }

  /** The order of the ids as text says nothing about the order of the steps. */
  #newId(): string {
    let number: number;
    do number = this.#random.between(0, 999);
    while (this.#usedNumbers.has(number));
    this.#usedNumbers.add(number);
    return `n${number}`;
  }
}

/** By the name of the start step's list; of others it is not known. */
function kindOfItems(list: readonly string[]): Kind {
  const kinds: Record<string, Kind> = { list: "string", numbers: "number", nested: "list" };
  return list[1] === "data" ? kinds[list[2]!]! : "any";
}
