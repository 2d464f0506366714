import { graphProblems } from "../graph/compile-graph.ts";
import { knownNodeTypes } from "../graph/node-types.ts";
import { NOTE_TYPE } from "../graph/workflow-document.ts";
import type { Problem, ProblemAt } from "../problem.ts";
import { isObject, type ObjectValue } from "../values/index.ts";
import { type AppFile, type AppFileMode, appModes } from "./app-file.ts";
import { faceOf, workflowOf } from "./document.ts";
import { migrateDocument } from "./migrations/index.ts";
import { readYaml, type YamlText } from "./read-yaml.ts";
import { CURRENT_DSL_VERSION, judgeVersion, type VersionVerdict } from "./version.ts";

export type AppFileReading = {
  /** Undefined where a problem is an error. */
  file: AppFile | undefined;
  /** As the file says it; "0.1.0" where it says nothing. */
  version: string;
  verdict: VersionVerdict;
  problems: Problem[];
};

const unsupportedModes: Record<string, string> = {
  channel: "a retired kind of app",
  agent: "the new agent, which exists only as a preview elsewhere",
  "rag-pipeline": "a knowledge pipeline, which belongs to a knowledge base",
};

/**
 * Reads an app file of any version, brings it up to date and says what is wrong with it. Errors are what would keep it
 * from being drawn or stored; steps that cannot run yet are no error here, `compileGraph` tells them.
 *
 * @throws app.file-* (caller) for a text that is no YAML, too large or a trap.
 */
export function readAppFile(text: string): AppFileReading {
  const yaml = readYaml(text);
  const found: ProblemAt[] = [];
  const { value: root } = yaml;
  if (!isObject(root)) {
    found.push(
      error(
        "app.not-an-app",
        "",
        "This is YAML, but no app file: it has no keys. Choose a file exported from Diwan or Dify.",
      ),
    );
    return finish(yaml, "0.1.0", "failed", undefined, found);
  }
  const version = versionOf(root, found);
  const verdict = version === undefined ? "failed" : judgeVersion(version);
  if (version !== undefined && verdict === "failed") {
    found.push(
      error("app.version-invalid", "version", `"${version}" is no version. Write it like "${CURRENT_DSL_VERSION}".`),
    );
  }
  if (verdict === "too-new") {
    const message = `The file has version ${version}; this installation reads up to ${CURRENT_DSL_VERSION}. Upgrade it, or export the app from an older release.`;
    found.push(error("app.file-too-new", "version", message));
  }
  const mode = modeOf(root, found);
  if (mode === undefined || found.some(isError)) return finish(yaml, version ?? "0.1.0", verdict, undefined, found);
  const content = contentOf(root, mode, found);
  if (content === undefined) return finish(yaml, version!, verdict, undefined, found);

  const document = migrateDocument(root);
  const workflow = content === "workflow" ? workflowOf(document, found) : undefined;
  if (workflow !== undefined) found.push(...graphProblems(workflow), ...unknownSteps(document, verdict));
  const file = { version: version!, mode, face: faceOf(document), document, workflow };
  return finish(yaml, version!, verdict, file, found);
}

function versionOf(root: ObjectValue, found: ProblemAt[]): string | undefined {
  const version = root["version"];
  if (version === undefined || version === null) return "0.1.0";
  if (typeof version === "string") return version;
  found.push(
    error(
      "app.version-type",
      "version",
      'The version is a number here; it must be text. Put it in quotes, like "0.6.0".',
    ),
  );
  return undefined;
}

function modeOf(root: ObjectValue, found: ProblemAt[]): AppFileMode | undefined {
  const app = root["app"];
  if (!isObject(app)) {
    const what =
      root["kind"] === "rag_pipeline"
        ? "It is a knowledge pipeline, which belongs to a knowledge base"
        : "It has no `app` section";
    found.push(
      error(
        "app.not-an-app",
        "app",
        `This is no app file. ${what}. Choose a file exported from an app in Diwan or Dify.`,
      ),
    );
    return undefined;
  }
  const mode = app["mode"];
  if (typeof mode !== "string" || mode === "") {
    found.push(
      error(
        "app.mode-missing",
        "app.mode",
        `The file does not say what kind of app it is. Set app.mode to one of ${appModes.join(", ")}.`,
      ),
    );
    return undefined;
  }
  if (appModes.includes(mode as AppFileMode)) return mode as AppFileMode;
  const what = unsupportedModes[mode] ?? "a kind of app we do not know";
  found.push(
    error("app.mode-unsupported", "app.mode", `app.mode is "${mode}": ${what}. Apps here are ${appModes.join(", ")}.`),
  );
  return undefined;
}

function contentOf(root: ObjectValue, mode: AppFileMode, found: ProblemAt[]): "workflow" | "model_config" | undefined {
  const key = mode === "workflow" || mode === "advanced-chat" ? "workflow" : "model_config";
  if (isObject(root[key])) return key;
  found.push(
    error(
      "app.content-missing",
      key,
      `An app of mode "${mode}" needs a \`${key}\` section, and the file has none. Export the app again.`,
    ),
  );
  return undefined;
}

/** A file of a newer release may hold steps that only that release knows: they are kept, and cannot run here. */
function unknownSteps(document: ObjectValue, verdict: VersionVerdict): ProblemAt[] {
  const graph = (document["workflow"] as ObjectValue)["graph"];
  const nodes = isObject(graph) && Array.isArray(graph["nodes"]) ? graph["nodes"] : [];
  return nodes.flatMap((node, place): ProblemAt[] => {
    if (!isObject(node) || node["type"] === NOTE_TYPE || !isObject(node["data"])) return [];
    const type = node["data"]["type"];
    if (typeof type === "string" && knownNodeTypes.has(type)) return [];
    const title = typeof node["data"]["title"] === "string" ? node["data"]["title"] : String(node["id"]);
    return [
      {
        severity: verdict === "pending" ? "warning" : "error",
        code: "app.unknown-step-type",
        path: `workflow.graph.nodes[${place}].data.type`,
        nodeId: String(node["id"]),
        message: `Step "${title}" is of type "${String(type ?? "")}", which is no step we know. Correct the type or remove the step.`,
      },
    ];
  });
}

function finish(
  yaml: YamlText,
  version: string,
  verdict: VersionVerdict,
  file: AppFile | undefined,
  found: readonly ProblemAt[],
): AppFileReading {
  const problems = found.map((problem): Problem => ({ ...problem, line: yaml.lineOf(problem.path) }));
  return { file: problems.some(isError) ? undefined : file, version, verdict, problems };
}

/** Adds lines to problems of a document that was read from this text. */
export function withLines(text: string, problems: readonly ProblemAt[]): Problem[] {
  const { lineOf } = readYaml(text);
  return problems.map((problem) => ({ ...problem, line: lineOf(problem.path) }));
}

function isError({ severity }: { severity: string }): boolean {
  return severity === "error";
}

function error(code: string, path: string, message: string): ProblemAt {
  return { severity: "error", code, path, nodeId: null, message };
}

/** A sentence for a file that cannot be taken: where, what, and what to do. */
export function sentenceOf(problem: Pick<Problem, "line" | "message">): string {
  return problem.line === null ? problem.message : `Line ${problem.line}: ${problem.message}`;
}
