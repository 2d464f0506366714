import type { Address } from "./address.ts";
import { matchesHost, plainHost } from "./host.ts";
import { contains, isOwnNetwork, parseRange, type Range } from "./range.ts";

/** `untrusted` is what authors of apps call; `platform` what the product itself calls. */
export type EgressProfile = "untrusted" | "platform";

/** @source the operations contract, egress policy */
export type EgressPolicy = {
  /** Listed hosts, any public address, or nothing. */
  mode: "allowlist" | "public" | "closed";
  untrusted: {
    /** Hosts, or with a leading dot a domain and all below it. */
    allow: readonly string[];
    allowPrivate: readonly PrivateEntry[];
  };
  platform: {
    allow: readonly string[];
    /** `configured`: wherever a provider that somebody set up lies, its port included; `listed`: only `allow`. */
    modelEndpoints: "configured" | "listed";
    /** Providers may lie in the operator's own network. */
    privateModelEndpoints: boolean;
  };
  ports: readonly number[];
  connectPorts: readonly number[];
  /** Addresses instead of names; only together with mode `public`. */
  ipLiterals: "deny" | "allow";
  ipv6: "deny" | "allow";
  /** Added to the built-in ranges; stronger than `allowPrivate`. */
  denyRanges: readonly Range[];
};

/** How a machine of its own begins: anything public, and models wherever they are. */
export const publicPolicy: EgressPolicy = {
  mode: "public",
  untrusted: { allow: [], allowPrivate: [] },
  platform: { allow: [], modelEndpoints: "configured", privateModelEndpoints: true },
  ports: [80, 443],
  connectPorts: [443],
  ipLiterals: "deny",
  ipv6: "deny",
  denyRanges: [],
};

/** An inner destination that an operator opens. What an entry leaves out may be anything. */
export type PrivateEntry = {
  text: string;
  host: string | undefined;
  range: Range | undefined;
  port: number | undefined;
};

/**
 * Reads `HOST`, `ADDRESS` or `RANGE`, each with or without `:PORT`: `erp.corp.example:443`, `10.4.0.0/16`,
 * `127.0.0.1:8080`, `[fd12::7]:443`.
 */
export function parsePrivateEntry(text: string): PrivateEntry | undefined {
  const [, target, digits] = /^(\[[^\]]+\](?:\/\d+)?|[^:]+|[^[\]]*::[^[\]]*)(?::(\d{1,5}))?$/.exec(text.trim()) ?? [];
  if (target === undefined) return undefined;
  const port = digits === undefined ? undefined : Number(digits);
  if (port !== undefined && (port < 1 || port > 65_535)) return undefined;
  const range = parseRange(target.replace(/[[\]]/g, ""));
  if (range !== undefined) return { text: text.trim(), host: undefined, range, port };
  const host = plainHost(target);
  if (!/^\.?[\da-z_-]+(\.[\da-z_-]+)*$/.test(host) || /(^|\.)\d+$/.test(host)) return undefined;
  return { text: text.trim(), host, range: undefined, port };
}

/** Whether an entry may be about this destination; its addresses decide. */
export function mayCover({ host, port }: PrivateEntry, asked: { host: string; port: number }): boolean {
  return (host === undefined || matchesHost(host, asked.host)) && (port === undefined || port === asked.port);
}

/** An entry that names a host only opens that host's own networks, not the cloud's addresses behind it. */
export function covers({ range }: PrivateEntry, address: Address): boolean {
  return range === undefined ? isOwnNetwork(address) : contains(range, address);
}
