import type { RunId, WorkspaceScope } from "@diwan/kernel";
import type { AbandonedRuns, ConversationStore, FormStore, Run, RunStore } from "@diwan/runs";
import { float, stringifyJson, type Value } from "@diwan/workflow";
import { describe, expect, it } from "vitest";
import {
  aCaller,
  aConversation,
  aForm,
  aLease,
  aPause,
  aRun,
  aScope,
  aSettlement,
  aStep,
  aTurn,
  ids,
  noon,
  nothingMore,
} from "./samples.ts";

/** Stores over the same rows: a chat turn shows in all of them. */
export type RunStores = {
  runs: RunStore;
  abandoned: AbandonedRuns;
  conversations: ConversationStore;
  forms: FormStore;
};

/** What every RunStore promises. @param open  Gives stores over one database; tests keep apart by workspace. */
export function runStoreContract(open: () => RunStores): void {
  const scope = () => aScope();
  const started = async (runs: RunStore, own: WorkspaceScope, change: Partial<Run> = {}) => {
    const run = aRun({ ...change, workspaceId: own.workspaceId });
    await runs.insert(own, run);
    return run;
  };

  describe("a run", () => {
    it("comes back as it was inserted", async () => {
      const { runs } = open();
      const own = scope();
      const run = await started(runs, own, {
        inputs: { text: "a\0b\ud800", list: [1, { b: 2, a: 1 }] },
        files: [{ type: "image" }],
        query: "مرحبا",
        caller: { type: "account", id: ids.next(), name: "Ada", email: "ada@example.test" },
      });
      expect(await runs.find(own, run.id)).toEqual(run);
    });

    it("that is inserted with a lease is held by its owner, as after a claim", async () => {
      const { runs } = open();
      const own = scope();
      const run = aRun({ workspaceId: own.workspaceId });
      const lease = aLease("first", noon);
      await runs.insert(own, run, lease);
      expect(await runs.find(own, run.id)).toEqual({ ...run, status: "running", startedAt: lease.now });
      expect(await runs.claim(own, run.id, aLease("second", noon))).toBeUndefined();
      expect(await runs.heartbeat(own, run.id, lease, 0)).toBe("held");
      const later = aLease("second", lease.expiresAt);
      expect(await runs.claim(own, run.id, later)).toMatchObject({ attempt: 2, run: { startedAt: lease.now } });
    });

    it("tells its status to many who ask at once, and to its own workspace alone", async () => {
      const { runs } = open();
      const own = scope();
      const [queued, held] = [await started(runs, own), aRun({ workspaceId: own.workspaceId })];
      await runs.insert(own, held, aLease("first", noon));
      const asked = [queued.id, held.id, ids.next<"run">(), queued.id, held.id];
      expect(await Promise.all(asked.map((id) => runs.statusOf(own, id)))).toEqual([
        "queued",
        "running",
        undefined,
        "queued",
        "running",
      ]);
      expect(await runs.statusOf(scope(), queued.id)).toBeUndefined();
    });

    it("is told its place among its workspace's, also beside others at once", async () => {
      const { runs } = open();
      const own = scope();
      const made = (count: number) => Array.from({ length: count }, () => aRun({ workspaceId: own.workspaceId }));
      const insert = (run: Run, lease?: ReturnType<typeof aLease>) => runs.insert(own, run, lease);
      const [ended, ...first] = made(4);
      await insert(ended!);
      await runs.requestStop(own, ended!.id, aCaller, noon);
      expect(await Promise.all(first.map((run) => insert(run)))).toEqual([0, 1, 2]);
      const [other, ...next] = made(3);
      expect(await insert(other!, aLease("a", noon))).toBe(0);
      expect(await Promise.all(next.map((run) => insert(run)))).toEqual([4, 5]);
      expect(await runs.insert(scope(), aRun())).toBe(0);
    });

    it("may begin with a journal that another run wrote", async () => {
      const { runs } = open();
      const own = scope();
      const run = aRun({ workspaceId: own.workspaceId, repeats: { kind: "retry", of: ids.next() } });
      const journal = [aStep("one"), aStep("two")];
      await runs.insertWithJournal(own, run, journal);
      expect(await runs.find(own, run.id)).toEqual(run);
      const claimed = await runs.claim(own, run.id, aLease("a", noon));
      expect(claimed).toMatchObject({ attempt: 1, journal });
      await runs.appendJournal(own, run.id, "a", journal.length, [aStep("three")]);
      expect(await runs.readJournal(own, run.id)).toHaveLength(3);
    });

    it("is inserted beside many others at once", async () => {
      const { runs } = open();
      const own = scope();
      const many = Array.from({ length: 50 }, (_, place) =>
        aRun({ workspaceId: own.workspaceId, query: `turn ${place}` }),
      );
      await Promise.all(many.map((run) => runs.insert(own, run)));
      for (const run of many) expect(await runs.find(own, run.id)).toEqual(run);
    });

    it("keeps the literal kind of numbers and the order of keys", async () => {
      const { runs } = open();
      const own = scope();
      const inputs: { [key: string]: Value } = {
        z: float(5),
        a: 5,
        big: 12345678901234567890n,
        tiny: 1e-7,
        minus: float(-0),
      };
      const run = await started(runs, own, { inputs });
      const found = await runs.find(own, run.id);
      expect(stringifyJson(found!.inputs)).toBe('{"z":5.0,"a":5,"big":12345678901234567890,"tiny":1e-7,"minus":-0.0}');
    });

    it("is inserted whatever characters people type", async () => {
      const { runs } = open();
      const own = scope();
      const run = await started(runs, own, { query: "before\0after" });
      expect((await runs.find(own, run.id))?.query).toMatch(/^before.after$/s);
    });

    it("is hidden from every other workspace", async () => {
      const { runs } = open();
      const [mine, theirs] = [scope(), scope()];
      const run = await started(runs, mine);
      const lease = aLease("thief", noon);
      expect(await runs.find(theirs, run.id)).toBeUndefined();
      expect(await runs.readJournal(theirs, run.id)).toEqual([]);
      expect(await runs.claim(theirs, run.id, lease)).toBeUndefined();
      expect(await runs.heartbeat(theirs, run.id, lease, 0)).toBe("lost");
      expect(await runs.requestStop(theirs, run.id, aCaller, noon)).toBe("ended");
      expect((await runs.list(theirs, run.appId, { limit: 10 })).runs).toEqual([]);
      await runs.claim(mine, run.id, aLease("owner", noon));
      expect(await runs.settle(theirs, run.id, "owner", aSettlement(), nothingMore)).toBe(false);
      await expect(runs.appendJournal(theirs, run.id, "owner", 0, [aStep("a")])).rejects.toMatchObject({
        code: "run.lease-lost",
      });
      expect(await runs.find(mine, run.id)).toMatchObject({ status: "running" });
    });
  });

  describe("a list of runs", () => {
    it("goes from the newest to the oldest in pages without gaps or repeats, also within one millisecond", async () => {
      const { runs } = open();
      const own = scope();
      const appId = ids.next<"app">();
      const inserted: RunId[] = [];
      for (const createdAt of [noon, noon, noon, noon + 1, noon + 2]) {
        inserted.push((await started(runs, own, { appId, createdAt })).id);
      }
      const seen: RunId[] = [];
      let cursor: string | null = null;
      do {
        const page = await runs.list(own, appId, { limit: 2, ...(cursor === null ? {} : { cursor }) });
        seen.push(...page.runs.map(({ id }) => id));
        expect(page.runs[0]).not.toHaveProperty("inputs");
        cursor = page.nextCursor;
      } while (cursor !== null);
      expect(seen).toEqual(inserted.reverse());
    });

    it("refuses a cursor that it did not give", async () => {
      await expect(open().runs.list(scope(), ids.next(), { limit: 2, cursor: "nonsense" })).rejects.toMatchObject({
        code: "request.invalid",
      });
    });
  });

  describe("a claim", () => {
    it("gives a queued run to one of two workers", async () => {
      const { runs } = open();
      const own = scope();
      const run = await started(runs, own);
      const claims = await Promise.all(["a", "b"].map((owner) => runs.claim(own, run.id, aLease(owner, noon + 10))));
      const [claimed, ...others] = claims.filter((claim) => claim !== undefined);
      expect(others).toEqual([]);
      expect(claimed).toMatchObject({ attempt: 1, journal: [], run: { status: "running", startedAt: noon + 10 } });
    });

    it("gives each of many that are asked for in one breath to one who asks, and settles them so too", async () => {
      const { runs } = open();
      const own = scope();
      const many = await Promise.all(Array.from({ length: 6 }, () => started(runs, own)));
      const claims = await Promise.all(
        many.flatMap(({ id }) => ["a", "b", "c"].map((owner) => runs.claim(own, id, aLease(`${owner}/${id}`, noon)))),
      );
      const held = claims.filter((claim) => claim !== undefined);
      expect(held.map(({ run }) => run.id)).toEqual(many.map(({ id }) => id));
      const owners = await Promise.all(many.map(({ id }) => runs.ownership(own, id)));
      const ends = many.map(({ id }, place) => {
        const last = { position: 0, entries: [aStep(`last of ${place}`)] };
        // Every other one is somebody else's.
        const owner = place % 2 === 0 ? owners[place]!.owner! : "nobody";
        return runs.settle(own, id, owner, aSettlement({ answer: `${place}\0` }), last);
      });
      expect(await Promise.all(ends)).toEqual([true, false, true, false, true, false]);
      for (const [place, { id }] of many.entries()) {
        const ended = place % 2 === 0;
        expect(await runs.find(own, id)).toMatchObject(
          ended ? { status: "succeeded", answer: `${place}\uFFFD` } : { status: "running" },
        );
        expect(await runs.readJournal(own, id)).toMatchObject(ended ? [{ nodeId: `last of ${place}` }] : []);
      }
    });

    it("is refused while the lease lasts and given once it has expired, with the journal so far", async () => {
      const { runs } = open();
      const own = scope();
      const run = await started(runs, own);
      await runs.claim(own, run.id, aLease("a", noon, 1_000));
      await runs.appendJournal(own, run.id, "a", 0, [aStep("one")]);
      expect(await runs.claim(own, run.id, aLease("b", noon + 999))).toBeUndefined();
      const taken = await runs.claim(own, run.id, aLease("b", noon + 1_000));
      expect(taken).toMatchObject({ attempt: 2, run: { startedAt: noon }, journal: [{ nodeId: "one" }] });
    });

    it("is refused for a run that has ended or is unknown", async () => {
      const { runs } = open();
      const own = scope();
      const run = await started(runs, own);
      await runs.claim(own, run.id, aLease("a", noon));
      await runs.settle(own, run.id, "a", aSettlement(), nothingMore);
      expect(await runs.claim(own, run.id, aLease("b", noon + 60_000))).toBeUndefined();
      expect(await runs.claim(own, ids.next(), aLease("b", noon))).toBeUndefined();
    });
  });

  describe("a heartbeat", () => {
    it("extends the lease, tells of a wish to stop and of a takeover", async () => {
      const { runs } = open();
      const own = scope();
      const run = await started(runs, own);
      await runs.claim(own, run.id, aLease("a", noon, 1_000));
      expect(await runs.heartbeat(own, run.id, aLease("a", noon + 900, 1_000), 0)).toBe("held");
      expect(await runs.claim(own, run.id, aLease("b", noon + 1_500))).toBeUndefined();
      expect(await runs.requestStop(own, run.id, aCaller, noon)).toBe("asked");
      expect(await runs.heartbeat(own, run.id, aLease("a", noon + 901, 1_000), 0)).toBe("stop-requested");
      await runs.claim(own, run.id, aLease("b", noon + 5_000));
      expect(await runs.heartbeat(own, run.id, aLease("a", noon + 5_001), 0)).toBe("lost");
    });
  });

  describe("a journal", () => {
    it("keeps its entries in order and exactly as they were", async () => {
      const { runs } = open();
      const own = scope();
      const run = await started(runs, own);
      await runs.claim(own, run.id, aLease("a", noon));
      const entries = ["one", "two", "three"].map((name) => aStep(name, { inputs: { text: "quote ' \" \\ \0 ü" } }));
      await runs.appendJournal(own, run.id, "a", 0, entries.slice(0, 2));
      await runs.appendJournal(own, run.id, "a", 2, entries.slice(2));
      const read = await runs.readJournal(own, run.id);
      expect(read).toEqual(entries);
      expect(stringifyJson(read as unknown as Value)).toBe(stringifyJson(entries as unknown as Value));
    });

    it("takes nothing from a worker that does not hold the run", async () => {
      const { runs } = open();
      const own = scope();
      const run = await started(runs, own);
      const attempt = () => runs.appendJournal(own, run.id, "a", 0, [aStep("one")]);
      await expect(attempt()).rejects.toMatchObject({ code: "run.lease-lost" });
      await runs.claim(own, run.id, aLease("a", noon, 1_000));
      await runs.claim(own, run.id, aLease("b", noon + 1_000));
      await expect(attempt()).rejects.toMatchObject({ code: "run.lease-lost" });
      expect(await runs.readJournal(own, run.id)).toEqual([]);
    });
  });

  describe("settling", () => {
    it("writes outputs, totals and the last journal entries together", async () => {
      const { runs } = open();
      const own = scope();
      const run = await started(runs, own);
      await runs.claim(own, run.id, aLease("a", noon));
      const settlement = aSettlement({ outputs: { price: float(2) }, answer: "Here." });
      await runs.appendJournal(own, run.id, "a", 0, [aStep("one")]);
      expect(await runs.settle(own, run.id, "a", settlement, { position: 1, entries: [aStep("two")] })).toBe(true);
      expect(await runs.find(own, run.id)).toEqual({ ...run, ...settlement, startedAt: noon });
      expect(await runs.readJournal(own, run.id)).toMatchObject([{ nodeId: "one" }, { nodeId: "two" }]);
    });

    it("happens once, and not by a worker that lost the run", async () => {
      const { runs } = open();
      const own = scope();
      const run = await started(runs, own);
      await runs.claim(own, run.id, aLease("a", noon, 1_000));
      await runs.claim(own, run.id, aLease("b", noon + 1_000));
      const last = { position: 0, entries: [aStep("late")] };
      expect(await runs.settle(own, run.id, "a", aSettlement({ status: "failed" }), last)).toBe(false);
      expect(await runs.readJournal(own, run.id)).toEqual([]);
      expect(await runs.settle(own, run.id, "b", aSettlement(), nothingMore)).toBe(true);
      expect(await runs.settle(own, run.id, "b", aSettlement({ status: "failed" }), nothingMore)).toBe(false);
      expect(await runs.find(own, run.id)).toMatchObject({ status: "succeeded" });
    });

    it("keeps why a run failed", async () => {
      const { runs } = open();
      const own = scope();
      const run = await started(runs, own);
      await runs.claim(own, run.id, aLease("a", noon));
      const error = { code: "run.time-limit", message: "Too long.", nodeId: "llm" };
      await runs.settle(own, run.id, "a", aSettlement({ status: "failed", error }), nothingMore);
      expect((await runs.find(own, run.id))?.error).toEqual(error);
    });
  });

  describe("a chat turn", () => {
    const opened = async (stores: RunStores, own: WorkspaceScope) => {
      const conversation = aConversation({ turnOf: ids.next() });
      await stores.conversations.insert(own, conversation);
      return conversation;
    };
    const turn = async (
      stores: RunStores,
      own: WorkspaceScope,
      conversation: ReturnType<typeof aConversation>,
      n: number,
    ) => {
      const query = `Question ${n}`;
      // The first turn is the one the conversation was opened for.
      const first = n === 1 ? { id: conversation.turnOf } : {};
      const run = aTurn(conversation.appId, conversation, { query, createdAt: noon + n, ...first });
      await stores.runs.insert(own, run);
      return run;
    };

    it("is one at a time, also where several are asked for in one breath", async () => {
      const stores = open();
      const own = scope();
      const conversation = await opened(stores, own);
      const turns = [];
      for (const n of [1, 2, 3]) turns.push(await turn(stores, own, conversation, n));
      const other = await started(stores.runs, own);
      const claims = await Promise.all(
        [other, ...turns.toReversed()].map(({ id }) => stores.runs.claim(own, id, aLease(`a/${id}`, noon))),
      );
      expect(claims.map((claim) => claim?.run.id)).toEqual([other.id, undefined, undefined, turns[0]!.id]);
    });

    it("joins the history when it has ended and counts for its conversation", async () => {
      const stores = open();
      const own = scope();
      const conversation = await opened(stores, own);
      for (const n of [1, 2, 3]) {
        const run = await turn(stores, own, conversation, n);
        await stores.runs.claim(own, run.id, aLease("a", noon));
        await stores.runs.settle(own, run.id, "a", aSettlement({ answer: `Answer ${n}` }), nothingMore);
      }
      const fourth = await turn(stores, own, conversation, 4);
      expect(await stores.conversations.history(own, conversation.id, fourth.messageId!, 2)).toEqual([
        { query: "Question 2", answer: "Answer 2" },
        { query: "Question 3", answer: "Answer 3" },
      ]);
      const found = await stores.conversations.find(own, conversation.appId, conversation.id);
      expect(found).toEqual({
        id: conversation.id,
        appId: conversation.appId,
        endUserId: null,
        name: "About tea",
        dialogueCount: 3,
        inputs: {},
      });
    });

    it("waits for the turns before it, and counts those that have ended", async () => {
      const stores = open();
      const own = scope();
      const conversation = await opened(stores, own);
      const [first, second, third] = await Promise.all([1, 2, 3].map((n) => turn(stores, own, conversation, n)));
      const claim = (run: Run | undefined) => stores.runs.claim(own, run!.id, aLease("a", noon));
      expect(await claim(second)).toBeUndefined();
      expect(await claim(first)).toMatchObject({ run: { dialogueCount: 0 } });
      expect(await claim(second)).toBeUndefined();
      expect(await stores.runs.nextTurn(own, conversation.id)).toEqual({
        runId: second!.id,
        queue: "runs-interactive",
      });
      expect(await stores.runs.nextTurn(scope(), conversation.id)).toBeUndefined();

      await stores.runs.settle(own, first!.id, "a", aSettlement(), nothingMore);
      expect(await claim(third)).toBeUndefined();
      expect(await claim(second)).toMatchObject({ run: { dialogueCount: 1 } });
      await stores.runs.requestStop(own, third!.id, aCaller, noon);
      expect(await stores.runs.nextTurn(own, conversation.id)).toBeUndefined();
    });

    it("of many that are claimed at the same time is one", async () => {
      const stores = open();
      const own = scope();
      const conversation = await opened(stores, own);
      const turns = await Promise.all([1, 2, 3, 4, 5].map((n) => turn(stores, own, conversation, n)));
      for (let ended = 0; ended < turns.length; ended += 1) {
        const claims = await Promise.all(turns.map(({ id }) => stores.runs.claim(own, id, aLease("a", noon))));
        const taken = claims.filter((claimed) => claimed !== undefined);
        expect(taken.map(({ run }) => run.query)).toEqual([`Question ${ended + 1}`]);
        await stores.runs.settle(own, taken[0]!.run.id, "a", aSettlement(), nothingMore);
      }
    });

    it("lets the next one go while it waits for a person, and then waits its turn again", async () => {
      const stores = open();
      const own = scope();
      const conversation = await opened(stores, own);
      const first = await turn(stores, own, conversation, 1);
      const second = await turn(stores, own, conversation, 2);
      const claim = (run: Run) => stores.runs.claim(own, run.id, aLease("a", noon));
      await claim(first);
      const form = aForm();
      expect(await stores.runs.pause(own, first.id, "a", aPause([form]), nothingMore)).toBe("paused");
      expect(await claim(second)).toMatchObject({ run: { dialogueCount: 0 } });
      await stores.forms.answer(own, form.formId, { type: "timed-out" }, noon);
      expect(await claim(first)).toBeUndefined();
      await stores.runs.settle(own, second.id, "a", aSettlement(), nothingMore);
      expect(await stores.runs.nextTurn(own, conversation.id)).toMatchObject({ runId: first.id });
      expect(await claim(first)).toMatchObject({ attempt: 2 });
    });

    it("that is at work can be taken over though an earlier one waits for its turn again", async () => {
      const stores = open();
      const own = scope();
      const conversation = await opened(stores, own);
      const first = await turn(stores, own, conversation, 1);
      const second = await turn(stores, own, conversation, 2);
      const form = aForm();
      await stores.runs.claim(own, first.id, aLease("a", noon));
      await stores.runs.pause(own, first.id, "a", aPause([form]), nothingMore);
      await stores.runs.claim(own, second.id, aLease("a", noon, 1_000));
      await stores.forms.answer(own, form.formId, { type: "timed-out" }, noon);
      // Its worker is gone; were both to wait for each other, neither would ever end.
      const later = noon + 1_001;
      expect(await stores.runs.claim(own, first.id, aLease("b", later))).toBeUndefined();
      expect(await stores.runs.claim(own, second.id, aLease("b", later))).toBeDefined();
      await stores.runs.settle(own, second.id, "b", aSettlement(), nothingMore);
      expect(await stores.runs.claim(own, first.id, aLease("b", later))).toBeDefined();
    });

    it("that was stopped before it answered is no part of the history", async () => {
      const stores = open();
      const own = scope();
      const conversation = await opened(stores, own);
      const run = await turn(stores, own, conversation, 1);
      expect(await stores.runs.requestStop(own, run.id, aCaller, noon + 5)).toBe("settled");
      expect(await stores.runs.find(own, run.id)).toMatchObject({ status: "stopped", finishedAt: noon + 5 });
      const second = await turn(stores, own, conversation, 2);
      expect(await stores.conversations.history(own, conversation.id, second.messageId!, 10)).toEqual([]);
    });

    it("sees no turn that came after it, however long it waited for a person", async () => {
      const stores = open();
      const own = scope();
      const conversation = await opened(stores, own);
      const turns: Run[] = [];
      // Those of the same millisecond have the order of their ids.
      for (const n of [1, 2, 2, 3]) turns.push(await turn(stores, own, conversation, n));
      const [first, second, third, fourth] = turns as [Run, Run, Run, Run];
      const settle = async (run: Run, answer: string) => {
        await stores.runs.claim(own, run.id, aLease("a", noon));
        await stores.runs.settle(own, run.id, "a", aSettlement({ answer }), nothingMore);
      };
      await settle(first, "Answer 1");
      await stores.runs.claim(own, second.id, aLease("a", noon));
      await stores.runs.pause(own, second.id, "a", aPause([aForm()]), nothingMore);
      await settle(third, "Answer 3");
      await settle(fourth, "Answer 4");
      const answersBefore = async ({ messageId }: Run) =>
        (await stores.conversations.history(own, conversation.id, messageId!, 10)).map(({ answer }) => answer);
      expect(await answersBefore(second)).toEqual(["Answer 1"]);
      expect(await answersBefore(fourth)).toEqual(["Answer 1", "Answer 3"]);
      expect(await stores.conversations.history(scope(), conversation.id, fourth.messageId!, 10)).toEqual([]);
      expect(await stores.conversations.history(own, conversation.id, ids.next(), 10)).toEqual([]);
    });
  });

  describe("a run that waits for people", () => {
    const paused = async (stores: RunStores, own: WorkspaceScope, forms = [aForm()]) => {
      const run = await started(stores.runs, own);
      await stores.runs.claim(own, run.id, aLease("a", noon));
      const last = { position: 0, entries: [aStep("one")] };
      expect(await stores.runs.pause(own, run.id, "a", aPause(forms), last)).toBe("paused");
      return run;
    };
    const yes = { type: "submitted", action: "yes", inputs: { note: "Good.", n: float(2) } } as const;

    it("keeps what it has, and nobody holds it", async () => {
      const stores = open();
      const own = scope();
      const form = aForm();
      const run = await paused(stores, own, [form]);
      expect(await stores.runs.find(own, run.id)).toMatchObject({ status: "paused", answer: "So far.", totalSteps: 2 });
      expect(await stores.runs.readJournal(own, run.id)).toMatchObject([{ nodeId: "one" }]);
      expect(await stores.runs.claim(own, run.id, aLease("b", noon + 90_000))).toBeUndefined();
      expect(await stores.runs.pause(own, run.id, "a", aPause([form]), nothingMore)).toBe("lost");
      expect(await stores.forms.openOf(own, run.id)).toEqual([
        { scope: own, appId: run.appId, runId: run.id, nodeId: "ask", reason: form, status: "open" },
      ]);
      expect(await stores.forms.openOf(scope(), run.id)).toEqual([]);
      expect(await stores.forms.findByToken(form.token!)).toMatchObject({ runId: run.id, status: "open" });
      expect(await stores.forms.findByToken("unknown")).toBeUndefined();
      expect(await stores.forms.find(scope(), form.formId)).toBeUndefined();
    });

    it("goes on with the first answer that comes", async () => {
      const stores = open();
      const own = scope();
      const form = aForm();
      const run = await paused(stores, own, [form]);
      expect(await stores.forms.answer(scope(), form.formId, yes, noon)).toBeUndefined();
      const answers = await Promise.all(
        [yes, { ...yes, action: "no" }].map((answer) => stores.forms.answer(own, form.formId, answer, noon + 900)),
      );
      expect(answers.filter((accepted) => accepted !== undefined)).toEqual([
        { run: { scope: own, runId: run.id, queue: "runs-interactive" } },
      ]);
      const kept = (await stores.forms.answersOf(own, run.id)).get(form.formId);
      expect(kept).toMatchObject({ at: noon + 900, answer: { type: "submitted", inputs: yes.inputs } });
      expect((await stores.forms.findByToken(form.token!))?.status).toBe("answered");
      expect(await stores.runs.claim(own, run.id, aLease("b", noon + 900))).toMatchObject({
        attempt: 2,
        activeMs: 480,
      });
    });

    it("is not let go of when one of its forms was answered meanwhile", async () => {
      const stores = open();
      const own = scope();
      const [one, two] = [aForm(), aForm()];
      const run = await paused(stores, own, [one, two]);
      await stores.forms.answer(own, one.formId, yes, noon);
      await stores.runs.claim(own, run.id, aLease("a", noon));
      expect(await stores.forms.answer(own, two.formId, yes, noon)).toEqual({ run: undefined });
      expect(await stores.runs.pause(own, run.id, "a", aPause([two]), nothingMore)).toBe("answered");
      expect(await stores.runs.find(own, run.id)).toMatchObject({ status: "running" });
    });

    it("is never left lying where pause and answer meet", async () => {
      const stores = open();
      const own = scope();
      for (let round = 0; round < 20; round += 1) {
        const [one, two] = [aForm(), aForm()];
        const run = await paused(stores, own, [one, two]);
        await stores.forms.answer(own, one.formId, yes, noon);
        await stores.runs.claim(own, run.id, aLease("a", noon));
        const [answered, outcome] = await Promise.all([
          stores.forms.answer(own, two.formId, yes, noon),
          stores.runs.pause(own, run.id, "a", aPause([two]), nothingMore),
        ]);
        expect([answered?.run?.runId, outcome]).toEqual(
          outcome === "paused" ? [run.id, "paused"] : [undefined, "answered"],
        );
      }
    });

    it("ends one way where an answer and a stop meet, and neither waits for the other for ever", async () => {
      const stores = open();
      const own = scope();
      for (let round = 0; round < 30; round += 1) {
        const form = aForm();
        const run = await paused(stores, own, [form]);
        await Promise.all([
          stores.forms.answer(own, form.formId, yes, noon),
          stores.runs.requestStop(own, run.id, aCaller, noon + 7),
        ]);
        expect(await stores.runs.find(own, run.id)).toMatchObject({ status: "stopped" });
        expect(await stores.forms.openOf(own, run.id)).toEqual([]);
      }
    });

    it("lists forms whose time is over, and ends when it is stopped", async () => {
      const stores = open();
      const own = scope();
      const form = aForm({ expiresAt: noon - 5 });
      const run = await paused(stores, own, [form]);
      const expired = async () =>
        (await stores.forms.findExpired(noon, 1_000)).filter(({ formId }) => formId === form.formId);
      expect(await expired()).toEqual([{ scope: own, formId: form.formId }]);
      expect(await stores.runs.requestStop(own, run.id, aCaller, noon + 7)).toBe("settled");
      expect(await stores.runs.find(own, run.id)).toMatchObject({ status: "stopped", finishedAt: noon + 7 });
      expect(await expired()).toEqual([]);
      expect(await stores.forms.answer(own, form.formId, yes, noon)).toBeUndefined();
    });

    it("is found when it has waited for too long", async () => {
      const stores = open();
      const own = scope();
      const run = await paused(stores, own);
      const since = { now: noon, queuedBefore: 0 };
      const find = async (pausedBefore: number) =>
        (await stores.abandoned.find({ ...since, pausedBefore }, 1_000)).find(({ runId }) => runId === run.id);
      expect(await find(noon + 500)).toBeUndefined();
      const found = await find(noon + 501);
      expect(found).toMatchObject({ state: "paused", queuedAt: noon + 500 });
      const error = { code: "run.pause-expired", message: "Nobody came.", nodeId: null };
      expect(await stores.abandoned.fail(found!, error, noon + 501)).toBe(true);
      expect(await stores.runs.find(own, run.id)).toMatchObject({ status: "failed", error });
    });
  });

  describe("the watch over abandoned runs", () => {
    it("is one process's for its time, and then anybody's", async () => {
      const { abandoned } = open();
      const watches = () => Promise.all(Array.from({ length: 5 }, () => abandoned.takeWatch(100)));
      await expect.poll(async () => (await watches()).filter(Boolean).length).toBe(1);
      expect((await watches()).filter(Boolean)).toEqual([]);
      await expect.poll(async () => (await watches()).filter(Boolean).length).toBe(1);
    });
  });

  describe("a wish to stop", () => {
    it("ends a queued run at once, is remembered by a running one and changes nothing about an ended one", async () => {
      const { runs } = open();
      const own = scope();
      const queued = await started(runs, own);
      expect(await runs.requestStop(own, queued.id, aCaller, noon + 7)).toBe("settled");
      expect(await runs.find(own, queued.id)).toMatchObject({
        status: "stopped",
        finishedAt: noon + 7,
        stopRequestedBy: aCaller,
      });
      expect(await runs.requestStop(own, queued.id, aCaller, noon + 8)).toBe("ended");

      const running = await started(runs, own);
      await runs.claim(own, running.id, aLease("a", noon));
      expect(await runs.requestStop(own, running.id, aCaller, noon)).toBe("asked");
      expect(await runs.find(own, running.id)).toMatchObject({ status: "running", stopRequestedBy: aCaller });
    });
  });

  describe("a run without an owner", () => {
    const find = async ({ abandoned }: RunStores, runId: RunId, now: number, queuedBefore = 0, pausedBefore = 0) =>
      (await abandoned.find({ now, queuedBefore, pausedBefore }, 1_000)).find((run) => run.runId === runId);

    it("is found once its lease has expired, or when it has waited for long", async () => {
      const stores = open();
      const own = scope();
      const run = await started(stores.runs, own, { queue: "runs-background" });
      expect(await find(stores, run.id, noon, noon)).toBeUndefined();
      expect(await find(stores, run.id, noon, noon + 1)).toEqual({
        scope: own,
        runId: run.id,
        queue: "runs-background",
        fruitlessTakeovers: 0,
        queuedAt: noon,
        state: "queued",
      });
      await stores.runs.claim(own, run.id, aLease("a", noon, 1_000));
      expect(await find(stores, run.id, noon + 999, noon + 1)).toBeUndefined();
      expect(await find(stores, run.id, noon + 1_001)).toMatchObject({ state: "running", fruitlessTakeovers: 0 });
    });

    it("counts takeovers until the journal grows", async () => {
      const stores = open();
      const own = scope();
      const run = await started(stores.runs, own);
      for (const n of [0, 1, 2]) await stores.runs.claim(own, run.id, aLease(`w${n}`, noon + n * 1_000, 1_000));
      expect(await find(stores, run.id, noon + 3_001)).toMatchObject({ fruitlessTakeovers: 2 });
      await stores.runs.appendJournal(own, run.id, "w2", 0, [aStep("one")]);
      expect(await find(stores, run.id, noon + 3_001)).toMatchObject({ fruitlessTakeovers: 0 });
      await stores.runs.claim(own, run.id, aLease("w3", noon + 4_000, 1_000));
      await stores.runs.claim(own, run.id, aLease("w4", noon + 5_000, 1_000));
      expect(await find(stores, run.id, noon + 9_000)).toMatchObject({ fruitlessTakeovers: 1 });
    });

    it("given back by its worker waits again from then on and counts as no takeover", async () => {
      const stores = open();
      const own = scope();
      const run = await started(stores.runs, own);
      await stores.runs.claim(own, run.id, aLease("a", noon + 50_000));
      await stores.runs.release(own, run.id, "somebody else", 0);
      expect(await stores.runs.find(own, run.id)).toMatchObject({ status: "running" });
      await stores.runs.release(own, run.id, "a", 700);
      expect(await stores.runs.find(own, run.id)).toMatchObject({ status: "queued" });
      expect(await find(stores, run.id, noon + 50_000, noon + 50_000)).toBeUndefined();
      const again = await stores.runs.claim(own, run.id, aLease("b", noon + 50_001, 10));
      expect(again).toMatchObject({ attempt: 2, activeMs: 700 });
      expect(await find(stores, run.id, noon + 60_000)).toMatchObject({ fruitlessTakeovers: 0 });
    });

    it("says who works on it, and how it came to whoever takes it next", async () => {
      const stores = open();
      const own = scope();
      const run = await started(stores.runs, own);
      const form = aForm();
      const nobody = { owner: null, leaseExpiresAt: null };
      expect(await stores.runs.ownership(own, run.id)).toMatchObject({ ...nobody, attempt: 0, queuedAt: noon });
      expect(await stores.runs.claim(own, run.id, aLease("a", noon, 1_000))).toMatchObject({ takenFrom: null });
      expect(await stores.runs.ownership(own, run.id)).toEqual({
        owner: "a",
        heartbeatAt: noon,
        leaseExpiresAt: noon + 1_000,
        queuedAt: noon,
        attempt: 1,
        activeMs: 0,
      });
      const late = aLease("b", noon + 1_000);
      expect(await stores.runs.claim(own, run.id, late)).toMatchObject({ takenFrom: "lease-expired" });
      await stores.runs.release(own, run.id, "b", 5);
      expect(await stores.runs.ownership(own, run.id)).toMatchObject({ ...nobody, attempt: 2, activeMs: 5 });
      expect(await stores.runs.claim(own, run.id, late)).toMatchObject({ takenFrom: "handed-over" });
      // Whoever goes on after people have answered takes it from nobody.
      await stores.runs.pause(own, run.id, "b", aPause([form]), nothingMore);
      await stores.forms.answer(own, form.formId, { type: "timed-out" }, noon + 2_000);
      expect(await stores.runs.claim(own, run.id, late)).toMatchObject({ attempt: 4, takenFrom: null });
      expect(await stores.runs.ownership(scope(), run.id)).toBeUndefined();
    });

    it("can be ended with a reason, unless somebody took it meanwhile", async () => {
      const stores = open();
      const own = scope();
      const error = { code: "run.worker-lost", message: "Gone.", nodeId: null };
      const run = await started(stores.runs, own);
      await stores.runs.claim(own, run.id, aLease("a", noon, 1_000));
      const found = (await find(stores, run.id, noon + 1_001))!;
      await stores.runs.claim(own, run.id, aLease("b", noon + 1_001, 1_000));
      expect(await stores.abandoned.fail(found, error, noon + 1_002)).toBe(false);
      expect(await stores.abandoned.fail(found, error, noon + 9_000)).toBe(true);
      expect(await stores.runs.find(own, run.id)).toMatchObject({
        status: "failed",
        error,
        finishedAt: noon + 9_000,
        elapsedMs: 9_000,
      });
      expect(await stores.abandoned.fail(found, error, noon + 9_001)).toBe(false);
    });
  });
}
