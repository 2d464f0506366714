import { lookup } from "node:dns/promises";
import type { Resolver } from "../ports.ts";

/** The operating system's resolver, `/etc/hosts` included: names of neighbouring containers work. */
export const systemResolver: Resolver = {
  async resolve(name) {
    const found = await lookup(name, { all: true });
    return found.map(({ address }) => address);
  },
};
