import { describe, expect, it } from "vitest";
import { blockOf, without, withoutOverlaps } from "./cidr-set.ts";
import { withoutCovered } from "./host-list.ts";
import { contains, parseRange } from "./range.ts";

const blocks = (...texts: string[]) => texts.map((text) => parseRange(text)!);
const texts = (ranges: readonly { text: string }[]) => ranges.map(({ text }) => text);

describe("blocks", () => {
  it("lose what is taken out, and nothing else", () => {
    expect(texts(without(blocks("10.0.0.0/8"), blocks("10.0.0.0/9")))).toEqual(["10.128.0.0/9"]);
    expect(texts(without(blocks("10.0.0.0/30"), blocks("10.0.0.2")))).toEqual(["10.0.0.0/31", "10.0.0.3/32"]);
    expect(without(blocks("10.0.0.0/16", "10.2.0.0/16"), blocks("10.0.0.0/8"))).toEqual([]);
    expect(without(blocks("10.0.0.0/8"), blocks("fd00::/8", "11.0.0.0/8"))).toEqual(blocks("10.0.0.0/8"));
  });

  it("are whole again with what was taken out", () => {
    const hole = parseRange("100.100.100.200")!;
    const left = without([blockOf(4, 0n, 31n), blockOf(4, 1n, 31n)], [hole]);
    expect(left).toHaveLength(32);
    const size = left.reduce((sum, { hostBits }) => sum + (1n << hostBits), 0n);
    expect(size).toBe((1n << 32n) - 1n);
    expect(left.some((block) => contains(block, { version: 4, bits: hole.first }))).toBe(false);
  });

  it("are named once", () => {
    const overlapping = blocks("10.1.0.0/16", "10.0.0.0/8", "192.0.2.1", "192.0.2.1/32", "::/96", "::1");
    expect(texts(withoutOverlaps(overlapping))).toEqual(["10.0.0.0/8", "192.0.2.1", "::/96"]);
  });
});

it("a list of hosts has no name beside its wildcard", () => {
  const hosts = [
    "b.example.com",
    ".example.com",
    "example.com",
    ".deep.example.com",
    "example.org",
    "example.org",
    ".a.net",
  ];
  expect(withoutCovered(hosts)).toEqual([".a.net", ".example.com", "example.org"]);
});
