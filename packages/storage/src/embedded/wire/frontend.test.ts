import { describe, expect, it } from "vitest";
import { frame, frontendType, MessageReader, query, renameStatement, sqlOf } from "./frontend.ts";
import { searchPathOf, sessionCommandOf } from "./session-commands.ts";

describe("MessageReader", () => {
  it("finds the same messages in whatever pieces they come", () => {
    const messages = [query("select 1"), query(""), query("x".repeat(300)), query("é")];
    const bytes = Buffer.concat(messages);
    for (const size of [1, 2, 5, 7, 100, bytes.length]) {
      const reader = new MessageReader();
      const found: Buffer[] = [];
      for (let at = 0; at < bytes.length; at += size) {
        reader.push(bytes.subarray(at, at + size));
        for (let next = reader.next("typed"); next !== undefined; next = reader.next("typed")) found.push(next);
      }
      expect(found.map((message) => sqlOf(message))).toEqual(messages.map((message) => sqlOf(message)));
    }
  });
});

it("a named statement gets its session's name wherever it is mentioned, the unnamed one keeps none", () => {
  const rename = (name: string) => `7_${name}`;
  const parse = frame(frontendType.parse, Buffer.from("s\0select 1\0\0\0"));
  expect(renameStatement(parse, rename).toString("latin1")).toContain("7_s\0select 1\0");
  const bind = frame(frontendType.bind, Buffer.from("portal\0s\0\0\0"));
  expect(renameStatement(bind, rename).toString("latin1")).toContain("portal\x007_s\0");
  const describeStatement = frame(frontendType.describe, Buffer.from("Ss\0"));
  expect(renameStatement(describeStatement, rename).toString("latin1")).toContain("S7_s\0");
  const describePortal = frame(frontendType.describe, Buffer.from("Ps\0"));
  expect(renameStatement(describePortal, rename)).toBe(describePortal);
  const unnamed = frame(frontendType.parse, Buffer.from("\0select 1\0\0\0"));
  expect(renameStatement(unnamed, rename)).toBe(unnamed);
});

it.each([
  ["listen jobs", { kind: "listen", channel: "jobs" }],
  ['LISTEN "Jobs ""x"""', { kind: "listen", channel: 'Jobs "x"' }],
  ["/* a */ -- b\n  UNLISTEN Jobs;", { kind: "unlisten", channel: "jobs" }],
  ["unlisten *", { kind: "unlisten", channel: "*" }],
  ["select 'listen jobs'", undefined],
  ["set search_path to x", { kind: "may-change-search-path" }],
  ["copy t from stdin", { kind: "refused", reason: expect.any(String) }],
  ["copy t from '/dev/blob'", undefined],
])("%s means %o to the session", (sql, command) => {
  expect(sessionCommandOf(sql)).toEqual(command);
});

it.each([
  [{ options: '-c search_path="jobs"' }, '"jobs"'],
  [{ options: "-c statement_timeout=5 -csearch_path=a,b" }, "a,b"],
  [{ search_path: "x" }, "x"],
  [{ user: "postgres" }, undefined],
])("a client that starts with %o gets the search path %s", (startup, path) => {
  expect(searchPathOf(startup)).toBe(path);
});
