import { blockOf, without, withoutOverlaps } from "./cidr-set.ts";
import { type EgressReason, egressMethods } from "./decide.ts";
import { internalEndings } from "./host.ts";
import { withoutCovered } from "./host-list.ts";
import { type EgressPolicy, holdsFor, type PrivateEntry } from "./policy.ts";
import { deniedRanges, metadataRanges, parseRange, privateNetworks, type Range } from "./range.ts";

export type SquidPlace = {
  /** Where the lists lie when Squid reads them; absolute. */
  folder: string;
  host: string;
  untrustedPort: number;
  platformPort: number;
  /** Addresses; Squid knows no other port for them than 53. Empty: the system's. */
  nameServers: readonly string[];
  /** `stdout`, or a file. */
  log: string;
};

/** The files that Squid needs for a policy, by their names. */
export type SquidFiles = { "squid.conf": string; "allow-untrusted.txt": string; "allow-platform.txt": string };

/**
 * The policy in Squid's words, for Squid 5.7 and later: the same rules in the same order as `decide`.
 *
 * A rule that refuses ends with an ACL that is always true and notes the reason, which comes back in a header and in the
 * log. What a managed entry says about workspaces is left to those who call: here they are all one.
 *
 * @param now  Milliseconds since 1970; managed entries whose time is over are left out.
 * @source the deployment contract, egress proxy
 */
export function renderSquid(policy: EgressPolicy, place: SquidPlace, now: number): SquidFiles {
  const managed = policy.managed.filter((entry) => holdsFor(entry, "anyone", now)).map(({ host }) => host);
  return {
    "squid.conf": `${[...listeners(place), ...rules(policy, place), ...limits(policy), ...surroundings(policy, place)].join("\n")}\n`,
    "allow-untrusted.txt": list([...policy.untrusted.allow, ...managed]),
    "allow-platform.txt": list(policy.platform.allow),
  };
}

function list(hosts: readonly string[]): string {
  return withoutCovered(hosts)
    .map((host) => `${host}\n`)
    .join("");
}

function listeners({ host, untrustedPort, platformPort }: SquidPlace): string[] {
  const address = host.includes(":") ? `[${host}]` : host;
  return [
    "# Rendered by `diwan egress render` from egress.yaml; changes belong there.",
    `http_port ${address}:${untrustedPort} name=untrusted`,
    `http_port ${address}:${platformPort} name=platform`,
    "acl untrusted myportname untrusted",
    "acl platform myportname platform",
    "acl note_untrusted annotate_transaction profile=untrusted verdict=allowed",
    "acl note_platform annotate_transaction profile=platform verdict=allowed",
  ];
}

// ── Rules ───────────────────────────────────────────────────────────────────────────────────────────────────────────

/** `http_access` looks at conditions from left to right, so the note comes last and only for what is refused. */
function deny(reason: EgressReason, conditions: string): string[] {
  return [`http_access deny ${conditions} ${noteOf(reason)}`];
}

function noteOf(reason: EgressReason): string {
  return `because_${reason.replaceAll("-", "_")}`;
}

const reasons: EgressReason[] = ["closed", "method", "scheme", "port", "ip-literal", "internal-name"];
const laterReasons: EgressReason[] = ["private-range", "ipv6", "host-not-allowed"];
const notes = [...reasons, ...laterReasons].map(
  (reason) => `acl ${noteOf(reason)} annotate_transaction verdict=refused reason=${reason}`,
);

/** Squid takes more for a host than others do; what two could read differently is nobody's refusal, but no request. */
const wellFormed = [
  String.raw`acl well_formed dstdom_regex -n -i ^(\[[0-9a-f:.]+\]|[0-9a-f:.]+|[a-z0-9._-]+)$`,
  "acl malformed annotate_transaction verdict=malformed",
  "deny_info 400:ERR_INVALID_URL malformed",
  "http_access deny !well_formed malformed",
];

function rules(policy: EgressPolicy, { folder }: SquidPlace): string[] {
  const profileNotes = [
    "http_access deny untrusted note_untrusted !all",
    "http_access deny platform note_platform !all",
  ];
  if (policy.mode === "closed") return [...notes, ...profileNotes, ...wellFormed, ...deny("closed", "all")];
  return [
    ...notes,
    ...profileNotes,
    ...wellFormed,
    "http_access deny manager",
    `acl known_methods method ${[...egressMethods].join(" ")}`,
    ...deny("method", "!known_methods"),
    "acl in_clear proto HTTP",
    "acl tunnel method CONNECT",
    ...deny("scheme", "!tunnel !in_clear"),
    ...policy.untrusted.allowPrivate.flatMap((entry, place) => opening(entry, place, policy.denyRanges)),
    ...addressesByProfile(policy),
    ...names(policy),
    ...destinations(policy),
    ...hosts(policy, folder),
  ];
}

