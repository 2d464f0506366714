import { describe, expect, it } from "vitest";
import type { HostResult } from "../hosts/host-process.ts";
import { composeAnswer } from "./compose-answer.ts";
import { FairQueue } from "./fair-queue.ts";
import { Busy, Scheduler } from "./scheduler.ts";

const never = new AbortController().signal;

describe("a fair queue", () => {
  it("lets partitions take turns, each in its own order", () => {
    const queue = new FairQueue<string>();
    for (const item of ["a1", "a2", "a3", "b1", "c1", "b2"]) queue.add(item.charAt(0), item);
    const taken = Array.from({ length: 6 }, () => queue.take(() => true));
    expect(taken).toEqual(["a1", "b1", "c1", "a2", "b2", "a3"]);
    expect(queue.take(() => true)).toBeUndefined();
  });

  it("passes over what cannot go on, without losing its turn or its order", () => {
    const queue = new FairQueue<string>();
    for (const item of ["a-slow", "a-fast", "b-slow"]) queue.add(item.charAt(0), item);
    expect(queue.take((item) => item.endsWith("fast"))).toBe("a-fast");
    queue.remove("b", "b-slow");
    queue.remove("b", "b-slow");
    expect(queue.size).toBe(1);
    expect(queue.take(() => true)).toBe("a-slow");
  });
});

describe("a scheduler", () => {
  const options = { maxRunning: 3, capacity: { py: 2, js: 2 }, maxRequests: 4, maxWaitMs: 50 };

  it("admits exactly as many requests as it may", () => {
    const scheduler = new Scheduler(options);
    const admitted = Array.from({ length: 4 }, () => scheduler.admit());
    expect(() => scheduler.admit()).toThrow(Busy);
    admitted[0]![Symbol.dispose]();
    expect(() => scheduler.admit()).not.toThrow();
    expect(scheduler.requests).toBe(4);
  });

  it("runs as many of each kind as there are places, and the next once one has ended", async () => {
    const scheduler = new Scheduler({ ...options, maxWaitMs: 5_000 });
    const begun: string[] = [];
    const place = async (kind: "py" | "js", name: string) => {
      const held = await scheduler.place(kind, "p", never);
      begun.push(name);
      return held;
    };
    const first = place("py", "py1");
    const second = place("py", "py2");
    void place("py", "py3");
    void place("js", "js1");
    void place("js", "js2");
    await Promise.all([first, second]);
    await new Promise((resolve) => setImmediate(resolve));
    expect(begun).toEqual(["py1", "py2", "js1"]);
    (await first)[Symbol.dispose]();
    await new Promise((resolve) => setImmediate(resolve));
    expect(begun).toEqual(["py1", "py2", "js1", "py3"]);
    (await second)[Symbol.dispose]();
    await new Promise((resolve) => setImmediate(resolve));
    expect(begun).toEqual(["py1", "py2", "js1", "py3", "js2"]);
  });

  it("gives up on what waits for too long, and on whoever leaves", async () => {
    const scheduler = new Scheduler({ ...options, capacity: { py: 1, js: 1 } });
    const held = await scheduler.place("py", "a", never);
    await expect(scheduler.place("py", "a", never)).rejects.toThrow(Busy);
    const leaving = new AbortController();
    const left = scheduler.place("py", "a", leaving.signal);
    leaving.abort(new Error("left"));
    await expect(left).rejects.toThrow("left");
    await expect(scheduler.place("py", "a", leaving.signal)).rejects.toThrow("left");
    held[Symbol.dispose]();
    (await scheduler.place("py", "a", never))[Symbol.dispose]();
  });
});

describe("an answer", () => {
  const result = (change: Partial<HostResult>, exitCode = 0, failure: "none" | "denied" | "crashed" = "none") => ({
    ending: "done" as const,
    outcome: { exitCode, failure, memoryBytes: 0, isClean: true },
    stdout: Buffer.from("out"),
    stderr: Buffer.from(""),
    ...change,
  });

  it.each<[string, ReturnType<typeof result>, string, number]>([
    ["an end by itself", result({ stderr: Buffer.from("warned") }), "", 0],
    ["an exit code", result({}, 3), "process exited with code 3", 3],
    [
      "an exception",
      result({ stderr: Buffer.from("Traceback\n") }, 255),
      "process exited with code 255\nTraceback\n",
      255,
    ],
    ["a time limit", result({ ending: "timeout" as never }), "process exited with code -1\nerror: timeout\n", -1],
    ["a crash", result({}, -1, "crashed"), "process exited with code -1", -1],
    [
      "a refusal",
      result({ stderr: Buffer.from("why\n") }, 255, "denied"),
      "process exited with code 255\nerror: operation not permitted\nwhy\n",
      255,
    ],
    [
      "too much output",
      result({ ending: "output-limit" as never }),
      "process exited with code -1\nerror: output limit exceeded\n",
      -1,
    ],
  ])("says %s", (_, given, error, exitCode) => {
    expect(composeAnswer(given)).toMatchObject({ stdout: "out", error, exit_code: exitCode });
  });

  it("shows bytes that are no text as such", () => {
    expect(composeAnswer(result({ stdout: Buffer.from([0x61, 0xff, 0x62]) })).stdout).toBe("a\ufffdb");
  });
});
