import { setting } from "@diwan/kernel/node";
import { z } from "zod";
import { type EgressPolicy, type PrivateEntry, parsePrivateEntry, publicPolicy } from "./core/policy.ts";

/** Settings of every process that calls others; each lists them in its own `config.ts`. */
export const egressSettings = {
  DIWAN_EGRESS_ALLOW_PRIVATE: setting({
    schema: z
      .string()
      .default("")
      .transform((text, context): PrivateEntry[] =>
        text.split(",").flatMap((part) => {
          if (part.trim() === "") return [];
          const entry = parsePrivateEntry(part);
          if (entry === undefined) context.addIssue(`"${part.trim()}" is no host, address or range`);
          return entry ?? [];
        }),
      ),
    meaning: "Inner hosts, addresses and ranges that apps may call, each with or without a port, separated by commas.",
    example: "erp.corp.example:443,10.4.0.0/16",
  }),
};

/** The policy of a process with these settings. */
export function egressPolicy(config: { DIWAN_EGRESS_ALLOW_PRIVATE: readonly PrivateEntry[] }): EgressPolicy {
  const allowPrivate = config.DIWAN_EGRESS_ALLOW_PRIVATE;
  return { ...publicPolicy, untrusted: { ...publicPolicy.untrusted, allowPrivate } };
}