const everyIpv4: Range[] = [blockOf(4, 0n, 31n), blockOf(4, 1n, 31n)];
/** What IPv6 has in use, without the mapped addresses, which Squid reads as IPv4. */
const everyIpv6: Range[] = [
  "::/96",
  "::ffff:0:0:0/96",
  "64:ff9b::/96",
  "64:ff9b:1::/48",
  "100::/64",
  "2000::/3",
  "fc00::/7",
]
  .concat("fe80::/10", "fec0::/10", "ff00::/8")
  .map((text) => parseRange(text)!);

function texts(ranges: readonly Range[]): string {
  return ranges.map(({ text }) => text).join(" ");
}

/**
 * `dst` is true where any address of a name matches, so "all of them do" is "none lies outside". What the operator denied
 * lies outside too.
 */
function allWithin(
  name: string,
  inside: readonly Range[],
  denied: readonly Range[],
): { acls: string[]; condition: string } {
  const outside = [...without([...everyIpv4, ...everyIpv6], inside), ...denied];
  return {
    acls: [`acl ${name}_in dst ${texts(inside)}`, `acl ${name}_out dst ${texts(withoutOverlaps(outside))}`],
    condition: `${name}_in !${name}_out`,
  };
}

const ownNetworks = without(privateNetworks, metadataRanges);

function opening({ host, range, port }: PrivateEntry, place: number, denied: readonly Range[]): string[] {
  const name = `opened_${place + 1}`;
  const { acls, condition } = allWithin(name, range === undefined ? ownNetworks : [plain(range)], denied);
  const conditions = ["untrusted"];
  if (host !== undefined) {
    acls.push(`acl ${name}_host dstdomain -n ${host}`);
    conditions.push(`${name}_host`);
  }
  if (port !== undefined) {
    acls.push(`acl ${name}_port port ${port}`);
    conditions.push(`${name}_port`);
  }
  return [...acls, `http_access allow ${conditions.join(" ")} ${condition}`];
}

/** `fd12::7` alone is a block of one. */
function plain({ version, first, hostBits }: Range): Range {
  return blockOf(version, first, hostBits);
}

function addressesByProfile({ platform, denyRanges }: EgressPolicy): string[] {
  if (!platform.privateModelEndpoints) return [];
  const { acls, condition } = allWithin("own", ownNetworks, denyRanges);
  return [...acls, `http_access allow platform ${condition}`];
}

/** What the notation of a host says: the last label of a name is never a number. */
const literalPatterns = String.raw`(^|\.)([0-9]+|0x[0-9a-f]*)\.?$ :`;

function names(policy: EgressPolicy): string[] {
  // Providers may be called on any port and under any name, where the platform goes wherever they are configured.
  const bound = policy.platform.modelEndpoints === "configured" ? "untrusted " : "";
  const literalsAllowed = policy.mode === "public" && policy.ipLiterals === "allow";
  return [
    `acl known_ports port ${policy.ports.join(" ")}`.trimEnd(),
    `acl tunnel_ports port ${policy.connectPorts.join(" ")}`.trimEnd(),
    ...deny("port", `${bound}!known_ports`),
    ...deny("port", `${bound}tunnel !tunnel_ports`),
    `acl literal dstdom_regex -n -i ${literalPatterns}`,
    ...(literalsAllowed ? [] : deny("ip-literal", `${bound}literal`)),
    `acl internal dstdomain -n ${internalEndings.map((ending) => `.${ending}`).join(" ")}`,
    String.raw`acl single_label dstdom_regex -n ^[^.:]+\.?$`,
    ...deny("internal-name", `${bound}internal`),
    ...deny("internal-name", `${bound}single_label !literal`),
  ];
}

function destinations({ platform, denyRanges, ipv6 }: EgressPolicy): string[] {
  const forPlatform = platform.privateModelEndpoints ? without(deniedRanges, ownNetworks) : deniedRanges;
  const refused = (acl: string, ranges: readonly Range[], conditions: string) =>
    ranges.length === 0
      ? []
      : [`acl ${acl} dst ${texts(withoutOverlaps(withEmbedded(ranges)))}`, ...deny("private-range", conditions)];
  return [
    ...refused("denied_more", denyRanges, "denied_more"),
    ...refused("denied_untrusted", deniedRanges, "untrusted denied_untrusted"),
    ...refused("denied_platform", forPlatform, "platform denied_platform"),
    `acl has_ipv4 dst ${texts(everyIpv4)}`,
    `acl has_ipv6 dst ${texts(everyIpv6)}`,
    ...(ipv6 === "deny" ? deny("ipv6", "has_ipv6 !has_ipv4") : []),
  ];
}

