import { getPublicSuffix, parse as parseName } from "tldts";
import { isMap, isScalar, isSeq, LineCounter, type Node, parseDocument } from "yaml";
import { z } from "zod";
import { hostProblem } from "./core/host-name.ts";
import { type EgressPolicy, type ManagedEntry, type PrivateEntry, publicPolicy } from "./core/policy.ts";
import { isRange, parseRange, type Range } from "./core/range.ts";
import { EgressErrors } from "./errors.ts";

/** A policy has hundreds of hosts at most; more is another file. */
const MAX_CHARACTERS = 1_000_000;

/**
 * Reads `egress.yaml`. What it leaves out is as in the embedded installation, except that a file has to say its `mode`.
 *
 * @throws egress.policy-invalid (caller) with every problem as `line N: key: what is wrong`.
 */
export function parsePolicyFile(text: string): EgressPolicy {
  const lines = new LineCounter();
  if (text.length > MAX_CHARACTERS) throw invalid(["line 1: the file is larger than a megabyte"]);
  const document = parseDocument(text, { lineCounter: lines, logLevel: "silent", prettyErrors: false });
  if (document.errors.length > 0) {
    throw invalid(document.errors.map(({ pos, message }) => `line ${lines.linePos(pos[0]).line}: ${message}`));
  }
  const result = PolicyFile.safeParse(readValue(document));
  if (result.success) return policyOf(result.data);
  const problems = result.error.issues.flatMap((issue) =>
    pathsOf(issue).map((path) => {
      const { line } = lines.linePos(offsetOf(document.contents, path));
      return { line, text: `line ${line}: ${nameOf(path)}: ${wordsOf(issue)}` };
    }),
  );
  throw invalid(problems.sort((a, b) => a.line - b.line).map((problem) => problem.text));
}

function readValue(document: ReturnType<typeof parseDocument>): unknown {
  try {
    return document.toJS({ maxAliasCount: 100 });
  } catch (error) {
    throw invalid([`line 1: ${(error as Error).message}`]);
  }
}

function invalid(problems: readonly string[]) {
  return EgressErrors["policy-invalid"]({ problems });
}

// ── What may stand in it ────────────────────────────────────────────────────────────────────────────────────────────

const port = z.int().min(1, "ports are from 1 to 65535").max(65_535, "ports are from 1 to 65535");
const number = (most: number) => z.number().positive().max(most);
const timer = number(2_147_483);

/** Listed for a whole registry: nobody's host, and with a leading dot everybody's. */
function suffixProblem(text: string): string | undefined {
  const bare = text.replace(/^\./, "");
  return getPublicSuffix(bare) === bare ? "is a public suffix, under which anybody may have a host" : undefined;
}

const host = z.string().check(({ value, issues }) => {
  const problem = hostProblem(value) ?? suffixProblem(value);
  if (problem !== undefined) issues.push({ code: "custom", message: `"${value}" ${problem}`, input: value });
});

/** Hosts of the operator's own network may have a single label. */
const innerHost = z.string().check(({ value, issues }) => {
  const { isIcann, publicSuffix } = parseName(value.replace(/^\./, ""));
  const isSuffix = isIcann === true && publicSuffix === value.replace(/^\./, "");
  const problem = hostProblem(value) ?? (isSuffix ? suffixProblem(value) : undefined);
  if (problem !== undefined) issues.push({ code: "custom", message: `"${value}" ${problem}`, input: value });
});

const cidr = z.string().transform((text, context): Range => {
  const range = parseRange(text);
  if (range !== undefined && isRange(range)) return range;
  const why = range === undefined ? "is no address and no range, such as 10.4.0.0/16" : "has bits behind its prefix";
  context.addIssue(`"${text}" ${why}`);
  return z.NEVER;
});

const allowPrivate = z
  .strictObject({ host: innerHost.optional(), cidr: cidr.optional(), port: port.optional() })
  .refine(({ host, cidr }) => host !== undefined || cidr !== undefined, "needs a host or a cidr")
  .transform(({ host, cidr, port }): PrivateEntry => {
    const text = [host, cidr?.text, port].filter((part) => part !== undefined).join(" ");
    return { text, host, range: cidr, port };
  });

const upstream = z.string().transform((text, context) => {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isBare = url?.protocol === "http:" && url.pathname === "/" && url.search === "" && url.hash === "";
  if (isBare && url.hostname !== "") return text;
  context.addIssue("write it as http://host:port");
  return z.NEVER;
});

