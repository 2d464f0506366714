import type { NodeDefinition } from "../node-definition.ts";
import type { ProblemAt } from "../problem.ts";
import {
  fitsType,
  float,
  isFloat,
  isInteger,
  isLargerThan,
  isObject,
  numberOf,
  parseJson,
  type Value,
  type ValueType,
} from "../values/index.ts";
import { readAppLimits } from "./app-limits.ts";
import { findCircle } from "./find-circle.ts";
import type { ErrorStrategy, Graph, GraphNode, RetryPolicy } from "./graph.ts";
import { defaultGraphLimits, type GraphLimits } from "./graph-limits.ts";
import { nestGraph } from "./nest-graph.ts";
import { knownNodeTypes } from "./node-types.ts";
import { NOTE_TYPE, type NodeDocument, type WorkflowDocument } from "./workflow-document.ts";

/** Finds the definition that runs a node: the exact version where it exists, else the newest. */
export type NodeRegistry = { find(type: string, version: string): NodeDefinition<never> | undefined };

export type CompiledGraph = { graph: Graph | undefined; problems: ProblemAt[] };

/**
 * Parses and wires every node of a workflow, reachable or not: one invalid node stops the whole from running.
 *
 * @returns `graph` only where no problem is an error. Steps of known types that nothing runs yet are the error
 * `app.step-not-runnable`; importing such a file is fine, running it is not.
 */
export function compileGraph(
  document: WorkflowDocument,
  registry: NodeRegistry,
  limits: GraphLimits = defaultGraphLimits,
): CompiledGraph {
  const problems: ProblemAt[] = [];
  const nodes: GraphNode[] = [];
  document.graph.nodes.forEach((node, place) => {
    if (node.type === NOTE_TYPE) return;
    const compiled = compileNode(node, place, registry, problems);
    if (compiled === undefined) return;
    nodes.push(compiled);
    problems.push(...roundProblems(compiled, place, limits));
  });
  problems.push(...graphProblems(document), ...variableProblems(document, limits.maxVariableBytes));
  readAppLimits(document.limits, problems);
  const graph = nestGraph(document, nodes, problems, limits);
  return { graph: problems.some((problem) => problem.severity === "error") ? undefined : graph, problems };
}

/** What is wrong with nodes and edges as such, whatever runs them. */
export function graphProblems(document: WorkflowDocument): ProblemAt[] {
  const problems: ProblemAt[] = [];
  const ids = new Set<string>();
  document.graph.nodes.forEach((node, place) => {
    if (node.type === NOTE_TYPE) return;
    if (ids.has(node.id)) {
      problems.push({
        severity: "error",
        code: "app.step-id-twice",
        path: nodePath(place, "id"),
        nodeId: node.id,
        message: `Two steps have the id "${node.id}". Give one of them another id.`,
      });
    }
    ids.add(node.id);
  });
  document.graph.edges.forEach((edge, place) => {
    for (const end of ["source", "target"] as const) {
      if (ids.has(edge[end])) continue;
      problems.push({
        severity: "error",
        code: "app.edge-to-nowhere",
        path: `workflow.graph.edges[${place}].${end}`,
        nodeId: null,
        message: `An edge ${end === "source" ? "comes from" : "leads to"} "${edge[end]}", and no step has that id. Remove the edge or add the step.`,
      });
    }
  });
  const circle = findCircle(document);
  if (circle !== undefined) {
    problems.push({
      severity: "error",
      code: "app.graph-circle",
      path: "workflow.graph.edges",
      nodeId: circle[0]!,
      message: `The steps ${circle.map((id) => `"${id}"`).join(" → ")} form a circle, so none of them could ever start. Remove one of their edges; to repeat steps use a loop.`,
    });
  }
  return problems;
}

function roundProblems(node: GraphNode, place: number, limits: GraphLimits): ProblemAt[] {
  const { id, title, definition, settings, disabled } = node;
  const declared = disabled ? undefined : definition.container?.declaredRounds?.(settings as never);
  if (declared === undefined) return [];
  const { field, count } = declared;
  const { maxContainerRounds: most, usualContainerRounds: usual = most } = limits;
  const at = { path: nodePath(place, `data.${field}`), nodeId: id };
  const said = `Step "${title || id}": ${field} is ${count}`;
  if (count > most) {
    const message = `${said}; ${most} rounds are the most, the limit DIWAN_CONTAINER_MAX_ROUNDS.`;
    return [{ severity: "error", code: "app.step-invalid", ...at, message }];
  }
  if (count <= usual) return [];
  const message = `${said}; loops here usually have ${usual} rounds at most (LOOP_NODE_MAX_COUNT). It runs nevertheless.`;
  return [{ severity: "warning", code: "app.many-rounds", ...at, message }];
}

function variableProblems(
  { environmentVariables, conversationVariables }: WorkflowDocument,
  maxBytes: number,
): ProblemAt[] {
  const tooLarge = (kind: string, variables: WorkflowDocument["environmentVariables"]) =>
    variables.flatMap(({ name, value }, place): ProblemAt[] => {
      if (!isLargerThan(value, maxBytes)) return [];
      const message = `The ${kind} variable "${name}" is larger than ${maxBytes} bytes, the limit MAX_VARIABLE_SIZE. Shorten its value.`;
      const path = `workflow.${kind}_variables[${place}].value`;
      return [{ severity: "error", code: "app.variable-too-large", path, nodeId: null, message }];
    });
  return [...tooLarge("environment", environmentVariables), ...tooLarge("conversation", conversationVariables)];
}

/** @source the app file contract, step keys */
const MAX_TIMEOUT_SECONDS = 3600;

