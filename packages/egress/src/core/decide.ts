import { type Address, formatAddress, parseAddress, parseLiteral } from "./address.ts";
import { internalNameRule, matchesHost, plainHost } from "./host.ts";
import { type Asker, covers, type EgressPolicy, type EgressProfile, holdsFor, mayCover } from "./policy.ts";
import { deniedRanges, isOwnNetwork, type Range, rangeOf } from "./range.ts";

export type EgressReason =
  | "method"
  | "port"
  | "scheme"
  | "ip-literal"
  | "internal-name"
  | "private-range"
  | "ipv6"
  | "host-not-allowed"
  | "closed";

export type EgressQuestion = {
  profile: EgressProfile;
  /** In upper case. */
  method: string;
  /** Without its colon. */
  scheme: string;
  /** A whole address was handed to a proxy, which would fetch it in clear whatever its scheme says. */
  toProxy?: boolean;
  host: string;
  port: number;
  /** Everything that the name resolves to. A host that is an address needs none. */
  addresses: readonly string[];
  asker: Asker | "anyone";
  /** Milliseconds since 1970. */
  now: number;
  policy: EgressPolicy;
};

export type Refusal = { allow: false; reason: EgressReason; rule: string };

/** `addresses` are those that may be connected to, in the order they were given. */
export type Verdict = { allow: true; reason: undefined; rule: string; addresses: string[] } | Refusal;

/** @source the deployment contract, decision order */
export const egressMethods: ReadonlySet<string> = new Set([
  "GET",
  "HEAD",
  "POST",
  "PUT",
  "PATCH",
  "DELETE",
  "OPTIONS",
  "CONNECT",
]);

/**
 * Whether a request may go out. The first rule that speaks decides:
 *
 *     closed → method → scheme → opened by the operator and not denied by them (goes out)
 *            → port → port of tunnels → address as name → internal name
 *            → denied by the operator → built-in ranges → IPv6 → list of hosts
 *
 * Every address must pass: a name with a public and a private one is refused, and an entry opens all of a name's addresses
 * or none. The configuration rendered for Squid says the same, rule by rule.
 *
 * @source the deployment contract, decision order; the operations contract, precedence
 */
export function decide(question: EgressQuestion): Verdict {
  return refusalByName(question) ?? decideAddresses(question);
}

/** What can be refused before a name is looked up, so that a refused name never reaches a name server. */
export function refusalByName(question: EgressQuestion): Refusal | undefined {
  const { policy, method, scheme, toProxy } = question;
  if (policy.mode === "closed") return refuse("closed", "mode: closed");
  if (!egressMethods.has(method)) return refuse("method", [...egressMethods].join(" "));
  const schemes = toProxy === true ? ["http"] : ["http", "https"];
  if (method !== "CONNECT" && !schemes.includes(scheme)) return refuse("scheme", schemes.join(" "));
  return mayBeOpened(question) ? undefined : refusalOfName(question);
}

function refusalOfName({ profile, method, scheme, host, port, policy }: EgressQuestion): Refusal | undefined {
  if (isConfigured(profile, policy)) return undefined;
  if (!policy.ports.includes(port)) return refuse("port", `ports: ${policy.ports.join(", ")}`);
  const tunnelled = method === "CONNECT" || scheme === "https";
  if (tunnelled && !policy.connectPorts.includes(port))
    return refuse("port", `connect_ports: ${policy.connectPorts.join(", ")}`);
  const name = plainHost(host);
  const literal = parseLiteral(name);
  if (literal !== undefined) {
    if (literal === "malformed" || policy.mode !== "public" || policy.ipLiterals === "deny")
      return refuse("ip-literal", "ip_literals: deny");
    return undefined;
  }
  const internal = internalNameRule(name);
  return internal === undefined ? undefined : refuse("internal-name", internal);
}

