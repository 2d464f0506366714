import { describe, expect, it } from "vitest";
import { createSseReader, type SseFrame } from "./sse.ts";

function read(...pieces: string[]): SseFrame[] {
  const frames: SseFrame[] = [];
  const feed = createSseReader((frame) => frames.push(frame));
  for (const piece of pieces) feed(piece);
  return frames;
}

describe("a stream of server-sent events", () => {
  it("gives a frame at each empty line, with its id", () => {
    expect(read('id: 1\ndata: {"a":1}\n\nid: 2\ndata: {}\n\n')).toEqual([
      { id: "1", data: '{"a":1}' },
      { id: "2", data: "{}" },
    ]);
  });

  it("does not mind where the network cuts it", () => {
    const text = "id: 7\r\ndata: one\r\ndata: two\r\n\r\n";
    expect(read(...text)).toEqual([{ id: "7", data: "one\ntwo" }]);
  });

  it("takes comments as heartbeat only, and holds back an unfinished frame", () => {
    expect(read(": beat\n\n", "id: 1\ndata: x\n")).toEqual([]);
  });
});
