import type { FramePath } from "@diwan/contracts";
import {
  type EdgeDocument,
  fitsType,
  isObject,
  type NodeDocument,
  type Outcome,
  parseJson,
  type Value,
  type ValueType,
  type WorkflowDocument,
} from "@diwan/workflow";
import { containerOf, defaultsOf, hasFailBranch, isMarker, listOfObjects, ours, runLeaf } from "./reference-nodes.ts";
import { Reply } from "./reference-reply.ts";
import { Variables } from "./reference-variables.ts";

/**
 * What a run of a workflow must come to, found in the plainest way: one step after the other, everything copied, nothing
 * remembered that can be looked up. Written from the app file contract alone; it shares with the engine the nodes' own
 * functions, values and templates, and none of the scheduling.
 */
export async function interpret(document: WorkflowDocument, request: ReferenceRequest): Promise<ReferenceRun> {
  return new Interpreter(document, request).run();
}

export type ReferenceRequest = {
  mode: "workflow" | "advanced-chat";
  inputs: Record<string, Value>;
  query: string;
  /**
   * `stepKey`s in the order in which the steps of another run ended. Of several steps that could be next, the one that
   * was next there is taken, so that what depends on the order alone is the same.
   */
  order?: readonly string[];
};

/** How a step ended, after all its attempts. */
export type ReferenceStep = {
  nodeId: string;
  frame: FramePath;
  status: "succeeded" | "exception" | "failed";
  attempts: number;
  branch: string | null;
  outputs: Record<string, Value>;
  /** Of containers that succeeded. */
  rounds: number | undefined;
};

export type ReferenceRun = {
  status: "succeeded" | "failed" | "partial-succeeded";
  /**
   * Steps of the outer graph whose failure nothing handles. With two of them, either may be the one that ends the run;
   * this interpreter goes on after each, so its other steps are those that may have run, not those that must.
   */
  fatal: string[];
  outputs: Record<string, Value>;
  /** What is streamed: each response node's text, in the order in which they came up. */
  reply: string[];
  /** In the order in which they ended here. */
  steps: ReferenceStep[];
  /** `stepKey` of the steps that were passed over. */
  skipped: Set<string>;
  exceptionsCount: number;
  totalSteps: number;
  conversation: Record<string, Value>;
  /** Rounds, as the `frameKey` of each, that a parallel container may or may not have begun before it failed. */
  optionalFrames: string[];
};

export function frameKey(frame: FramePath): string {
  return frame.map(([containerId, index]) => `${containerId}#${index}/`).join("");
}

export function stepKey({ frame, nodeId }: { frame: FramePath; nodeId: string }): string {
  return `${frameKey(frame)}${nodeId}`;
}

type EdgeState = "unknown" | "taken" | "skipped";
type Edge = EdgeDocument & { state: EdgeState };

/** One passage through the outer graph, or through what a container holds. */
export type Frame = {
  path: FramePath;
  edges: Edge[];
  variables: Variables;
  queue: NodeDocument[];
  /** Ids of steps that were passed over. */
  skipped: Set<string>;
  failed: string[];
  loopEnded: boolean;
  reply: Reply | undefined;
};

type StepResult = { outcome: Outcome; attempts: number; rounds: number | undefined };

