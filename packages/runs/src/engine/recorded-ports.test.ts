import type { RecordedCall } from "@diwan/contracts";
import type { HttpRequest, HttpResponse } from "@diwan/egress";
import type { NodePorts } from "@diwan/nodes";
import { describe, expect, it } from "vitest";
import type { StepCall } from "./attempt.ts";
import { recordingPorts, replayingPorts } from "./recorded-ports.ts";

function step(calls: RecordedCall[] = []): StepCall {
  return { frame: [], nodeId: "post", stepId: "s", attempt: 1, record: (call) => calls.push(call) };
}

/** Answers 200 with `text`; `left` tells whether the answer was let go of. */
function outside(text = "answer") {
  const seen = { left: 0 };
  async function* body(): AsyncGenerator<Uint8Array> {
    yield Buffer.from(text);
  }
  const send = async ({ url }: HttpRequest): Promise<HttpResponse> => {
    const generator = body();
    const iterator: AsyncIterator<Uint8Array> = {
      next: () => generator.next(),
      return: async () => {
        seen.left += 1;
        return generator.return(undefined);
      },
    };
    return { status: 500, headers: [], url, body: { [Symbol.asyncIterator]: () => iterator } };
  };
  const history = async () => [{ query: "q", answer: "a" }];
  return { seen, ports: { http: { send }, conversation: { history } } as unknown as NodePorts };
}

const nowhere = {
  http: { send: () => Promise.reject(new Error("reached")) },
  conversation: { history: () => Promise.reject(new Error("reached")) },
} as unknown as NodePorts;

function request(body?: string): HttpRequest {
  const given = { method: "POST", url: "https://example.com/", headers: [], body: body && Buffer.from(body) };
  return given as unknown as HttpRequest;
}

async function textOf({ body }: HttpResponse): Promise<string> {
  let text = "";
  for await (const chunk of body) text += Buffer.from(chunk).toString();
  return text;
}

describe("a recorded HTTP call", () => {
  it("is told by its body, not by the length of it", async () => {
    const calls: RecordedCall[] = [];
    await textOf(await recordingPorts(outside().ports, step(calls)).http.send(request("pay 10")));
    const { http } = replayingPorts(nowhere, calls, step());
    await expect(http.send(request("pay 99"))).rejects.toMatchObject({ code: "run.not-recorded" });
    await expect(http.send(request())).rejects.toMatchObject({ code: "run.not-recorded" });
    expect(await textOf(await http.send(request("pay 10")))).toBe("answer");
  });

  it("is kept where the step only looked at the status, and the connection is let go of", async () => {
    const calls: RecordedCall[] = [];
    const { ports, seen } = outside();
    const response = await recordingPorts(ports, step(calls)).http.send(request("a"));
    await response.body[Symbol.asyncIterator]().return?.();
    expect(seen.left).toBe(1);
    const replayed = await replayingPorts(nowhere, calls, step()).http.send(request("a"));
    expect([replayed.status, await textOf(replayed)]).toEqual([500, ""]);
  });
});

it("a program is recorded by all of its code, and a replay gives what it gave, its time included", async () => {
  const calls: RecordedCall[] = [];
  const result = { stdout: "1", stderr: "", error: "", exitCode: 0, elapsedMs: 4.2, memoryBytes: 9 };
  const there = { ...nowhere, code: { run: async () => result } } as unknown as NodePorts;
  const away = { ...nowhere, code: { run: () => Promise.reject(new Error("reached")) } } as unknown as NodePorts;
  const { signal } = new AbortController();
  await recordingPorts(there, step(calls)).code.run({ language: "python3", code: "print(1)" }, signal);
  const { code } = replayingPorts(away, JSON.parse(JSON.stringify(calls)) as RecordedCall[], step());
  const others = [
    { language: "python3", code: "print(2)" },
    { language: "nodejs", code: "print(1)" },
  ] as const;
  for (const other of others) await expect(code.run(other, signal)).rejects.toMatchObject({ code: "run.not-recorded" });
  expect(await code.run({ language: "python3", code: "print(1)", timeoutMs: 5 }, signal)).toEqual(result);
});

it("what a step remembered of its conversation is recorded by how much it asked for", async () => {
  const calls: RecordedCall[] = [];
  await recordingPorts(outside().ports, step(calls)).conversation.history(5);
  const { conversation } = replayingPorts(nowhere, calls, step());
  await expect(conversation.history(6)).rejects.toMatchObject({ code: "run.not-recorded" });
  expect(await conversation.history(5)).toEqual([{ query: "q", answer: "a" }]);
});
