import { words } from "@diwan/testkit";
import { stringifyJson } from "@diwan/workflow";
import type { ScriptedReply } from "./cases.ts";

/** What the scripted model says to a request: the first reply whose text is in it. */
export function replyTo(body: Record<string, unknown>, replies: readonly ScriptedReply[]) {
  const asked = JSON.stringify(body);
  const reply = replies.find(({ when }) => asked.includes(JSON.stringify(when).slice(1, -1)));
  if (reply === undefined) return { error: { status: 500, message: `Nothing is scripted for ${asked}.` } };
  const { text = "", calls, status, delayMs } = reply;
  if (status !== undefined) return { error: { status, message: "scripted" } };
  if (calls !== undefined) {
    const toolCalls = calls.map((call, place) => ({
      id: `call-${place}`,
      name: call.name,
      arguments: stringifyJson(call.arguments),
    }));
    return { toolCalls };
  }
  return { text: words(text), ...(delayMs === undefined ? {} : { delayMs }) };
}
