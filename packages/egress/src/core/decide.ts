import { type Address, parseAddress, parseLiteral } from "./address.ts";
import { internalNameRule, matchesHost, plainHost } from "./host.ts";
import { covers, type EgressPolicy, type EgressProfile, mayCover } from "./policy.ts";
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
  host: string;
  port: number;
  /** Everything that the name resolves to. A host that is an address needs none. */
  addresses: readonly string[];
  policy: EgressPolicy;
};

export type Refusal = { allow: false; reason: EgressReason; rule: string };

/** `addresses` are those that may be connected to, in the order they were given. */
export type Verdict = { allow: true; reason: undefined; rule: string; addresses: string[] } | Refusal;

const methods = new Set(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "CONNECT"]);

/**
 * Whether a request may go out. The first rule that speaks decides:
 *
 *     closed → method → scheme → denied by the operator → opened by the operator (skips to the end)
 *            → port → address as name → internal name → built-in ranges → IPv6 → list of hosts
 *
 * Every address must pass: a name with a public and a private one is refused.
 *
 * @source the deployment contract, decision order; the operations contract, precedence
 */
export function decide(question: EgressQuestion): Verdict {
  return refusalByName(question) ?? decideAddresses(question);
}

/** What can be refused before a name is looked up, so that a refused name never reaches a name server. */
export function refusalByName(question: EgressQuestion): Refusal | undefined {
  const { policy, method, scheme } = question;
  if (policy.mode === "closed") return refuse("closed", "mode: closed");
  if (!methods.has(method)) return refuse("method", [...methods].join(" "));
  if (method !== "CONNECT" && scheme !== "http" && scheme !== "https") return refuse("scheme", "http https");
  return mayBeOpened(question) ? undefined : refusalOfName(question);
}

function refusalOfName({ profile, method, host, port, policy }: EgressQuestion): Refusal | undefined {
  if (isConfigured(profile, policy)) return undefined;
  const ports = method === "CONNECT" ? policy.connectPorts : policy.ports;
  if (!ports.includes(port)) return refuse("port", `ports: ${ports.join(", ")}`);
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
  const { profile, host, policy } = question;
  const found = addressesOf(question);
  if (found === undefined) return refuse("private-range", "not an address");
  const denied = firstRange(found, policy.denyRanges);
  if (denied !== undefined) return refuse("private-range", `deny_cidrs: ${denied}`);

  const opened = found.map(({ address }) => openedBy(question, address));
  if (found.length > 0 && !opened.includes(undefined)) return allow(opened[0]!, found);
  const byName = refusalOfName(question);
  if (byName !== undefined) return byName;
  const closed = found.filter((_, place) => opened[place] === undefined);
  const inside = firstRange(closed, deniedRanges);
  if (inside !== undefined) return refuse("private-range", inside);

  const usable =
    policy.ipv6 === "allow" ? found : found.filter((one) => one.address.version === 4 || !closed.includes(one));
  if (usable.length === 0 && found.length > 0) return refuse("ipv6", "ipv6: deny");
  const rule = hostRule(profile, plainHost(host), policy);
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
  if (literal !== undefined) return [{ text: name, address: literal }];
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

/** The rule by which an operator opened an inner address. */
function openedBy({ profile, host, port, policy }: EgressQuestion, address: Address): string | undefined {
  if (profile === "platform") {
    return policy.platform.privateModelEndpoints && isOwnNetwork(address) ? "private_model_endpoints: true" : undefined;
  }
  const entry = policy.untrusted.allowPrivate.find(
    (one) => mayCover(one, { host: plainHost(host), port }) && covers(one, address),
  );
  return entry === undefined ? undefined : `allow_private: ${entry.text}`;
}

/** An endpoint that somebody with the right to do so set up: its name, notation and port are their choice. */
function isConfigured(profile: EgressProfile, policy: EgressPolicy): boolean {
  return profile === "platform" && policy.platform.modelEndpoints === "configured";
}

function hostRule(profile: EgressProfile, host: string, policy: EgressPolicy): string | undefined {
  if (isConfigured(profile, policy)) return "model_endpoints: configured";
  if (policy.mode === "public") return "mode: public";
  const entry = policy[profile].allow.find((one) => matchesHost(one, host));
  return entry === undefined ? undefined : `${profile}.allow: ${entry}`;
}