class Interpreter {
  readonly #document: WorkflowDocument;
  readonly #request: ReferenceRequest;
  readonly #result: ReferenceRun = {
    status: "succeeded",
    fatal: [],
    outputs: {},
    reply: [],
    steps: [],
    skipped: new Set(),
    exceptionsCount: 0,
    totalSteps: 0,
    conversation: {},
    optionalFrames: [],
  };

  constructor(document: WorkflowDocument, request: ReferenceRequest) {
    this.#document = document;
    this.#request = request;
  }

  async run(): Promise<ReferenceRun> {
    const result = this.#result;
    const root = this.#nodes().find((node) => node.data["type"] === "start")!;
    const variables = new Variables();
    variables.set("sys", "user_id", "ada");
    if (this.#request.mode === "advanced-chat") variables.set("sys", "query", this.#request.query);
    for (const { name, value, valueType } of this.#document.conversationVariables) {
      variables.set("conversation", name, value);
      variables.declare("conversation", name, valueType as ValueType);
    }
    for (const [name, value] of Object.entries(this.#request.inputs)) variables.set(root.id, name, value);

    const frame = this.#frame([], null, variables);
    frame.reply = new Reply(this.#document, frame);
    frame.reply.lookForReached();
    await this.#runFrame(frame, root);
    result.reply = frame.reply.texts();
    result.fatal = frame.failed;
    result.skipped = new Set([...result.skipped, ...frame.skipped]);
    if (result.fatal.length > 0) result.status = "failed";
    else if (result.exceptionsCount > 0) result.status = "partial-succeeded";
    result.conversation = variables.allOf("conversation");
    return result;
  }

  /** Steps of the file; notes are none. */
  #nodes(): NodeDocument[] {
    return this.#document.graph.nodes.filter((node) => node.type !== "custom-note");
  }

  #node(id: string): NodeDocument {
    return this.#nodes().find((node) => node.id === id)!;
  }

  /** Edges that lie in one graph: the outer one, or that of a container with its marker. */
  #frame(path: FramePath, container: NodeDocument | null, variables: Variables): Frame {
    const members = this.#nodes().filter(
      (node) => containerOf(node) === (container?.id ?? null) || node.id === container?.data["start_node_id"],
    );
    const ids = new Set(members.map(({ id }) => id));
    const edges = this.#document.graph.edges.filter(({ source, target }) => ids.has(source) && ids.has(target));
    return {
      path,
      edges: edges.map((edge) => ({ ...edge, state: "unknown" })),
      variables,
      queue: [],
      skipped: new Set(),
      failed: [],
      loopEnded: false,
      reply: undefined,
    };
  }

  /** Ends when no step is left that can start. A failure keeps only what is behind it from running. */
  async #runFrame(frame: Frame, root: NodeDocument): Promise<void> {
    frame.queue.push(root);
    for (let node = this.#next(frame); node !== undefined; node = this.#next(frame)) {
      if (isMarker(node)) this.#take(frame, node, null);
      else await this.#step(frame, node);
      frame.reply?.emit();
    }
    for (const id of frame.skipped) this.#result.skipped.add(stepKey({ frame: frame.path, nodeId: id }));
  }

  #next({ path, queue }: Frame): NodeDocument | undefined {
    const { order = [] } = this.#request;
    const place = ({ id }: NodeDocument) => order.indexOf(stepKey({ frame: path, nodeId: id }));
    const known = queue.filter((node) => place(node) !== -1).sort((one, other) => place(one) - place(other));
    const next = known[0] ?? queue[0];
    if (next !== undefined) queue.splice(queue.indexOf(next), 1);
    return next;
  }

  async #step(frame: Frame, node: NodeDocument): Promise<void> {
    const { outcome, attempts, rounds } = await this.#attempts(frame, node);
    if (frame.path.length === 0) this.#result.totalSteps += attempts;
    const isBranch = node.data["type"] === "if-else";
    const step = { nodeId: node.id, frame: frame.path, attempts, rounds };
    if (outcome.status === "succeeded") {
      for (const { selector, value } of outcome.writes ?? [])
        frame.variables.write(selector[0], selector[1], value as Value);
      for (const [name, value] of Object.entries(outcome.outputs)) frame.variables.set(node.id, name, value);
      if (node.data["type"] === "loop-end") frame.loopEnded = true;
      this.#mergeOutputs(node, outcome.outputs);
      const branch = isBranch ? outcome.branch! : hasFailBranch(node) ? "source" : null;
      this.#result.steps.push({ ...step, status: "succeeded", branch, outputs: outcome.outputs });
      this.#take(frame, node, branch);
      return;
    }
    if (outcome.status === "paused") throw new Error("No step of these apps waits.");
    const { message: error_message, type: error_type } = outcome.error;
    const strategy = node.data["error_strategy"];
    if (strategy !== "fail-branch" && strategy !== "default-value") {
      this.#result.steps.push({ ...step, status: "failed", branch: null, outputs: {} });
      frame.failed.push(node.id);
      return;
    }
    const defaults = strategy === "default-value" ? defaultsOf(node) : {};
    const outputs = { ...defaults, error_message, error_type };
    for (const [name, value] of Object.entries(outputs)) frame.variables.set(node.id, name, value);
    const branch = strategy === "fail-branch" ? "fail-branch" : null;
    this.#result.steps.push({ ...step, status: "exception", branch, outputs });
    this.#take(frame, node, branch);
  }

  async #attempts(frame: Frame, node: NodeDocument): Promise<StepResult> {
    if (ours(node)["disabled"] === true)
      return { outcome: { status: "succeeded", outputs: {} }, attempts: 1, rounds: undefined };
    const retry = ours(node)["retry"];
    const isContainer = node.data["type"] === "iteration" || node.data["type"] === "loop";
    const retries = isContainer || !isObject(retry) ? 0 : (retry["max"] as number);
    for (let attempt = 1; ; attempt += 1) {
      const result = isContainer
        ? await this.#container(frame, node)
        : { outcome: await runLeaf(node, frame.variables), rounds: undefined };
      if (result.outcome.status !== "failed") return { ...result, attempts: attempt };
      this.#result.exceptionsCount += 1;
      if (attempt > retries) return { ...result, attempts: attempt };
    }
  }

  #mergeOutputs(node: NodeDocument, outputs: Record<string, Value>): void {
    const merged = this.#result.outputs;
    if (node.data["type"] !== "answer" && node.data["type"] !== "end") return;
    for (const [name, value] of Object.entries(outputs)) {
      const isText = name === "answer" && node.data["type"] === "answer";
      merged[name] = isText ? `${merged[name] ?? ""}${value}` : value;
    }
  }

  /** All edges, or those of one handle: then the others are passed over first. */
  #take(frame: Frame, node: NodeDocument, handle: string | null): void {
    const outgoing = frame.edges.filter((edge) => edge.source === node.id);
    const isTaken = (edge: Edge) => handle === null || edge.sourceHandle === handle;
    for (const edge of outgoing) if (!isTaken(edge)) this.#skip(frame, edge);
    for (const edge of outgoing) {
      if (!isTaken(edge)) continue;
      edge.state = "taken";
      frame.reply?.lookForReached();
      frame.reply?.emit();
      if (this.#statesInto(frame, edge.target).every((state) => state !== "unknown"))
        frame.queue.push(this.#node(edge.target));
    }
  }

  #skip(frame: Frame, edge: Edge): void {
    edge.state = "skipped";
    const states = this.#statesInto(frame, edge.target);
    if (states.includes("unknown")) return;
    if (states.includes("taken")) {
      frame.queue.push(this.#node(edge.target));
      return;
    }
    frame.skipped.add(edge.target);
    for (const next of frame.edges) if (next.source === edge.target) this.#skip(frame, next);
  }

  #statesInto(frame: Frame, id: string): EdgeState[] {
    return frame.edges.filter((edge) => edge.target === id).map(({ state }) => state);
  }

  #container(frame: Frame, node: NodeDocument): Promise<Omit<StepResult, "attempts">> {
    return node.data["type"] === "iteration" ? this.#iteration(frame, node) : this.#loop(frame, node);
  }

  async #iteration({ path, variables }: Frame, node: NodeDocument): Promise<Omit<StepResult, "attempts">> {
    const { iterator_selector, output_selector, error_handle_mode = "terminated", flatten_output = true } = node.data;
    const items = variables.get(iterator_selector as string[]);
    if (items === undefined) return failure("the list is missing");
    if (items === null) return { outcome: { status: "succeeded", outputs: { output: [] } }, rounds: 0 };
    if (!Array.isArray(items)) return failure("the value is no list");
    let hasFailed = false;
    const results: Value[] = [];
    for (const [index, item] of items.entries()) {
      const inner = variables.copy();
      inner.set(node.id, "item", item);
      inner.set(node.id, "index", index);
      const round = this.#frame([...path, [node.id, index]], node, inner);
      if (hasFailed) this.#result.optionalFrames.push(frameKey(round.path));
      await this.#runFrame(round, this.#node(node.data["start_node_id"] as string));
      for (const [name, value] of inner.writtenConversation()) variables.write("conversation", name, value);
      if (round.failed.length === 0) results.push(inner.get(output_selector as string[]) ?? null);
      else if (error_handle_mode === "continue-on-error") results.push(null);
      else if (error_handle_mode === "terminated") {
        hasFailed = true;
        if (node.data["is_parallel"] !== true) break;
      }
    }
    if (hasFailed) return failure("an item failed");
    const output = flatten_output === true ? flattened(results) : results;
    return { outcome: { status: "succeeded", outputs: { output } }, rounds: items.length };
  }

  async #loop({ path, variables }: Frame, node: NodeDocument): Promise<Omit<StepResult, "attempts">> {
    const declared = listOfObjects(node.data["loop_variables"]);
    for (const { label, var_type, value_type, value } of declared) {
      const initial =
        value_type === "variable"
          ? variables.get(value as string[])
          : loopConstant(value ?? null, var_type as ValueType);
      if (initial === undefined) return failure("a loop variable has no value");
      variables.set(node.id, label as string, initial);
      variables.declare(node.id, label as string, var_type as ValueType);
    }
    if ((await this.#breaks(node, variables)) === true)
      return { outcome: { status: "succeeded", outputs: {} }, rounds: 0 };
    const count = node.data["loop_count"] as number;
    for (let round = 0; ; round += 1) {
      for (const id of this.#idsInside(node.id)) variables.forget(id);
      const inner = this.#frame([...path, [node.id, round]], node, variables);
      await this.#runFrame(inner, this.#node(node.data["start_node_id"] as string));
      if (inner.failed.length > 0) return failure("a step of the round failed");
      const breaks = inner.loopEnded || (await this.#breaks(node, variables));
      if (breaks === undefined) return failure("a break condition cannot be tested");
      if (!breaks && round + 1 < count) continue;
      const outputs: Record<string, Value> = { loop_round: round + 1 };
      for (const { label } of declared) outputs[label as string] = variables.get([node.id, label as string])!;
      return { outcome: { status: "succeeded", outputs }, rounds: count };
    }
  }

  /** Undefined where the conditions cannot be tested. */
  async #breaks(node: NodeDocument, variables: Variables): Promise<boolean | undefined> {
    const conditions = listOfObjects(node.data["break_conditions"]);
    if (conditions.length === 0) return false;
    const cases = [{ case_id: "stop", logical_operator: node.data["logical_operator"] ?? "and", conditions }];
    const outcome = await runLeaf({ id: node.id, data: { type: "if-else", cases } }, variables);
    return outcome.status === "succeeded" ? outcome.branch === "stop" : undefined;
  }

  #idsInside(containerId: string): string[] {
    return this.#nodes().flatMap((node) =>
      containerOf(node) === containerId ? [node.id, ...this.#idsInside(node.id)] : [],
    );
  }
}

function loopConstant(value: Value, type: ValueType): Value | undefined {
  if (["array[string]", "array[number]", "array[object]"].includes(type))
    return typeof value === "string" ? parseJson(value) : [];
  if (fitsType(value, type)) return value;
  return typeof value === "string" ? parseJson(value) : undefined;
}

function flattened(results: readonly Value[]): Value[] {
  const present = results.filter((result) => result !== null);
  const isFlat = present.length === 0 || present.some((result) => !Array.isArray(result));
  return isFlat ? [...results] : (present as Value[][]).flat();
}

function failure(message: string): Omit<StepResult, "attempts"> {
  return { outcome: { status: "failed", error: { type: "", code: "", message } }, rounds: undefined };
}
