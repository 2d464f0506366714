import { parseLiteral } from "./core/address.ts";
import { decide, type EgressQuestion, refusalByName, type Verdict } from "./core/decide.ts";
import { plainHost } from "./core/host.ts";
import type { Resolver } from "./ports.ts";

/** `unresolved` is what would be let out if its name led anywhere. */
export type Checked = { verdict: Verdict | "unresolved"; found: string[] };

/** Decides, looking the name up once where that is needed. Whoever connects takes an address of the verdict. */
export async function checkDestination(
  resolver: Resolver,
  destination: Omit<EgressQuestion, "addresses">,
): Promise<Checked> {
  const byName = refusalByName({ ...destination, addresses: [] });
  if (byName !== undefined) return { verdict: byName, found: [] };
  const isLiteral = parseLiteral(plainHost(destination.host)) !== undefined;
  const found = isLiteral ? [] : await resolver.resolve(plainHost(destination.host)).catch(() => []);
  const verdict = decide({ ...destination, addresses: found });
  if (isLiteral) return { verdict, found: verdict.allow ? verdict.addresses : [] };
  return { verdict: verdict.allow && found.length === 0 ? "unresolved" : verdict, found };
}
