import { describe, expect, it } from "vitest";
import { followEvents } from "./follow-events.ts";

const stream = (text: string) =>
  new Response(new Blob([text]).stream(), { headers: { "content-type": "text/event-stream" } });

/** Answers one after the other; the clock moves only while waiting. */
function line(answers: (() => Response)[]) {
  const asked: (string | null)[] = [];
  const pauses: number[] = [];
  const states: string[] = [];
  const seen: string[] = [];
  let clock = 0;
  const end = new AbortController();
  const done = followEvents({
    path: "/events",
    signal: end.signal,
    now: () => clock,
    wait: async (ms) => {
      pauses.push(ms);
      clock += ms;
    },
    onLink: (state) => states.push(state),
    onFrame: (frame) => {
      seen.push(frame.id);
      if (frame.data === "last") end.abort();
    },
    fetch: async (_, init) => {
      asked.push(new Headers(init?.headers).get("last-event-id"));
      const answer = answers.shift();
      if (answer === undefined) throw new Error("the test has no further answer");
      return answer();
    },
  });
  return { done, asked, pauses, states, seen };
}
const noAnswer = () => {
  throw new TypeError("fetch failed");
};

describe("following an event stream", () => {
  it("goes on after the last event it saw when the line drops", async () => {
    const run = line([() => stream("id: 1\ndata: a\n\n"), () => stream("id: 2\ndata: last\n\n")]);
    await run.done;
    expect([run.asked, run.seen]).toEqual([
      [null, "1"],
      ["1", "2"],
    ]);
  });

  it("waits longer after each failure and says after five seconds that the line is lost", async () => {
    const run = line([...Array<() => Response>(6).fill(noAnswer), () => stream("id: 1\ndata: last\n\n")]);
    await run.done;
    expect(run.pauses).toEqual([250, 500, 1_000, 2_000, 4_000, 8_000]);
    expect(run.states).toEqual(["lost", "live"]);
  });

  it("gives up where the server refuses", async () => {
    const refusal = () =>
      Response.json({ code: "run.not-found", message: "", status: 404, request_id: "r" }, { status: 404 });
    await expect(line([refusal]).done).rejects.toMatchObject({ code: "run.not-found" });
  });
});
