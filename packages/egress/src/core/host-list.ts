import { matchesHost } from "./host.ts";

/**
 * A list of hosts as Squid can load it: no name beside the wildcard that has it already. A running Squid ends on such a
 * list where the name comes first.
 *
 * @source the deployment contract, lists and reload
 */
export function withoutCovered(hosts: readonly string[]): string[] {
  const unique = [...new Set(hosts)];
  return unique.filter((host) => !unique.some((other) => other !== host && isCovered(host, other))).sort();
}

function isCovered(host: string, other: string): boolean {
  return other.startsWith(".") && matchesHost(other, host.replace(/^\./, ""));
}
