import type { ConversationStore } from "@diwan/runs";
import { float, stringifyJson, type Value } from "@diwan/workflow";
import { expect, it } from "vitest";
import { aConversation, aScope, ids } from "./samples.ts";

/** What every ConversationStore promises; turns are part of `runStoreContract`. */
export function conversationStoreContract(open: () => ConversationStore): void {
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
    expect(await conversations.readVariables(own, id)).toEqual({});
    await conversations.writeVariables(own, id, { a: null, b: [float(1), 2] });
    await conversations.writeVariables(own, id, { b: "x", c: { deep: true } });
    await conversations.writeVariables(own, id, {});
    const values = await conversations.readVariables(own, id);
    expect(values).toEqual({ a: null, b: "x", c: { deep: true } });
    await conversations.writeVariables(own, id, { b: float(1) });
    expect(stringifyJson((await conversations.readVariables(own, id))["b"] as Value)).toBe("1.0");
  });

  it("neither shows nor changes the variables of another workspace's conversation", async () => {
    const conversations = open();
    const [mine, theirs] = [aScope(), aScope()];
    const { id } = aConversation();
    await conversations.writeVariables(mine, id, { a: 1 });
    await conversations.writeVariables(theirs, id, { a: 2 });
    expect(await conversations.readVariables(mine, id)).toEqual({ a: 1 });
    expect(await conversations.history(theirs, id, 10)).toEqual([]);
  });
}
