import { setting } from "@diwan/kernel/node";
import { z } from "zod";
import { parseAddress } from "./core/address.ts";
import { type EgressPolicy, type PrivateEntry, parsePrivateEntry, publicPolicy } from "./core/policy.ts";
import { readPolicyFile } from "./read-policy-file.ts";

const port = z.coerce.number().int().min(0).max(65_535);

/** `ADDRESS` or `ADDRESS:PORT`, IPv6 in brackets where a port follows. */
function isNameServer(text: string): boolean {
  const [, bracketed, dotted] = /^(?:\[([^\]]+)\](?::\d{1,5})?|(\d[\d.]+)(?::\d{1,5})?)$/.exec(text) ?? [];
  return parseAddress(bracketed ?? dotted ?? text) !== undefined;
}

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
  EGRESS_POLICY_FILE: setting({
    schema: z.string().min(1).optional(),
    meaning: "The egress policy, as a file. Without one any public host may be called.",
    example: "/etc/diwan/egress.yaml",
  }),
};

type Config = { DIWAN_EGRESS_ALLOW_PRIVATE: readonly PrivateEntry[]; EGRESS_POLICY_FILE: string | undefined };

/**
 * The policy of a process with these settings: the file's, and what is opened beside it.
 *
 * @throws egress.policy-invalid (caller)
 */
export function egressPolicy({ DIWAN_EGRESS_ALLOW_PRIVATE: opened, EGRESS_POLICY_FILE: file }: Config): EgressPolicy {
  const policy = file === undefined ? publicPolicy : readPolicyFile(file);
  const allowPrivate = [...policy.untrusted.allowPrivate, ...opened];
  return { ...policy, untrusted: { ...policy.untrusted, allowPrivate } };
}

/** Settings of a proxy, whichever renders or runs it. */
export const proxySettings = {
  EGRESS_HOST: setting({
    schema: z.string().min(1).default("127.0.0.1"),
    meaning: "Address that the egress proxy listens on.",
    example: "0.0.0.0",
  }),
  EGRESS_UNTRUSTED_PORT: setting({
    schema: port.default(3128),
    meaning: "Its port for what authors of apps call: steps, tools, code, plugins.",
    example: "3128",
  }),
  EGRESS_PLATFORM_PORT: setting({
    schema: port.default(3129),
    meaning: "Its port for what the product itself calls.",
    example: "3129",
  }),
  EGRESS_DNS_SERVERS: setting({
    schema: z
      .string()
      .default("")
      .transform((text, context): string[] => {
        const servers = text.split(",").flatMap((part) => (part.trim() === "" ? [] : [part.trim()]));
        for (const server of servers) {
          if (!isNameServer(server)) context.addIssue(`"${server}" is no address`);
        }
        return servers;
      }),
    meaning: "Name servers that it asks, separated by commas; the system's where none is named.",
    example: "10.0.0.2,10.0.0.3:5353",
  }),
  EGRESS_LOG: setting({
    schema: z.string().min(1).default("stdout"),
    meaning: "Where a line of JSON for every decision goes: `stdout`, or a file.",
    example: "/var/log/diwan/egress.log",
  }),
};
