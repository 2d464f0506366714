import type { WorkspaceScope } from "@diwan/kernel";
import type { ConversationStore, RunHolder, RunStore } from "@diwan/runs";
import { float, stringifyJson, type Value } from "@diwan/workflow";
import { expect, it } from "vitest";
import { aConversation, aLease, aRun, aScope, ids, noon } from "./samples.ts";

/** What every ConversationStore promises; turns are part of `runStoreContract`. */
export function conversationStoreContract(
  openStores: () => { conversations: ConversationStore; runs: RunStore },
): void {
  const open = () => openStores().conversations;
  const held = async (own: WorkspaceScope): Promise<RunHolder> => {
    const run = aRun({ workspaceId: own.workspaceId });
    await openStores().runs.insert(own, run, aLease("worker", noon));
    return { runId: run.id, owner: "worker" };
  };

  it("finds a conversation within its workspace and app only", async () => {
    const conversations = open();
    const own = aScope();
    const conversation = aConversation({ inputs: { tone: "kind", n: float(1) }, endUserId: ids.next() });
    await conversations.insert(own, conversation);
    expect(await conversations.find(own, conversation.appId, conversation.id)).toMatchObject({
      inputs: conversation.inputs,
      endUserId: conversation.endUserId,
    });
    expect(await conversations.find(own, ids.next(), conversation.id)).toBeUndefined();
    expect(await conversations.find(aScope(), conversation.appId, conversation.id)).toBeUndefined();
  });

  it("keeps the values of variables, null and float kinds included, and replaces them one by one", async () => {
    const conversations = open();
    const own = aScope();
    const { id } = aConversation();
    const holder = await held(own);
    expect(await conversations.readVariables(own, id)).toEqual({});
    await conversations.writeVariables(own, id, { a: null, b: [float(1), 2] }, holder);
    await conversations.writeVariables(own, id, { b: "x", c: { deep: true } }, holder);
    await conversations.writeVariables(own, id, {}, holder);
    const values = await conversations.readVariables(own, id);
    expect(values).toEqual({ a: null, b: "x", c: { deep: true } });
    await conversations.writeVariables(own, id, { b: float(1) }, holder);
    expect(stringifyJson((await conversations.readVariables(own, id))["b"] as Value)).toBe("1.0");
  });

  it("neither shows nor changes the variables of another workspace's conversation", async () => {
    const conversations = open();
    const [mine, theirs] = [aScope(), aScope()];
    const { id } = aConversation();
    await conversations.writeVariables(mine, id, { a: 1 }, await held(mine));
    await conversations.writeVariables(theirs, id, { a: 2 }, await held(theirs));
    expect(await conversations.readVariables(mine, id)).toEqual({ a: 1 });
    expect(await conversations.history(theirs, id, ids.next(), 10)).toEqual([]);
  });

  it("takes values from whoever holds the run, and from nobody else", async () => {
    const { conversations, runs } = openStores();
    const own = aScope();
    const { id } = aConversation();
    const first = await held(own);
    await conversations.writeVariables(own, id, { count: 1 }, first);
    // The worker was away for longer than its lease, and another one went on.
    const now = noon + 30_000;
    expect(await runs.claim(own, first.runId, aLease("other", now))).toBeDefined();
    await conversations.writeVariables(own, id, { count: 2 }, { ...first, owner: "other" });
    const late = conversations.writeVariables(own, id, { count: 1 }, first);
    await expect(late).rejects.toMatchObject({ code: "run.lease-lost" });
    expect(await conversations.readVariables(own, id)).toEqual({ count: 2 });
  });
}