function decideAddresses(question: EgressQuestion): Verdict {
  const { profile, policy } = question;
  const found = addressesOf(question);
  if (found === undefined) return refuse("private-range", "not an address");
  const denied = firstRange(found, policy.denyRanges);
  const opened = denied === undefined && found.length > 0 ? openedBy(question, found) : undefined;
  if (opened !== undefined) return allow(opened, found);
  const byName = refusalOfName(question);
  if (byName !== undefined) return byName;
  if (denied !== undefined) return refuse("private-range", `deny_cidrs: ${denied}`);

  const mayBeOwn = profile === "platform" && policy.platform.privateModelEndpoints;
  const isOwn = ({ address }: Found) => mayBeOwn && isOwnNetwork(address);
  const foreign = found.filter((one) => !isOwn(one));
  const inside = firstRange(foreign, deniedRanges);
  if (inside !== undefined) return refuse("private-range", inside);

  const usable = policy.ipv6 === "allow" ? found : found.filter((one) => one.address.version === 4 || isOwn(one));
  if (usable.length === 0 && found.length > 0) return refuse("ipv6", "ipv6: deny");
  const rule = hostRule(question);
  return rule === undefined ? refuse("host-not-allowed", `${profile}.allow`) : allow(rule, usable);
}

function allow(rule: string, found: readonly Found[]): Verdict {
  return { allow: true, reason: undefined, rule, addresses: found.map(({ text }) => text) };
}

function refuse(reason: EgressReason, rule: string): Refusal {
  return { allow: false, reason, rule };
}

type Found = { text: string; address: Address };

/** Undefined where one of them cannot be read. */
function addressesOf({ host, addresses }: EgressQuestion): Found[] | undefined {
  const name = plainHost(host);
  const literal = parseLiteral(name);
  if (literal === "malformed") return undefined;
  if (literal !== undefined) return [{ text: formatAddress(literal), address: literal }];
  const found: Found[] = [];
  for (const text of addresses) {
    const address = parseAddress(text);
    if (address === undefined) return undefined;
    found.push({ text, address });
  }
  return found;
}

function firstRange(found: readonly Found[], ranges: readonly Range[]): string | undefined {
  for (const { address } of found) {
    const range = rangeOf(address, ranges);
    if (range !== undefined) return range.text;
  }
  return undefined;
}

function mayBeOpened({ profile, host, port, policy }: EgressQuestion): boolean {
  if (profile === "platform") return policy.platform.privateModelEndpoints;
  return policy.untrusted.allowPrivate.some((entry) => mayCover(entry, { host: plainHost(host), port }));
}

/** The rule by which an operator opened all of these inner addresses. */
function openedBy({ profile, host, port, policy }: EgressQuestion, found: readonly Found[]): string | undefined {
  if (profile === "platform") {
    const own = policy.platform.privateModelEndpoints && found.every(({ address }) => isOwnNetwork(address));
    return own ? "private_model_endpoints: true" : undefined;
  }
  const asked = { host: plainHost(host), port };
  const entry = policy.untrusted.allowPrivate.find(
    (one) => mayCover(one, asked) && found.every(({ address }) => covers(one, address)),
  );
  return entry === undefined ? undefined : `allow_private: ${entry.text}`;
}

/** An endpoint that somebody with the right to do so set up: its name, notation and port are their choice. */
function isConfigured(profile: EgressProfile, policy: EgressPolicy): boolean {
  return profile === "platform" && policy.platform.modelEndpoints === "configured";
}

function hostRule({ profile, host: asked, asker, now, policy }: EgressQuestion): string | undefined {
  const host = plainHost(asked);
  if (isConfigured(profile, policy)) return "model_endpoints: configured";
  if (profile === "untrusted" && policy.mode === "public") return "mode: public";
  const entry = policy[profile].allow.find((one) => matchesHost(one, host));
  if (entry !== undefined) return `${profile}.allow: ${entry}`;
  if (profile === "platform") return undefined;
  const managed = policy.managed.find((one) => matchesHost(one.host, host) && holdsFor(one, asker, now));
  return managed === undefined ? undefined : `managed: ${managed.host}`;
}
