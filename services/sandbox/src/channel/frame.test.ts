import { expect, it } from "vitest";
import { FrameReader, frameHeader, frameKinds } from "./frame.ts";

const frame = (text: string) =>
  Buffer.concat([frameHeader(frameKinds.stdout, Buffer.byteLength(text)), Buffer.from(text)]);

it("cuts a stream into frames, wherever its chunks end", () => {
  const stream = Buffer.concat(["a", "", "a longer one", "ü"].map(frame));
  for (let size = 1; size <= stream.length; size += 1) {
    const reader = new FrameReader(1_000);
    const bodies: string[] = [];
    for (let at = 0; at < stream.length; at += size) {
      for (const { body } of reader.push(stream.subarray(at, at + size))) bodies.push(Buffer.from(body).toString());
    }
    expect(bodies).toEqual(["a", "", "a longer one", "ü"]);
  }
});

it("does not hear whoever announces too much, or what does not exist", () => {
  expect(() => [...new FrameReader(10).push(frameHeader(frameKinds.stdout, 11))]).toThrow("A frame of 11 bytes.");
  expect(() => [...new FrameReader(10).push(Buffer.from([0, 0, 0, 0, 99]))]).toThrow("A frame of kind 99.");
});
