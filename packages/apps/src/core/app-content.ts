import type { DiwanError } from "@diwan/kernel";
import { isDemoProvider } from "@diwan/models";
import { nodeRegistry } from "@diwan/nodes";
import {
  type AppFile,
  compileGraph,
  type Graph,
  type GraphLimits,
  type GraphNode,
  type InputField,
  isObject,
  knownNodeTypes,
  NOTE_TYPE,
  type ObjectValue,
  type Problem,
  readAppFile,
  readInputFields,
  sentenceOf,
  withLines,
} from "@diwan/workflow";
import { AppErrors } from "../errors.ts";

/** Whether a step runs: now, with a later release, or nobody here knows what it is. */
export type StepSupport = { nodeId: string; type: string; title: string; support: "ready" | "later" | "unknown" };

/** Everything that follows from an app's document. */
export type AppContent = {
  file: AppFile;
  /** Undefined where a problem keeps the app from running. */
  graph: Graph | undefined;
  /** Where a call from outside starts; undefined for workflows that only triggers start. */
  start: GraphNode | undefined;
  fields: InputField[];
  steps: StepSupport[];
  problems: Problem[];
  usesDemoModel: boolean;
};

/**
 * Reads a document and all that follows from it.
 *
 * @param limits  Of the installation, where they are not the usual ones.
 * @throws app.file-invalid (caller) for a text that is no app file; a stored document was one before.
 */
export function readContent(documentText: string, limits?: GraphLimits): AppContent {
  const { file, problems } = readAppFile(documentText);
  if (file === undefined) throw refusal(problems);
  const steps = stepsOf(file.document);
  const compiled = file.workflow === undefined ? undefined : compileGraph(file.workflow, nodeRegistry, limits);
  const compileProblems = (compiled?.problems ?? []).filter(
    ({ code }) => !problems.some((known) => known.code === code),
  );
  const start = compiled?.graph?.roots.find(({ type }) => type === "start");
  return {
    file,
    graph: compiled?.graph,
    start,
    fields: fieldsOf(file.document),
    steps,
    problems: [...problems, ...withLines(documentText, compileProblems)],
    usesDemoModel: modelProviders(file.document).some(isDemoProvider),
  };
}

/** One sentence for a file that cannot be taken, and every problem beside it. */
export function refusal(problems: readonly Problem[]): DiwanError {
  const errors = problems.filter(({ severity }) => severity === "error");
  const details = errors.map((problem) => ({ path: problem.path, message: sentenceOf(problem) }));
  return AppErrors["file-invalid"]({ sentence: sentenceOf(errors[0]!) }, { details });
}

const MAX_CACHED = 200;

/** Keeps the newest contents by the hash of their text: cards, pages and runs read the same few documents over and over. */
export function createContentCache(limits?: GraphLimits): (hash: string, documentText: string) => AppContent {
  const contents = new Map<string, AppContent>();
  return (hash, documentText) => {
    const content = contents.get(hash) ?? readContent(documentText, limits);
    contents.delete(hash);
    contents.set(hash, content);
    if (contents.size > MAX_CACHED) contents.delete(contents.keys().next().value!);
    return content;
  };
}

function nodesOf(document: ObjectValue): ObjectValue[] {
  const workflow = document["workflow"];
  const graph = isObject(workflow) && isObject(workflow["graph"]) ? workflow["graph"] : {};
  return Array.isArray(graph["nodes"]) ? graph["nodes"].filter((node) => isObject(node)) : [];
}

function dataOf(node: ObjectValue): ObjectValue {
  return isObject(node["data"]) ? node["data"] : {};
}

function stepsOf(document: ObjectValue): StepSupport[] {
  return nodesOf(document).flatMap((node) => {
    if (node["type"] === NOTE_TYPE) return [];
    const data = dataOf(node);
    const type = typeof data["type"] === "string" ? data["type"] : "";
    const title = typeof data["title"] === "string" ? data["title"] : "";
    const runs = nodeRegistry.find(type, "1") !== undefined;
    return [
      {
        nodeId: String(node["id"]),
        type,
        title,
        support: runs ? "ready" : knownNodeTypes.has(type) ? "later" : "unknown",
      },
    ];
  });
}

function fieldsOf(document: ObjectValue): InputField[] {
  const start = nodesOf(document).find((node) => dataOf(node)["type"] === "start");
  return start === undefined ? [] : readInputFields(dataOf(start));
}

function modelProviders(document: ObjectValue): string[] {
  return nodesOf(document).flatMap((node) => {
    const model = dataOf(node)["model"];
    return isObject(model) && typeof model["provider"] === "string" ? [model["provider"]] : [];
  });
}
