import { type ModelScript, type SeenRequest, words } from "@diwan/testkit";
import { stringifyJson } from "@diwan/workflow";
import type { ScriptedReply } from "./cases.ts";

/** The scripted model of one run. To a request it says the first reply whose text is in it and that is not used up. */
export function scriptedReplies(replies: readonly ScriptedReply[] = []) {
  const said = new Map<ScriptedReply, number>();
  return ({ body }: Pick<SeenRequest, "body">): ModelScript => {
    const asked = JSON.stringify(body);
    const reply = replies.find(
      (one) =>
        asked.includes(JSON.stringify(one.when).slice(1, -1)) &&
        (one.times === undefined || (said.get(one) ?? 0) < one.times),
    );
    if (reply === undefined) return { error: { status: 500, message: `Nothing is scripted for ${asked}.` } };
    said.set(reply, (said.get(reply) ?? 0) + 1);
    return scriptOf(reply);
  };
}

function scriptOf({ text = "", calls, status, delayMs, cutAfter }: ScriptedReply): ModelScript {
  if (status !== undefined) return { error: { status, message: "scripted" } };
  if (calls !== undefined) {
    const toolCalls = calls.map((call, place) => ({
      id: `call-${place}`,
      name: call.name,
      arguments: stringifyJson(call.arguments),
    }));
    return { toolCalls };
  }
  return {
    text: words(text),
    ...(delayMs === undefined ? {} : { delayMs }),
    ...(cutAfter === undefined ? {} : { cutAfter }),
  };
}
