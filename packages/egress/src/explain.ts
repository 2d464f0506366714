import { checkDestination } from "./check-destination.ts";
import type { EgressReason } from "./core/decide.ts";
import { plainHost } from "./core/host.ts";
import type { EgressPolicy, EgressProfile } from "./core/policy.ts";
import type { Resolver } from "./ports.ts";

/** What would become of a request, and by which rule. `reason` is null for what goes out, and for a name that leads nowhere. */
export type Explanation = {
  allow: boolean;
  reason: EgressReason | null;
  rule: string;
  host: string;
  port: number;
  /** Everything the name leads to, in the order of the answer; none where it did not have to be looked up. */
  addresses: string[];
};

type Needs = { policy: EgressPolicy; resolver: Resolver; now: number };

/** Asks the policy about an address as any workspace might call it; nothing is sent there. */
export async function explainUrl(
  { policy, resolver, now }: Needs,
  url: URL,
  profile: EgressProfile,
): Promise<Explanation> {
  const scheme = url.protocol.slice(0, -1);
  const host = plainHost(url.hostname);
  const port = url.port === "" ? (ports[scheme] ?? 0) : Number(url.port);
  const question = { profile, method: "GET", scheme, host, port, asker: "anyone", now, policy } as const;
  const { verdict, found: addresses } = await checkDestination(resolver, question);
  const target = { host, port, addresses };
  if (verdict === "unresolved") return { allow: false, reason: null, rule: "the name leads nowhere", ...target };
  return { allow: verdict.allow, reason: verdict.reason ?? null, rule: verdict.rule, ...target };
}

const ports: Record<string, number> = { http: 80, https: 443, ftp: 21, ws: 80, wss: 443 };
