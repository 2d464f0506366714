import type { FramePath, JournalEntry, StepSettled } from "@diwan/contracts";
import { type Graph, type GraphNode, stringifyJson } from "@diwan/workflow";

/** Where a run is taken up again: at the step that ended it, or at one that somebody chose. */
export type RetryPoint = "failed" | { nodeId: string; frame: FramePath };

/**
 * What of a run's journal another run can go on from: everything that happened before the point, and after it what does not
 * depend on it.
 *
 * @param current  The graph that the new run runs; steps that are not the same in it, and all that follows them, run again.
 * @returns Undefined when there is no such step in the journal.
 */
export function keptEntries(
  journal: readonly JournalEntry[],
  point: RetryPoint,
  recorded: Graph,
  current: Graph,
): JournalEntry[] | undefined {
  const kept = point === "failed" ? withoutFailure(journal) : withoutFrom(journal, point, recorded);
  if (kept === undefined) return undefined;
  const changed = followers(recorded, changedNodes(recorded, current));
  return kept.filter((entry) => entry.kind === "begun" || !changed.has(topOf(entry)));
}

/** Ids of the outer graph's steps of whose recording nothing can be used. */
export function changedNodes(recorded: Graph, current: Graph): string[] {
  if (recorded === current) return [];
  return recorded.nodes.filter((node) => !isSame(node, current.byId.get(node.id))).map(({ id }) => id);
}

function isSame(node: GraphNode, other: GraphNode | undefined): boolean {
  if (other === undefined || settingsOf(node) !== settingsOf(other)) return false;
  if (incomingOf(node) !== incomingOf(other)) return false;
  const [inner, otherInner] = [node.inner?.graph, other.inner?.graph];
  if (inner === undefined || otherInner === undefined) return inner === otherInner;
  return (
    inner.nodes.length === otherInner.nodes.length &&
    inner.nodes.every((one) => isSame(one, otherInner.byId.get(one.id)))
  );
}

/** What the step does; what it is called and how it is drawn makes no difference. */
function settingsOf({ data }: GraphNode): string {
  const { title: _, desc: __, selected: ___, width: ____, height: _____, ...settings } = data;
  return stringifyJson(Object.fromEntries(Object.entries(settings).sort(([a], [b]) => (a < b ? -1 : 1))));
}

function incomingOf({ incoming }: GraphNode): string {
  return incoming
    .map(({ source, handle }) => `${source.id} ${handle}`)
    .sort()
    .join("\n");
}

/** The step that ended the run is as if it had not been tried; in a container, the steps inside that ended it. */
function withoutFailure(journal: readonly JournalEntry[]): JournalEntry[] | undefined {
  const failures = journal.filter((entry) => entry.kind === "settled" && entry.status === "failed") as StepSettled[];
  const last = failures.findLast(({ frame }) => frame.length === 0);
  // A run that was stopped or exceeded a limit goes on from where it was.
  if (last === undefined) return withoutUnsettled(journal);
  const dropped = new Set<JournalEntry>();
  const pending = [last];
  for (let failure = pending.pop(); failure !== undefined; failure = pending.pop()) {
    dropped.add(failure);
    for (const inner of failures) if (isDirectlyIn(inner.frame, failure)) pending.push(inner);
  }
  return withoutUnsettled(journal.filter((entry) => !dropped.has(entry)));
}

function isDirectlyIn(frame: FramePath, container: StepSettled): boolean {
  if (frame.length !== container.frame.length + 1) return false;
  if (frame.at(-1)![0] !== container.nodeId) return false;
  return container.frame.every(([id, index], depth) => frame[depth]![0] === id && frame[depth]![1] === index);
}

/** Beginnings of attempts that were never settled are the old run's: the new one makes attempts of its own. */
function withoutUnsettled(journal: readonly JournalEntry[]): JournalEntry[] {
  const settled = new Set(journal.flatMap((entry) => (entry.kind === "settled" ? [keyOf(entry)] : [])));
  const answered = new Set(journal.flatMap((entry) => (entry.kind === "answered" ? [placeOf(entry)] : [])));
  return journal.filter((entry) => {
    if (entry.kind === "started") return settled.has(keyOf(entry));
    if (entry.kind === "waiting") return answered.has(placeOf(entry));
    return true;
  });
}

function withoutFrom(
  journal: readonly JournalEntry[],
  { nodeId, frame }: Exclude<RetryPoint, "failed">,
  graph: Graph,
): JournalEntry[] | undefined {
  const wanted = placeOf({ nodeId, frame });
  const at = journal.findIndex((entry) => entry.kind !== "begun" && placeOf(entry) === wanted);
  if (at < 0) return undefined;
  const top = frame[0]?.[0] ?? nodeId;
  const dependent = followers(graph, [top]);
  // Inside a container later rounds may depend on earlier ones, so nothing of it after the point is kept.
  return withoutUnsettled(
    journal.filter(
      (entry, place) => entry.kind === "begun" || place < at || !(topOf(entry) === top || dependent.has(topOf(entry))),
    ),
  ).filter((entry) => entry.kind === "begun" || topOf(entry) !== top || frame.length > 0 || placeOf(entry) !== wanted);
}

/** These steps of the outer graph and all that can only run after them. */
function followers(graph: Graph, from: readonly string[]): ReadonlySet<string> {
  const found = new Set(from);
  const pending = [...found];
  for (let id = pending.pop(); id !== undefined; id = pending.pop()) {
    for (const { target } of graph.byId.get(id)?.outgoing ?? []) {
      if (found.has(target.id)) continue;
      found.add(target.id);
      pending.push(target.id);
    }
  }
  return found;
}

type Placed = { nodeId: string; frame: FramePath };

/** The outer graph's step that an entry belongs to. */
function topOf({ frame, nodeId }: Placed): string {
  return frame[0]?.[0] ?? nodeId;
}

function placeOf({ frame, nodeId }: Placed): string {
  return `${JSON.stringify(frame)}${nodeId}`;
}

function keyOf(entry: Placed & { attempt: number }): string {
  return `${placeOf(entry)} ${entry.attempt}`;
}
