/** An IP address as a number, so that ranges are comparisons. */
export type Address = { version: 4 | 6; bits: bigint };

/**
 * Reads an address in its usual spelling: dotted decimal, or IPv6 with or without brackets and zone. An IPv4-mapped IPv6
 * address is the IPv4 address in it.
 */
export function parseAddress(text: string): Address | undefined {
  const bare = text.replace(/^\[(.*)\]$/, "$1").replace(/%.*$/, "");
  const address = bare.includes(":") ? parseIpv6(bare) : parseDotted(bare);
  return address === undefined ? undefined : unmapped(address);
}

/**
 * What a host name says if it is an address in any notation that URLs know: `127.1`, `0x7f.0.0.1`, `017700000001`,
 * `2130706433`, `[::1]`.
 *
 * @returns "malformed" for what URLs take as a number but no address is: `1.2.3.4.5`, `256.256.256.256`.
 */
export function parseLiteral(host: string): Address | "malformed" | undefined {
  if (host.includes(":")) return parseAddress(host) ?? "malformed";
  const parts = host.replace(/\.$/, "").split(".");
  if (!/^(\d+|0x[\da-f]*)$/i.test(parts.at(-1)!)) return undefined;
  return parseNumbers(parts) ?? "malformed";
}

/** The address as systems take it: dotted decimal, or the eight groups of IPv6. */
export function formatAddress({ version, bits }: Address): string {
  const [parts, width, radix, separator] = version === 4 ? ([4, 8n, 10, "."] as const) : ([8, 16n, 16, ":"] as const);
  const mask = (1n << width) - 1n;
  const spelled = Array.from({ length: parts }, (_, place) => (bits >> (width * BigInt(parts - 1 - place))) & mask);
  return spelled.map((part) => part.toString(radix)).join(separator);
}

/** IPv4 addresses that a gateway may take an IPv6 address for: IPv4-compatible and IPv4-translated ones. */
export function embeddedIpv4({ version, bits }: Address): Address | undefined {
  if (version === 4) return undefined;
  const prefix = bits >> 32n;
  if (prefix === 0n || prefix === 0xffff_0000n) return { version: 4, bits: bits & 0xffff_ffffn };
  return undefined;
}

function unmapped(address: Address): Address {
  const mapped = address.version === 6 && address.bits >> 32n === 0xffffn;
  return mapped ? { version: 4, bits: address.bits & 0xffff_ffffn } : address;
}

function parseDotted(text: string): Address | undefined {
  const parts = text.split(".");
  if (parts.length !== 4 || !parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part) && Number(part) < 256)) {
    return undefined;
  }
  return { version: 4, bits: parts.reduce((bits, part) => (bits << 8n) | BigInt(part), 0n) };
}

/** @source the URL standard, IPv4 parser: at most four numbers, the last of which fills what is left */
function parseNumbers(parts: readonly string[]): Address | undefined {
  const numbers = parts.map(parseNumber);
  const last = numbers.at(-1);
  if (parts.length > 4 || last === undefined || numbers.includes(undefined)) return undefined;
  const leading = numbers.slice(0, -1) as bigint[];
  const bitsOfLast = BigInt(8 * (4 - leading.length));
  if (leading.some((number) => number > 255n) || last >> bitsOfLast !== 0n) return undefined;
  return { version: 4, bits: (leading.reduce((bits, number) => (bits << 8n) | number, 0n) << bitsOfLast) | last };
}

function parseNumber(text: string): bigint | undefined {
  if (/^0x[\da-f]*$/i.test(text)) return text.length === 2 ? 0n : BigInt(text);
  if (/^0[0-7]+$/.test(text)) return BigInt(`0o${text.slice(1)}`);
  return /^(0|[1-9]\d*)$/.test(text) ? BigInt(text) : undefined;
}

function parseIpv6(text: string): Address | undefined {
  const halves = text.split("::");
  if (halves.length > 2) return undefined;
  const [head, tail] = halves.map(groupsOf);
  if (head === undefined) return undefined;
  if (halves.length === 1) return head.length === 8 ? fromGroups(head) : undefined;
  if (tail === undefined || head.length + tail.length > 7) return undefined;
  return fromGroups([...head, ...Array<bigint>(8 - head.length - tail.length).fill(0n), ...tail]);
}

/** 16-bit groups of one side of `::`; dotted decimal at the end counts as two. */
function groupsOf(text: string): bigint[] | undefined {
  if (text === "") return [];
  const groups: bigint[] = [];
  for (const [place, part] of text.split(":").entries()) {
    if (part.includes(".")) {
      const dotted = parseDotted(part);
      if (dotted === undefined || place !== text.split(":").length - 1) return undefined;
      groups.push(dotted.bits >> 16n, dotted.bits & 0xffffn);
    } else {
      if (!/^[\da-f]{1,4}$/i.test(part)) return undefined;
      groups.push(BigInt(`0x${part}`));
    }
  }
  return groups;
}

function fromGroups(groups: readonly bigint[]): Address | undefined {
  return { version: 6, bits: groups.reduce((bits, group) => (bits << 16n) | group, 0n) };
}