function compileNode(
  node: NodeDocument,
  place: number,
  registry: NodeRegistry,
  problems: ProblemAt[],
): GraphNode | undefined {
  const type = typeof node.data["type"] === "string" ? node.data["type"] : "";
  const title = typeof node.data["title"] === "string" ? node.data["title"] : "";
  const report = (code: string, field: string, message: string) =>
    problems.push({ severity: "error", code, path: nodePath(place, `data.${field}`), nodeId: node.id, message });
  const name = title === "" ? `"${node.id}"` : `"${title}" (${node.id})`;

  const definition = registry.find(type, versionOf(node.data["version"]));
  if (definition === undefined) {
    if (knownNodeTypes.has(type))
      report("app.step-not-runnable", "type", `Step ${name} is of type "${type}", which cannot run yet.`);
    else
      report(
        "app.unknown-step-type",
        "type",
        `Step ${name} is of type "${type}", which nothing here knows. Correct the type, or remove the step.`,
      );
    return undefined;
  }
  const ours = isObject(node.data["diwan"]) ? node.data["diwan"] : {};
  const disabled = ours["disabled"] === true;
  if (disabled && (definition.kind === "branch" || definition.kind === "container")) {
    const what = "nobody could say how a run goes on behind it";
    report("app.step-invalid", "diwan.disabled", `Step ${name} cannot be switched off: ${what}. Remove it instead.`);
  }
  const parsed = definition.settings.safeParse(node.data);
  if (!parsed.success && !disabled) {
    for (const issue of parsed.error.issues) {
      const field = issue.path.map((part) => (typeof part === "number" ? `[${part}]` : `.${String(part)}`)).join("");
      report(
        "app.step-invalid",
        field.replace(/^\./, ""),
        `Step ${name}: ${field.replace(/^\./, "") || "settings"}: ${issue.message}.`,
      );
    }
    return undefined;
  }
  const errorStrategy = readErrorStrategy(node.data, (message) =>
    report("app.step-invalid", "default_value", `Step ${name}: ${message}`),
  );
  return {
    index: 0,
    id: node.id,
    type,
    title,
    kind: definition.kind,
    data: node.data,
    definition,
    settings: parsed.data,
    chooses: definition.kind === "branch" || errorStrategy.type === "fail-branch",
    errorStrategy,
    retry: retryPolicyOf(node.data["retry_config"], ours["retry"], definition),
    timeoutMs: timeoutOf(ours["timeout_seconds"]),
    atMostOnce: ours["effect"] === "at-most-once",
    disabled,
    containerId: null,
    inner: undefined,
    template: disabled ? [] : (definition.template?.(parsed.data as never) ?? []),
    incoming: [],
    outgoing: [],
  };
}

function readErrorStrategy(data: Record<string, Value>, report: (message: string) => void): ErrorStrategy {
  if (data["error_strategy"] === "fail-branch") return { type: "fail-branch" };
  if (data["error_strategy"] !== "default-value") return { type: "none" };
  const outputs: Record<string, Value> = {};
  const entries = Array.isArray(data["default_value"]) ? data["default_value"] : [];
  for (const entry of entries) {
    if (!isObject(entry) || typeof entry["key"] !== "string") continue;
    const wanted = entry["type"];
    const value = defaultValue(entry["value"] ?? null, wanted);
    if (value === undefined) report(`the default value of "${entry["key"]}" is not of type ${String(wanted)}.`);
    else outputs[entry["key"]] = value;
  }
  return { type: "default-value", outputs };
}

/** A default typed as text is parsed: numbers become floats, the rest is JSON. Undefined when it does not fit. */
function defaultValue(value: Value, type: Value | undefined): Value | undefined {
  if (type === "string") return typeof value === "string" ? value : undefined;
  if (typeof value === "string") {
    if (type === "number") {
      const number = value.trim() === "" ? Number.NaN : Number(value);
      return Number.isNaN(number) ? undefined : float(number);
    }
    try {
      value = parseJson(value);
    } catch {
      return undefined;
    }
  }
  if (type === "number") return isInteger(value) || isFloat(value) ? value : undefined;
  return typeof type === "string" && fitsType(value, type as ValueType) ? value : undefined;
}

const NO_RETRY: RetryPolicy = { maxRetries: 0, intervalMs: 0, growth: 1 };

/** The file's own key wins for the kinds it is meant for; ours gives the others a retry too. */
function retryPolicyOf(config: Value | undefined, ours: Value | undefined, definition: NodeDefinition<never>) {
  if (definition.retryable === true && isObject(config) && config["retry_enabled"] === true) {
    const { max_retries, retry_interval } = config;
    return { ...NO_RETRY, maxRetries: atLeastZero(max_retries), intervalMs: atLeastZero(retry_interval) };
  }
  // A container that began again would meet the steps of its first try in the journal.
  if (!isObject(ours) || definition.kind === "container") return NO_RETRY;
  return {
    maxRetries: Math.min(10, atLeastZero(ours["max"])),
    intervalMs: Math.min(5000, atLeastZero(ours["interval_ms"])),
    growth: Math.min(5, Math.max(1, atLeastZero(ours["growth"]))),
  };
}

function timeoutOf(seconds: Value | undefined): number | null {
  if (typeof seconds !== "number" && !isFloat(seconds ?? null)) return null;
  return Math.min(MAX_TIMEOUT_SECONDS, numberOf(seconds as number)) * 1000;
}

function atLeastZero(value: Value | undefined): number {
  return typeof value === "number" || isFloat(value) ? Math.max(0, Math.trunc(numberOf(value))) : 0;
}

function versionOf(version: Value | undefined): string {
  return typeof version === "string" || typeof version === "number" ? String(version) : "1";
}

export function nodePath(place: number, field: string): string {
  return `workflow.graph.nodes[${place}].${field}`;
}
