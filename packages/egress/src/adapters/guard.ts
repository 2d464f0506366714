import type { LookupFunction } from "node:net";
import { parseLiteral } from "../core/address.ts";
import { decide, type EgressQuestion, type Refusal, refusalByName } from "../core/decide.ts";
import { plainHost } from "../core/host.ts";
import type { EgressPolicy, EgressProfile } from "../core/policy.ts";
import { EgressErrors } from "../errors.ts";
import type { HttpRequest } from "../http-client.ts";
import type { Resolver } from "../ports.ts";

export type GuardSettings = { profile: EgressProfile; policy: EgressPolicy; resolver: Resolver };

type Target = Pick<EgressQuestion, "method" | "scheme" | "host" | "port" | "asker">;

/** What a request asks for. */
export function targetOf({ method, asker = {} }: Pick<HttpRequest, "method" | "asker">, url: URL): Target {
  const scheme = url.protocol.slice(0, -1);
  const fallback = scheme === "https" ? 443 : 80;
  const port = url.port === "" ? fallback : Number(url.port);
  return { method, scheme, host: plainHost(url.hostname), port, asker };
}

/**
 * Refuses what can be refused before anything is looked up.
 *
 * @throws egress.blocked (author)
 */
export function checkTarget({ profile, policy }: GuardSettings, target: Target): void {
  const question = { ...target, profile, policy, addresses: [], now: Date.now() };
  const literal = parseLiteral(target.host) !== undefined;
  const verdict = literal ? decide(question) : refusalByName(question);
  if (verdict?.allow === false) throw blocked(profile, target, verdict);
}

/**
 * Looks a name up for a connection that is about to be made, once, and gives out only addresses that passed: there is no
 * second look-up that could answer otherwise. Addresses as hosts never come here; `checkTarget` sees them.
 */
export function guardedLookup(settings: GuardSettings, target: Omit<Target, "host">): LookupFunction {
  const { profile, policy, resolver } = settings;
  return (host, options, callback) => {
    const answer = async () => {
      const addresses = await resolver.resolve(plainHost(host));
      if (addresses.length === 0) throw Object.assign(new Error(`${host} has no address`), { code: "ENOTFOUND" });
      const verdict = decide({ ...target, host, profile, policy, addresses, now: Date.now() });
      if (!verdict.allow) throw blocked(profile, { ...target, host }, verdict);
      return verdict.addresses.map((address) => ({ address, family: address.includes(":") ? 6 : 4 }));
    };
    answer().then(
      (found) => {
        if (options.all === true) callback(null, found);
        else callback(null, found[0]!.address, found[0]!.family);
      },
      (error: Error) => callback(error, []),
    );
  };
}

function blocked(profile: EgressProfile, { host, port }: Pick<Target, "host" | "port">, { reason, rule }: Refusal) {
  const details = Object.entries({ host, port: String(port), profile, reason, rule });
  return EgressErrors.blocked({ host, reason }, { details: details.map(([path, message]) => ({ path, message })) });
}
