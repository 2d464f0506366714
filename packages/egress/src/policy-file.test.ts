import { describe, expect, it } from "vitest";
import { publicPolicy } from "./core/policy.ts";
import { parsePolicyFile } from "./policy-file.ts";

const full = `version: 1
mode: allowlist
untrusted:
  allow: [api.example.com, .example.org]
  allow_private: [{host: erp.corp.example, cidr: 10.4.0.0/16, port: 443}, {cidr: "fd12::/16"}, {host: erp}]
platform:
  allow: [s3.me-central-1.amazonaws.com]
  model_endpoints: listed
  private_model_endpoints: false
ports: [80, 443, 8443]
connect_ports: [443, 8443]
ip_literals: deny
ipv6: allow
deny_cidrs: [34.118.224.0/20]
limits: {request_mib: 1, response_mib: 0.5, connect_seconds: 1, idle_seconds: 2, total_seconds: 3, per_client: 4}
upstream_proxy: http://proxy.corp.example:3128
managed:
  - {host: api.partner.example, workspace_id: w1, by: ada, reason: invoices, until: 2026-12-01T00:00:00Z}
`;

describe("a policy file", () => {
  it("is read key by key", () => {
    const policy = parsePolicyFile(full);
    expect(policy).toMatchObject({
      mode: "allowlist",
      platform: { allow: ["s3.me-central-1.amazonaws.com"], modelEndpoints: "listed", privateModelEndpoints: false },
      ports: [80, 443, 8443],
      connectPorts: [443, 8443],
      ipLiterals: "deny",
      ipv6: "allow",
      limits: {
        requestBytes: 1_048_576,
        responseBytes: 524_288,
        connectMs: 1000,
        idleMs: 2000,
        totalMs: 3000,
        perClient: 4,
      },
      upstreamProxy: "http://proxy.corp.example:3128",
    });
    expect(policy.untrusted.allow).toEqual(["api.example.com", ".example.org"]);
    expect(policy.untrusted.allowPrivate.map(({ text }) => text)).toEqual([
      "erp.corp.example 10.4.0.0/16 443",
      "fd12::/16",
      "erp",
    ]);
    expect(policy.denyRanges.map(({ text }) => text)).toEqual(["34.118.224.0/20"]);
    expect(policy.managed[0]).toMatchObject({ workspaceId: "w1", appId: undefined, until: 1_796_083_200_000 });
  });

  it("that says its mode only is the policy of the embedded installation", () => {
    expect(parsePolicyFile("version: 1\nmode: public\n")).toEqual(publicPolicy);
  });

  it.each([
    ["version: 2\nmode: public", /^ {2}line 1: version: this release reads version 1$/m],
    ["version: 1", /line 1: mode: /],
    ["version: 1\nmode: open", /line 2: mode: /],
    ["version: 1\nmode: public\n\nport: [80]", /line 4: port: there is no such key/],
    ["version: 1\nmode: public\nuntrusted:\n  alow: []", /line 4: untrusted.alow: there is no such key/],
    ["version: 1\nmode: public\nports: [80,\n  0]", /line 4: ports\[1\]: ports are from 1 to 65535/],
    ["version: 1\nmode: public\nports: [65536]", /line 3: ports\[0\]: ports are from 1 to 65535/],
    ["version: 1\nmode: public\nconnect_ports: ['443']", /line 3: connect_ports\[0\]: /],
    ["version: 1\nmode: public\nip_literals: maybe", /line 3: ip_literals: /],
    ["version: 1\nmode: allowlist\nip_literals: allow", /line 3: ip_literals: .*mode: public only/],
    ["version: 1\nmode: public\ndeny_cidrs: [10.0.0.0/33]", /line 3: deny_cidrs\[0\]: "10.0.0.0\/33" is no address/],
    ["version: 1\nmode: public\ndeny_cidrs: [10.0.0.1/8]", /line 3: deny_cidrs\[0\]: .* has bits behind its prefix/],
    ["version: 1\nmode: public\nlimits: {idle_seconds: 0}", /line 3: limits.idle_seconds: /],
    ["version: 1\nmode: public\nlimits: {per_client: 1.5}", /line 3: limits.per_client: /],
    ["version: 1\nmode: public\nupstream_proxy: https://proxy:1", /line 3: upstream_proxy: write it as http:/],
    ["version: 1\nmode: public\nuntrusted: {allow_private: [{port: 1}]}", /line 3: .*needs a host or a cidr/],
    ["version: 1\nmode: public\nmanaged: [{host: a.example.com, by: x}]", /line 3: managed\[0\].reason: /],
    ["version: 1\nmode: public\nmanaged: [{host: a.example.com, by: x, reason: y, until: soon}]", /line 3: .*until: /],
    ["version: 1\nversion: 1\nmode: public", /line 2: Map keys must be unique/],
    ["version: 1\nmode: [public", /line \d: /],
    ["", /line 1: the file: /],
    ["- version: 1", /line 1: the file: /],
  ])("that says %j is refused with line and reason", (text, why) => {
    expect(() => parsePolicyFile(text)).toThrow(why);
    expect(() => parsePolicyFile(text)).toThrow(expect.objectContaining({ code: "egress.policy-invalid" }));
  });

  it.each([
    ["https://api.example.com", /without a scheme/],
    ["api.example.com:443", /without a port/],
    ["api.example.com/v1", /without a path/],
    ["API.example.com", /lower case/],
    ["api.example.com.", /dot at the end/],
    ["*.example.com", /write ".example.com"/],
    ["münchen.example", /xn--/],
    ["10.0.0.1", /is an address/],
    ["0x7f.1", /is an address/],
    ["a..b.example", /no host name/],
    ["-a.example.com", /no host name/],
    ["", /no host name/],
    ["com", /public suffix/],
    [".com", /public suffix/],
    [".co.uk", /public suffix/],
    ["intranet", /public suffix/],
  ])("does not take %j for a host", (host, why) => {
    const text = `version: 1\nmode: allowlist\nuntrusted:\n  allow:\n    - ${JSON.stringify(host)}\n`;
    expect(() => parsePolicyFile(text)).toThrow(why);
    expect(() => parsePolicyFile(text)).toThrow(/line 5: untrusted.allow\[0\]: /);
  });

  it("names every problem, in the order of the lines", () => {
    const text = "version: 1\nmode: public\nports: [0]\nwhat: 1\nipv6: maybe\n";
    expect(() => parsePolicyFile(text)).toThrow(/line 3[\s\S]*line 4[\s\S]*line 5/);
  });
});
