import { noUsage, type RunEvent, type StepSettled } from "@diwan/contracts";
import { expect, it } from "vitest";
import { RunErrors } from "../errors.ts";
import { EventPublisher } from "./event-publisher.ts";
import { JournalWriter } from "./journal-writer.ts";

const delta = (text: string, selector = ["a", "text"]): RunEvent => ({ type: "text-delta", text, selector });
const started = { type: "run.started", workflowId: "w", inputs: {}, reason: "initial", at: 0 } as const;

function recorder() {
  const groups: RunEvent[][] = [];
  const writer = {
    lastSeq: 0,
    append: async (events: readonly RunEvent[]) => {
      groups.push(structuredClone([...events]));
      return "written" as const;
    },
    close: async () => {},
  };
  return { groups, publisher: new EventPublisher(writer, () => "") };
}

it("sends the first text at once, and joins what follows within a tick", async () => {
  const { groups, publisher } = recorder();
  publisher.publish(started);
  publisher.publish(delta("one "));
  await new Promise((done) => setImmediate(done));
  expect(groups).toEqual([[started, delta("one ")]]);
  publisher.publish(delta("two "));
  publisher.publish(delta("three"));
  await new Promise((done) => setImmediate(done));
  expect(groups).toHaveLength(1);
  await publisher.flush();
  expect(groups[1]).toEqual([delta("two three")]);
});

it("lets what is no text wait a moment for company, and never past text", async () => {
  const { groups, publisher } = recorder();
  publisher.publish(started);
  await new Promise((done) => setImmediate(done));
  expect(groups).toEqual([]);
  publisher.publish(delta("one"));
  await new Promise((done) => setImmediate(done));
  expect(groups).toEqual([[started, delta("one")]]);
  publisher.publish(started);
  await expect.poll(() => groups.length).toBe(2);
});

it("joins only text of the same variable, and keeps the order of everything", async () => {
  const { groups, publisher } = recorder();
  for (const event of [delta("a"), delta("b"), delta("c", ["b", "text"]), started, delta("d")])
    publisher.publish(event);
  await publisher.flush();
  expect(groups.flat()).toEqual([delta("ab"), delta("c", ["b", "text"]), started, delta("d")]);
});

it("tries again what could not be written, and joins the text that comes meanwhile", async () => {
  const groups: RunEvent[][] = [];
  let failures = 2;
  const append = async (events: readonly RunEvent[]) => {
    if (failures-- > 0) throw new Error("Connection is closed.");
    groups.push(structuredClone([...events]));
    return "written" as const;
  };
  const publisher = new EventPublisher({ lastSeq: 0, append, close: async () => {} }, () => "");
  publisher.publish(delta("a"));
  const flushed = publisher.flush();
  for (const text of ["b", "c", "d"]) publisher.publish(delta(text));
  await flushed;
  expect(groups).toEqual([[delta("a")], [delta("bcd")]]);
});

it("gives readers of a stream that was lost the whole text first", async () => {
  const groups: RunEvent[][] = [];
  const results = ["written", "lost", "written"] as const;
  let calls = 0;
  const append = async (events: readonly RunEvent[]) => {
    const result = results[calls++] ?? "written";
    if (result === "written") groups.push(structuredClone([...events]));
    return result;
  };
  const publisher = new EventPublisher({ lastSeq: 0, append, close: async () => {} }, () => "abc");
  publisher.publish(delta("a"));
  await publisher.flush();
  publisher.publish(delta("b"));
  publisher.publish(started);
  publisher.publish(delta("c"));
  await publisher.flush();
  expect(groups).toEqual([[delta("a")], [{ type: "text-replaced", text: "abc", reason: "" }, started]]);
});

it("says nothing more once somebody else tells of the run", async () => {
  let calls = 0;
  const append = async () => {
    calls += 1;
    throw RunErrors["lease-lost"]({});
  };
  const publisher = new EventPublisher({ lastSeq: 0, append, close: async () => {} }, () => "");
  publisher.publish(delta("a"));
  await publisher.flush();
  publisher.publish(delta("b"));
  await publisher.close();
  expect(calls).toBe(1);
});

const entry = (nodeId: string): StepSettled => ({
  kind: "settled",
  stepId: nodeId,
  nodeId,
  nodeType: "code",
  title: "",
  frame: [],
  attempt: 1,
  index: 1,
  status: "succeeded",
  branch: null,
  inputs: {},
  processData: {},
  outputs: {},
  error: null,
  usage: noUsage,
  metadata: {},
  streams: [],
  startedAt: 0,
  finishedAt: 0,
});

it("writes the journal in groups, each at its place", async () => {
  const groups: [number, number][] = [];
  const journal = new JournalWriter(
    5,
    async (position, entries) => void groups.push([position, entries.length]),
    () => {},
  );
  for (let place = 0; place < 70; place += 1) journal.add(entry(`n${place}`));
  await journal.flush();
  journal.add(entry("last"));
  const rest = await journal.takeRest();
  expect(groups).toEqual([
    [5, 64],
    [69, 6],
  ]);
  expect([rest.position, rest.entries.length]).toEqual([75, 1]);
});

it("tells when a group could not be written", async () => {
  const told: unknown[] = [];
  const refuse = async () => {
    throw new Error("another worker has it");
  };
  const journal = new JournalWriter(0, refuse, (error) => told.push(error));
  journal.add(entry("n"));
  await expect(journal.flush()).rejects.toThrow("another worker");
  expect(told).toHaveLength(1);
});

it("writes nothing more once it was abandoned", async () => {
  const groups: number[] = [];
  const journal = new JournalWriter(
    0,
    async (position) => void groups.push(position),
    () => {},
  );
  journal.add(entry("a"));
  await journal.flush();
  journal.add(entry("b"));
  await journal.abandon();
  journal.add(entry("c"));
  await expect(journal.flush()).rejects.toMatchObject({ code: "run.lease-lost" });
  expect(groups).toEqual([0]);
});
