import { readConfig } from "@diwan/kernel/node";
import { expect, it } from "vitest";
import { decide } from "./core/decide.ts";
import { egressPolicy, egressSettings } from "./settings.ts";

const policyOf = (text?: string) => egressPolicy(readConfig(egressSettings, { DIWAN_EGRESS_ALLOW_PRIVATE: text }));
const ask = (text: string | undefined, host: string, addresses: string[]) =>
  decide({
    profile: "untrusted",
    method: "GET",
    scheme: "http",
    host,
    port: 8080,
    addresses,
    asker: {},
    now: 0,
    policy: policyOf(text),
  });

it("opens what operators list, and nothing where they list nothing", () => {
  const listed = " erp.corp.example:8080, 10.4.0.0/16 ,,[fd12::7]:8080 ";
  expect(ask(listed, "erp.corp.example", ["192.168.0.1"]).allow).toBe(true);
  expect(ask(listed, "anything", ["10.4.9.9"]).allow).toBe(true);
  expect(ask(listed, "[fd12::7]", []).allow).toBe(true);
  expect(ask(listed, "other.example", ["192.168.0.1"]).allow).toBe(false);
  expect(ask(undefined, "anything", ["10.4.9.9"]).allow).toBe(false);
});

it("names every entry that is none, with an example of one", () => {
  const read = () => policyOf("erp.corp.example,https://x,10.0.0.0/99");
  expect(read).toThrow(/DIWAN_EGRESS_ALLOW_PRIVATE: .*"https:\/\/x" is no host.*[\s\S]*"10.0.0.0\/99".*for example/);
});
