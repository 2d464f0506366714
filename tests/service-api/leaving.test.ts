import { Agent, request } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { words } from "@diwan/testkit";
import { afterAll, beforeAll, expect, it } from "vitest";
import { appText, end, llm, start, template } from "../support/app-text.ts";
import { type PublishedApp, startInstallation, type TestInstallation } from "../support/installation.ts";

let installation: TestInstallation;
let quick: PublishedApp;
let slow: PublishedApp;
beforeAll(async () => {
  installation = await startInstallation();
  quick = await installation.publish(
    appText(
      "workflow",
      [start(), template("say", "hello"), end("end", { text: ["say", "output"] })],
      ["start>say", "say>end"],
    ),
  );
  slow = await installation.publish(
    appText("workflow", [start(), llm("ask", "go"), end("end", { text: ["ask", "text"] })], ["start>ask", "ask>end"]),
  );
});
afterAll(() => installation[Symbol.asyncDispose]());

/** Sends a run call and leaves after a while, whatever came of it. */
async function leaveAfter(app: PublishedApp, response_mode: string, ms: number): Promise<void> {
  const headers = { authorization: `Bearer ${app.key}`, "content-type": "application/json" };
  const sent = request(`${installation.url}/v1/workflows/run`, { method: "POST", headers });
  sent.on("error", () => {});
  sent.end(JSON.stringify({ user: "u", inputs: {}, response_mode }));
  await sleep(ms);
  sent.destroy();
}

/** The figures of the api as it reports them, by name and labels. */
async function figures(): Promise<Map<string, number>> {
  const text = await (await fetch(`${installation.url}/metrics`)).text();
  const lines = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  return new Map(lines.map((line) => [line.slice(0, line.lastIndexOf(" ")), Number(line.split(" ").at(-1))]));
}

it("leaves nothing behind of callers who go, whenever they do", async () => {
  installation.model.script(() => ({ text: words("It takes a long while until this has been said."), pieceMs: 200 }));
  const stays = [0, 1, 2, 4, 8, 16, 32, 64];
  await Promise.all(stays.flatMap((ms) => [leaveAfter(slow, "streaming", ms), leaveAfter(slow, "blocking", ms)]));
  await expect
    .poll(
      async () => {
        const now = await figures();
        // The call for the figures is one of those under way.
        return [
          now.get('diwan_http_sse_streams{component="api"}'),
          now.get('diwan_http_inflight_requests{component="api"}'),
        ];
      },
      { timeout: 5_000 },
    )
    .toEqual([0, 1]);
});

it("keeps nothing of earlier calls on a connection", async () => {
  const warnings: string[] = [];
  const warn = (warning: Error) => warnings.push(warning.name);
  process.on("warning", warn);
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const headers = { authorization: `Bearer ${quick.key}`, "content-type": "application/json" };
  for (let call = 0; call < 12; call += 1) {
    const status = await new Promise((resolve, reject) => {
      const sent = request(`${installation.url}/v1/workflows/run`, { method: "POST", headers, agent }, (response) => {
        response.resume().once("end", () => resolve(response.statusCode));
      });
      sent.once("error", reject);
      sent.end(JSON.stringify({ user: "u", inputs: {}, response_mode: "blocking" }));
    });
    expect(status).toBe(200);
  }
  await sleep(0);
  agent.destroy();
  process.off("warning", warn);
  expect(warnings).toEqual([]);
});

it("measures a stream by its first frame, and not as one of the others", async () => {
  const streamed =
    /diwan_http_request_duration_seconds_count\{.*route="\/v1\/workflow\/:runId\/events".*stream="(\w+)"/;
  const frames = await quick.v1.frames("/workflows/run", { user: "u", inputs: {} });
  await quick.v1.send("GET", `/workflow/${frames[0]!.data["task_id"]}/events?user=u`).then((reply) => reply.text());
  const kinds = [...(await figures()).keys()].flatMap((name) => streamed.exec(name)?.[1] ?? []);
  expect(kinds).toEqual(["yes"]);
});
