import { type Address, embeddedIpv4, parseAddress } from "./address.ts";

/** A block of addresses, with the text that it is known by. */
export type Range = { text: string; version: 4 | 6; first: bigint; hostBits: bigint };

/** Reads `10.0.0.0/8`, or one address alone. Bits behind the prefix are not looked at. */
export function parseRange(text: string): Range | undefined {
  const [, base, prefix] = /^([^/]+)(?:\/(\d{1,3}))?$/.exec(text) ?? [];
  const address = base === undefined ? undefined : parseAddress(base);
  if (address === undefined) return undefined;
  const width = address.version === 4 ? 32 : 128;
  const length = prefix === undefined ? width : Number(prefix);
  if (length > width) return undefined;
  const hostBits = BigInt(width - length);
  return { text, version: address.version, first: address.bits >> hostBits, hostBits };
}

/** Whether the text names the block by its first address: `10.4.0.0/16`, not `10.4.0.1/16`. */
export function isRange({ text, first, hostBits }: Range): boolean {
  return parseAddress(text.replace(/\/.*$/, ""))?.bits === first << hostBits;
}

export function contains({ version, first, hostBits }: Range, address: Address): boolean {
  return address.version === version && address.bits >> hostBits === first;
}

/** The first of the ranges that holds the address, or the IPv4 address embedded in it. */
export function rangeOf(address: Address, ranges: readonly Range[]): Range | undefined {
  const embedded = embeddedIpv4(address);
  return ranges.find((range) => contains(range, address) || (embedded !== undefined && contains(range, embedded)));
}

function ranges(text: string): Range[] {
  return text.split(/\s+/).map((one) => parseRange(one)!);
}

/**
 * Where nothing of ours goes unless an operator says so: private, shared, reserved and documentation networks, and the
 * addresses at which clouds hand out credentials.
 *
 * IPv4-mapped addresses are not listed: they are read as the IPv4 address they stand for.
 *
 * @source the deployment contract, denied destinations
 */
export const deniedRanges: readonly Range[] = ranges(
  `0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 192.0.2.0/24
  192.88.99.0/24 192.168.0.0/16 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 224.0.0.0/4 240.0.0.0/4 168.63.129.16/32
  ::/128 ::1/128 64:ff9b::/96 64:ff9b:1::/48 100::/64 2001::/32 2001:db8::/32 2002::/16 fc00::/7 fe80::/10 fec0::/10
  ff00::/8`,
);

export const privateNetworks: readonly Range[] = ranges(
  "10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 172.16.0.0/12 192.168.0.0/16 ::1/128 fc00::/7",
);
/** Inside private networks, yet a cloud's. */
export const metadataRanges: readonly Range[] = ranges("100.100.100.200 fd00:ec2::254 fd20:ce::254");

/** A machine of the operator's own: in a private network or this very host, and no metadata service. */
export function isOwnNetwork(address: Address): boolean {
  return rangeOf(address, privateNetworks) !== undefined && rangeOf(address, metadataRanges) === undefined;
}
