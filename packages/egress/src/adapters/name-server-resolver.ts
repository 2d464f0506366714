import { Resolver as NameServers } from "node:dns/promises";
import type { Resolver } from "../ports.ts";

/** For one of two tries. */
const TRY_MS = 2_500;

/**
 * Asks these name servers and nothing else of the machine.
 *
 * @param servers  `ADDRESS` or `ADDRESS:PORT`, tried in their order.
 */
export function nameServerResolver(servers: readonly string[]): Resolver {
  const names = new NameServers({ timeout: TRY_MS, tries: 2 });
  names.setServers([...servers]);
  return {
    async resolve(name) {
      const [four, six] = await Promise.allSettled([names.resolve4(name), names.resolve6(name)]);
      const found = [four, six].flatMap((answer) => (answer.status === "fulfilled" ? answer.value : []));
      if (found.length === 0 && four.status === "rejected") throw four.reason;
      return found;
    },
  };
}
