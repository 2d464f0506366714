import { createIdSource, silentLogger, systemClock } from "@diwan/kernel";
import { defaultCodeLimits, type NodePorts, nodeRegistry } from "@diwan/nodes";
import { defaultRunLimits, type FinishedRun, type PreparedVersion, runOnce } from "@diwan/runs";
import { compileGraph, readAppFile, type Value } from "@diwan/workflow";
import type { SketchedGraph } from "./sketched-graph.ts";

export const noPorts = { codeLimits: defaultCodeLimits } as NodePorts;

/** A workflow of this graph, ready to run any number of times. */
export function prepare(graph: SketchedGraph): PreparedVersion {
  const text = JSON.stringify({ version: "0.6.0", app: { mode: "workflow", name: "Bench" }, workflow: { graph } });
  const document = readAppFile(text).file!.workflow!;
  const compiled = compileGraph(document, nodeRegistry);
  if (compiled.graph === undefined) throw new Error(compiled.problems[0]?.message);
  return { graph: compiled.graph, root: compiled.graph.roots[0]!, document };
}

/** Runs it through the engine as any run that is not stored. A bench of failing runs would measure nothing. */
export async function runPrepared(
  version: PreparedVersion,
  inputs: Readonly<Record<string, Value>>,
): Promise<FinishedRun> {
  const finished = await runOnce(
    { clock: systemClock, ids, logger: silentLogger, ports: () => noPorts },
    { version, mode: "workflow", inputs, user: "bench", limits, signal: new AbortController().signal },
  );
  const { status, error } = finished.run;
  if (status !== "succeeded") throw new Error(`The run ended ${status}: ${error?.message}`);
  return finished;
}

const ids = createIdSource();
/** Containers have more steps than people's runs may. */
const limits = { ...defaultRunLimits, maxSteps: Number.MAX_SAFE_INTEGER };