const managed = z
  .strictObject({
    host,
    workspace_id: z.string().min(1).optional(),
    app_id: z.string().min(1).optional(),
    by: z.string(),
    reason: z.string(),
    until: z.union([z.iso.datetime({ offset: true }), z.iso.date()]).optional(),
  })
  .transform(
    (entry): ManagedEntry => ({
      host: entry.host,
      workspaceId: entry.workspace_id,
      appId: entry.app_id,
      by: entry.by,
      reason: entry.reason,
      until: entry.until === undefined ? undefined : Date.parse(entry.until),
    }),
  );

const PolicyFile = z
  .strictObject({
    version: z.literal(1, "this release reads version 1"),
    mode: z.enum(["allowlist", "public", "closed"]),
    untrusted: z
      .strictObject({ allow: z.array(host).default([]), allow_private: z.array(allowPrivate).default([]) })
      .prefault({}),
    platform: z
      .strictObject({
        allow: z.array(host).default([]),
        model_endpoints: z.enum(["configured", "listed"]).default(publicPolicy.platform.modelEndpoints),
        private_model_endpoints: z.boolean().default(publicPolicy.platform.privateModelEndpoints),
      })
      .prefault({}),
    ports: z.array(port).default([...publicPolicy.ports]),
    connect_ports: z.array(port).default([...publicPolicy.connectPorts]),
    ip_literals: z.enum(["deny", "allow"]).default("deny"),
    ipv6: z.enum(["deny", "allow"]).default("deny"),
    deny_cidrs: z.array(cidr).default([]),
    limits: z
      .strictObject({
        request_mib: number(1_000_000).default(26),
        response_mib: number(1_000_000).default(52),
        connect_seconds: timer.default(10),
        idle_seconds: timer.default(600),
        total_seconds: timer.default(1800),
        per_client: z.int().positive().default(64),
      })
      .prefault({}),
    upstream_proxy: upstream.nullable().default(null),
    managed: z.array(managed).default([]),
  })
  .refine(({ ip_literals, mode }) => ip_literals === "deny" || mode === "public", {
    message: "addresses as hosts can be allowed together with mode: public only",
    path: ["ip_literals"],
  });

function policyOf(file: z.output<typeof PolicyFile>): EgressPolicy {
  const { untrusted, platform, limits } = file;
  return {
    mode: file.mode,
    untrusted: { allow: untrusted.allow, allowPrivate: untrusted.allow_private },
    platform: {
      allow: platform.allow,
      modelEndpoints: platform.model_endpoints,
      privateModelEndpoints: platform.private_model_endpoints,
    },
    ports: file.ports,
    connectPorts: file.connect_ports,
    ipLiterals: file.ip_literals,
    ipv6: file.ipv6,
    denyRanges: file.deny_cidrs,
    limits: {
      requestBytes: Math.floor(limits.request_mib * 1024 * 1024),
      responseBytes: Math.floor(limits.response_mib * 1024 * 1024),
      connectMs: limits.connect_seconds * 1000,
      idleMs: limits.idle_seconds * 1000,
      totalMs: limits.total_seconds * 1000,
      perClient: limits.per_client,
    },
    upstreamProxy: file.upstream_proxy ?? undefined,
    managed: file.managed,
  };
}

// ── Where in the file ───────────────────────────────────────────────────────────────────────────────────────────────

type Path = readonly PropertyKey[];

/** Unknown keys are one issue with a list. */
function pathsOf(issue: z.core.$ZodIssue): Path[] {
  return issue.code === "unrecognized_keys" ? issue.keys.map((key) => [...issue.path, key]) : [issue.path];
}

function wordsOf(issue: z.core.$ZodIssue): string {
  if (issue.code === "unrecognized_keys") return "there is no such key";
  const message = issue.message.replace(/^Invalid input: /, "");
  return message.charAt(0).toLowerCase() + message.slice(1);
}

function nameOf(path: Path): string {
  const name = path.map((part) => (typeof part === "number" ? `[${part}]` : `.${String(part)}`)).join("");
  return name === "" ? "the file" : name.replace(/^\./, "");
}

/** Of the key or item itself, or of the nearest one around it. */
function offsetOf(contents: unknown, path: Path): number {
  let node = contents;
  let offset = (contents as Node | null)?.range?.[0] ?? 0;
  for (const part of path) {
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === String(part));
      if (pair === undefined) break;
      offset = (pair.key as Node).range?.[0] ?? offset;
      node = pair.value;
    } else if (isSeq(node)) {
      node = node.items[Number(part)];
      offset = (node as Node | undefined)?.range?.[0] ?? offset;
    } else break;
  }
  return offset;
}
