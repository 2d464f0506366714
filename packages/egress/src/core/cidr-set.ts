import { formatAddress } from "./address.ts";
import type { Range } from "./range.ts";

/**
 * What is left of blocks when others are taken out, as few blocks as can say it.
 *
 * @returns In the order of `blocks`; disjoint where they were.
 */
export function without(blocks: readonly Range[], holes: readonly Range[]): Range[] {
  return holes.reduce<Range[]>((left, hole) => left.flatMap((block) => cut(block, hole)), [...blocks]);
}

/** Without those that another one holds already: Squid drops one side of an overlap, whichever it likes. */
export function withoutOverlaps(blocks: readonly Range[]): Range[] {
  const wider = (one: Range, place: number) =>
    blocks.some((other, otherPlace) => {
      if (!holds(other, one)) return false;
      return other.hostBits > one.hostBits || otherPlace < place;
    });
  return blocks.filter((block, place) => !wider(block, place));
}

export function blockOf(version: 4 | 6, first: bigint, hostBits: bigint): Range {
  const width = version === 4 ? 32n : 128n;
  const text = `${formatAddress({ version, bits: first << hostBits })}/${width - hostBits}`;
  return { text, version, first, hostBits };
}

function holds(outer: Range, inner: Range): boolean {
  const wider = outer.hostBits - inner.hostBits;
  return outer.version === inner.version && wider >= 0n && inner.first >> wider === outer.first;
}

function cut(block: Range, hole: Range): Range[] {
  if (holds(hole, block)) return [];
  if (!holds(block, hole)) return [block];
  const half = block.hostBits - 1n;
  const halves = [block.first << 1n, (block.first << 1n) | 1n].map((first) => blockOf(block.version, first, half));
  return halves.flatMap((one) => cut(one, hole));
}