/** A gateway may take some IPv6 addresses for the IPv4 address in them. */
function withEmbedded(ranges: readonly Range[]): Range[] {
  return ranges.flatMap((range) =>
    range.version === 6 ? [range] : [range, ...[0n, 0xffff_0000n].map((prefix) => embedded(range, prefix))],
  );
}

function embedded({ first, hostBits }: Range, prefix: bigint): Range {
  return blockOf(6, ((prefix << 32n) >> hostBits) | first, hostBits);
}

function hosts({ mode, platform }: EgressPolicy, folder: string): string[] {
  const untrusted = mode === "public" ? "untrusted" : "untrusted allowed_untrusted";
  const ours = platform.modelEndpoints === "configured" ? "platform" : "platform allowed_platform";
  return [
    `acl allowed_untrusted dstdomain -n "${folder}/allow-untrusted.txt"`,
    `acl allowed_platform dstdomain -n "${folder}/allow-platform.txt"`,
    // A name that leads nowhere is nobody's refusal.
    "acl nowhere annotate_transaction verdict=unresolved",
    "deny_info 502:ERR_DNS_FAIL nowhere",
    `http_access deny ${untrusted} !has_ipv4 !has_ipv6 nowhere`,
    `http_access deny ${ours} !has_ipv4 !has_ipv6 nowhere`,
    `http_access allow ${untrusted}`,
    `http_access allow ${ours}`,
    ...deny("host-not-allowed", "all"),
  ];
}

// ── Everything else ─────────────────────────────────────────────────────────────────────────────────────────────────

function limits({ limits: { requestBytes, responseBytes, connectMs, idleMs, totalMs, perClient } }: EgressPolicy) {
  const kib = (bytes: number) => `${Math.max(1, Math.floor(bytes / 1024))} KB`;
  const seconds = (ms: number) => `${Math.max(1, Math.round(ms / 1000))} seconds`;
  return [
    `request_body_max_size ${kib(requestBytes)}`,
    `reply_body_max_size ${kib(responseBytes)} all`,
    `connect_timeout ${seconds(connectMs)}`,
    `read_timeout ${seconds(idleMs)}`,
    `client_lifetime ${seconds(totalMs)}`,
    `client_ip_max_connections ${perClient}`,
    "max_filedescriptors 16384",
  ];
}

function surroundings({ upstreamProxy }: EgressPolicy, { nameServers, log }: SquidPlace): string[] {
  return [
    // Metadata services answer nothing without these.
    "request_header_access Metadata-Flavor deny all",
    "request_header_access Metadata deny all",
    "request_header_access X-aws-ec2-metadata-token deny all",
    "request_header_access X-aws-ec2-metadata-token-ttl-seconds deny all",
    // Only the proxy itself says why something was refused.
    "reply_header_access X-SSRF-Deny-Reason deny all",
    "acl refused note reason",
    'reply_header_add X-SSRF-Deny-Reason "%note{reason}" refused',
    "dns_defnames off",
    ...(nameServers.length === 0 ? [] : [`dns_nameservers ${nameServers.join(" ")}`]),
    "positive_dns_ttl 5 minutes",
    "negative_dns_ttl 30 seconds",
    "ipcache_size 8192",
    "hosts_file none",
    ...(upstreamProxy === undefined ? [] : parent(new URL(upstreamProxy))),
    `logformat decision { "time": "%{%Y-%m-%dT%H:%M:%S}tg.%03tuZ", "profile": "%note{profile}", "workspace": null, "app": null, "run": null, "host": "%>rd", "port": "%>rP", "method": "%rm", "verdict": "%note{verdict}", "status": %>Hs, "reason": "%note{reason}", "bytes": %<st, "ms": %tr }`,
    `access_log stdio:${log === "stdout" ? "/dev/stdout" : log} decision`,
    "cache_log /dev/null",
    "cache deny all",
    "cache_mem 8 MB",
    "pid_filename none",
    "coredump_dir none",
    "netdb_filename none",
    "pinger_enable off",
    "shutdown_lifetime 30 seconds",
    "via off",
    "forwarded_for delete",
    "httpd_suppress_version_string on",
  ];
}

function parent({ hostname, port, username, password }: URL): string[] {
  const login = username === "" ? "" : ` login=${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return [
    `cache_peer ${hostname.replace(/^\[|\]$/g, "")} parent ${port === "" ? 80 : port} 0 no-query no-digest default${login}`,
    "never_direct allow all",
  ];
}
