import type { Address } from "./address.ts";
import { matchesHost, plainHost } from "./host.ts";
import { contains, isOwnNetwork, parseRange, type Range } from "./range.ts";

/** `untrusted` is what authors of apps call; `platform` what the product itself calls. */
export type EgressProfile = "untrusted" | "platform";

/**
 * What `egress.yaml` says, with what it leaves out filled in.
 *
 * @source the operations contract, egress policy
 */
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
  /** Of `ports`, those that tunnels may lead to; TLS travels in one. */
  connectPorts: readonly number[];
  /** Addresses instead of names; only together with mode `public`. */
  ipLiterals: "deny" | "allow";
  ipv6: "deny" | "allow";
  /** Added to the built-in ranges; stronger than `allowPrivate`. */
  denyRanges: readonly Range[];
  limits: EgressLimits;
  /** `http://[user:password@]host:port` through which a proxy of ours goes on, trusted as it is. */
  upstreamProxy: string | undefined;
  /** Hosts that somebody with the right to do so allowed in the console. */
  managed: readonly ManagedEntry[];
};

/** Of one request through a proxy; bytes of a tunnel are not counted. */
export type EgressLimits = {
  requestBytes: number;
  responseBytes: number;
  connectMs: number;
  /** Between two bytes, in either direction. */
  idleMs: number;
  totalMs: number;
  /** Connections of one client address at a time. */
  perClient: number;
};

/** A host for one workspace or app, or for all where neither is named; with an end, in milliseconds since 1970. */
export type ManagedEntry = {
  host: string;
  workspaceId: string | undefined;
  appId: string | undefined;
  by: string;
  reason: string;
  until: number | undefined;
};

const MIB = 1024 * 1024;

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
  limits: {
    requestBytes: 26 * MIB,
    responseBytes: 52 * MIB,
    connectMs: 10_000,
    idleMs: 600_000,
    totalMs: 1_800_000,
    perClient: 64,
  },
  upstreamProxy: undefined,
  managed: [],
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

/** Whom a request is made for. */
export type Asker = { workspaceId?: string; appId?: string };

/**
 * Whether a managed entry lets this asker out at this time. `anyone` is asked by proxies, which do not know who is behind
 * a connection: they let out what any workspace may reach, and the entry's own scope is kept before the request leaves.
 */
export function holdsFor({ workspaceId, appId, until }: ManagedEntry, asker: Asker | "anyone", now: number): boolean {
  if (until !== undefined && until <= now) return false;
  if (asker === "anyone") return true;
  if (workspaceId !== undefined && workspaceId !== asker.workspaceId) return false;
  return appId === undefined || appId === asker.appId;
}
