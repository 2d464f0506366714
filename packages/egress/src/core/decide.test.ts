import { describe, expect, it } from "vitest";
import { parseAddress, parseLiteral } from "./address.ts";
import { decide, type EgressQuestion, refusalByName } from "./decide.ts";
import { type EgressPolicy, parsePrivateEntry, publicPolicy } from "./policy.ts";
import { deniedRanges, parseRange } from "./range.ts";

const publicAddress = "93.184.216.34";

function ask(rest: Partial<EgressQuestion> = {}, policy: Partial<EgressPolicy> = {}) {
  const question: EgressQuestion = {
    profile: "untrusted",
    method: "GET",
    scheme: "https",
    host: "api.example.com",
    port: 443,
    addresses: [publicAddress],
    asker: "anyone",
    now: 0,
    policy: { ...publicPolicy, ...policy },
    ...rest,
  };
  return decide(question);
}

function opening(...entries: string[]): Partial<EgressPolicy> {
  return { untrusted: { allow: [], allowPrivate: entries.map((entry) => parsePrivateEntry(entry)!) } };
}

describe("addresses", () => {
  it.each([
    ["127.0.0.1", "127.0.0.1"],
    ["127.1", "127.0.0.1"],
    ["0x7f.1", "127.0.0.1"],
    ["0x7f000001", "127.0.0.1"],
    ["2130706433", "127.0.0.1"],
    ["017700000001", "127.0.0.1"],
    ["0177.0.0.01", "127.0.0.1"],
    ["127.0.0.1.", "127.0.0.1"],
    ["[::1]", "::1"],
    ["0:0:0:0:0:0:0:1", "::1"],
    ["[::ffff:10.0.0.1]", "10.0.0.1"],
    ["[::ffff:a00:1]", "10.0.0.1"],
    ["fe80::1%eth0", "fe80::1"],
  ])("reads the host %s as %s", (host, address) => {
    expect(parseLiteral(host)).toEqual(parseAddress(address));
    expect(parseLiteral(host)).toBeTypeOf("object");
  });

  it.each(["db", "face.b00c.example", "example.com", "0xy", "1.2.3.4.example", "deadbeef"])(
    "takes %s for a name",
    (host) => {
      expect(parseLiteral(host)).toBeUndefined();
    },
  );

  it.each(["1.2.3.4.5", "256.256.256.256", "1.2.3.08", "4294967296", "[::1", "1::2::3", "[12345::]", "::1.2.3"])(
    "takes %s for neither name nor address",
    (host) => {
      expect(parseLiteral(host)).toBe("malformed");
    },
  );

  it("agrees with the URL parser about every notation of an address", () => {
    let seed = 7;
    const random = (below: number) => {
      seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
      return seed % below;
    };
    const spell = (number: number) =>
      [String(number), `0x${number.toString(16)}`, number === 0 ? "0" : `0${number.toString(8)}`][random(3)]!;
    for (let round = 0; round < 2_000; round += 1) {
      const count = 1 + random(4);
      const parts = Array.from({ length: count }, (_, place) =>
        spell(place < count - 1 ? random(300) : random(256 ** Math.min(3, 5 - count))),
      );
      const host = parts.join(".");
      const url = `http://${host}/`;
      const expected = URL.canParse(url) ? parseAddress(new URL(url).hostname) : "malformed";
      expect(parseLiteral(host), host).toEqual(expected);
    }
  });
});

describe("the built-in ranges", () => {
  it("are those of the contract, written out", () => {
    expect(deniedRanges.map(({ text }) => text)).toEqual([
      ...["0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12"],
      ...["192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24"],
      ...["203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4", "168.63.129.16/32"],
      ...["::/128", "::1/128", "64:ff9b::/96", "64:ff9b:1::/48", "100::/64", "2001::/32", "2001:db8::/32", "2002::/16"],
      ...["fc00::/7", "fe80::/10", "fec0::/10", "ff00::/8"],
    ]);
  });

  it.each([
    ...["0.0.0.0", "0.255.255.255", "10.0.0.0", "10.255.255.255", "100.64.0.0", "100.100.100.200", "100.127.255.255"],
    ...["127.0.0.1", "127.255.255.255", "169.254.169.254", "172.16.0.0", "172.31.255.255", "192.0.0.192", "192.0.2.1"],
    ...["192.88.99.1", "192.168.0.0", "192.168.255.255", "198.18.0.0", "198.19.255.255", "198.51.100.7", "203.0.113.9"],
    ...["224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255", "168.63.129.16"],
    ...["::", "::1", "64:ff9b::808:808", "64:ff9b:1::1", "100::1", "2001:0:1::1", "2001:db8::1", "2002:a00:1::"],
    ...["fc00::1", "fd00:ec2::254", "fd20:ce::254", "fe80::1", "febf::1", "fec0::1", "ff02::1"],
    ...["::ffff:10.0.0.1", "::ffff:127.0.0.1", "::ffff:a9fe:a9fe", "::ffff:0:10.0.0.1", "::10.0.0.1"],
  ])("refuse a name that leads to %s", (address) => {
    expect(ask({ addresses: [address] }, { ipv6: "allow" })).toMatchObject({ allow: false, reason: "private-range" });
  });

  it.each([
    ...["1.1.1.1", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "126.255.255.255", "128.0.0.0"],
    ...["169.253.255.255", "172.15.255.255", "172.32.0.0", "192.0.1.0", "192.167.255.255", "192.169.0.0"],
    ...["198.17.255.255", "198.20.0.0", "223.255.255.255", "168.63.129.15", "::ffff:8.8.8.8"],
    ...["2606:4700::1111", "2001:4860:4860::8888", "2003::1", "fbff::1", "fe00::1"],
  ])("let a name through that leads to %s", (address) => {
    expect(ask({ addresses: [address] }, { ipv6: "allow" })).toMatchObject({ allow: true, addresses: [address] });
  });

  it("refuse a name with one public and one private address, in whichever order", () => {
    const both = [publicAddress, "10.1.2.3"];
    for (const addresses of [both, both.toReversed()])
      expect(ask({ addresses })).toEqual({ allow: false, reason: "private-range", rule: "10.0.0.0/8" });
    expect(ask({ addresses: [publicAddress, "fd00::1"] })).toMatchObject({ reason: "private-range" });
  });

  it("refuse what is no address at all", () => {
    expect(ask({ addresses: [publicAddress, "localhost"] })).toMatchObject({ reason: "private-range" });
  });
});

describe("the order of decision", () => {
  it.each<[string, Partial<EgressQuestion>, string]>([
    ["another method", { method: "TRACE", port: 22 }, "method"],
    ["another scheme", { scheme: "ftp", port: 21 }, "scheme"],
    ["another port", { port: 8080, host: "10.0.0.1" }, "port"],
    ["a tunnel to the port of plain HTTP", { method: "CONNECT", port: 80 }, "port"],
    ["TLS on the port of plain HTTP, which travels in a tunnel", { port: 80 }, "port"],
    ["an address with https that was handed to a proxy", { toProxy: true }, "scheme"],
    ["an address", { host: "8.8.8.8" }, "ip-literal"],
    ["an address as one number", { host: "134744072" }, "ip-literal"],
    ["what looks like an address and is none", { host: "1.2.3.4.5" }, "ip-literal"],
    ["an IPv6 address", { host: "[2606:4700::1111]" }, "ip-literal"],
    ["a single label", { host: "db" }, "internal-name"],
    ["a service of the cluster", { host: "postgres.diwan.svc" }, "internal-name"],
    ["a machine of the cloud", { host: "metadata.google.internal." }, "internal-name"],
    ["a name of the local network", { host: "Printer.LOCAL" }, "internal-name"],
    ["this machine under another name", { host: "a.localhost" }, "internal-name"],
    ["a name of the home network", { host: "nas.home.arpa" }, "internal-name"],
    ["a private address behind a name", { addresses: ["10.0.0.1"] }, "private-range"],
    ["a name with nothing but IPv6", { addresses: ["2606:4700::1111"] }, "ipv6"],
  ])("refuses %s", (_, question, reason) => {
    expect(ask(question)).toMatchObject({ allow: false, reason });
  });

  it("leaves public IPv6 addresses out where they are denied", () => {
    expect(ask({ addresses: ["2606:4700::1111", publicAddress] })).toMatchObject({ addresses: [publicAddress] });
  });

  it("refuses everything in a closed installation, whatever is opened", () => {
    const policy = { ...opening("10.0.0.0/8"), mode: "closed" as const };
    for (const profile of ["untrusted", "platform"] as const)
      expect(ask({ profile, addresses: ["10.0.0.1"] }, policy)).toMatchObject({ reason: "closed" });
  });

  it("takes addresses as hosts where they are allowed, ranges still refused", () => {
    expect(ask({ host: "8.8.8.8" }, { ipLiterals: "allow" })).toMatchObject({ allow: true, addresses: ["8.8.8.8"] });
    expect(ask({ host: "10.0.0.1" }, { ipLiterals: "allow" })).toMatchObject({ reason: "private-range" });
    expect(ask({ host: "8.8.8.8" }, { ipLiterals: "allow", mode: "allowlist" })).toMatchObject({
      reason: "ip-literal",
    });
  });
});

describe("a list of hosts", () => {
  const policy: Partial<EgressPolicy> = {
    mode: "allowlist",
    untrusted: { allow: ["api.example.com", ".example.org"], allowPrivate: [] },
  };

  it.each(["api.example.com", "API.example.com.", "example.org", "deep.down.example.org"])(
    "lets %s through",
    (host) => {
      expect(ask({ host }, policy)).toMatchObject({ allow: true });
    },
  );

  it.each(["example.com", "www.api.example.com", "badexample.org", "example.org.evil.net"])("refuses %s", (host) => {
    expect(ask({ host }, policy)).toMatchObject({ reason: "host-not-allowed", rule: "untrusted.allow" });
  });

  it("calls an unlisted inner host what it is", () => {
    expect(ask({ host: "erp.corp.example", addresses: ["10.0.0.1"] }, policy)).toMatchObject({
      reason: "private-range",
    });
  });
});

describe("what was allowed in the console", () => {
  const entry = { by: "ada", reason: "invoices", until: undefined, workspaceId: undefined, appId: undefined };
  const policy = (more: object): Partial<EgressPolicy> => ({
    mode: "allowlist",
    managed: [{ ...entry, host: "api.example.com", ...more }],
  });

  it.each<[object, Partial<EgressQuestion>, boolean]>([
    [{}, { asker: {} }, true],
    [{ workspaceId: "w1" }, { asker: { workspaceId: "w1", appId: "a1" } }, true],
    [{ workspaceId: "w1" }, { asker: { workspaceId: "w2" } }, false],
    [{ workspaceId: "w1" }, { asker: {} }, false],
    [{ appId: "a1" }, { asker: { workspaceId: "w1", appId: "a1" } }, true],
    [{ appId: "a1" }, { asker: { workspaceId: "w1", appId: "a2" } }, false],
    [{ workspaceId: "w1" }, { asker: "anyone" }, true],
    [{ until: 1000 }, { now: 999 }, true],
    [{ until: 1000 }, { now: 1000 }, false],
    [{}, { profile: "platform" }, false],
  ])("%j holds for %j: %s", (more, question, holds) => {
    const platform = { ...publicPolicy.platform, modelEndpoints: "listed" as const };
    const verdict = ask({ ...question, policy: { ...publicPolicy, ...policy(more), platform } });
    expect(verdict).toMatchObject(holds ? { rule: "managed: api.example.com" } : { reason: "host-not-allowed" });
  });

  it("opens nothing of the inner network", () => {
    expect(ask({ addresses: ["10.0.0.1"] }, policy({}))).toMatchObject({ reason: "private-range" });
  });
});

describe("what an operator opened", () => {
  it.each<[string, Partial<EgressQuestion>]>([
    ["erp.corp.example:8443", { host: "erp.corp.example", port: 8443, addresses: ["10.4.0.7"] }],
    ["erp.corp.example", { host: "erp.corp.example", port: 9, addresses: ["10.4.0.7", "fd12::7"] }],
    [".corp.example:443", { host: "a.b.corp.example", addresses: ["192.168.1.1"] }],
    ["10.4.0.0/16:443", { host: "erp", addresses: ["10.4.200.1"] }],
    ["127.0.0.1:8080", { host: "127.0.0.1", port: 8080, addresses: [] }],
    ["127.0.0.1:8080", { host: "2130706433", port: 8080, addresses: [] }],
    ["[fd12::7]:443", { host: "[fd12::7]", addresses: [] }],
    ["fd12::/16", { host: "[fd12::7]", port: 80, addresses: [] }],
    ["169.254.169.254:80", { host: "169.254.169.254", port: 80, addresses: [] }],
  ])("%s lets it through", (entry, question) => {
    expect(ask(question, opening(entry))).toMatchObject({ allow: true, rule: `allow_private: ${entry}` });
  });

  it.each<[string, Partial<EgressQuestion>, string]>([
    ["erp.corp.example:8443", { host: "erp.corp.example", port: 443, addresses: ["10.4.0.7"] }, "private-range"],
    ["erp.corp.example:443", { host: "other.example", addresses: ["10.4.0.7"] }, "private-range"],
    ["erp.corp.example", { host: "erp.corp.example", addresses: ["169.254.169.254"] }, "private-range"],
    ["10.4.0.0/16", { addresses: ["10.4.0.1", "10.5.0.1"] }, "private-range"],
    ["10.4.0.0/16", { addresses: ["10.4.0.1", publicAddress] }, "private-range"],
    ["10.4.0.0/16:8080", { host: "erp", port: 8080, addresses: ["10.5.0.1"] }, "port"],
    ["10.4.0.0/16", { host: "erp", addresses: ["10.5.0.1"] }, "internal-name"],
  ])("%s opens nothing else", (entry, question, reason) => {
    expect(ask(question, opening(entry))).toMatchObject({ allow: false, reason });
  });

  it("is weaker than what the operator denied", () => {
    const policy = { ...opening("10.0.0.0/8"), denyRanges: [parseRange("10.9.0.0/16")!] };
    expect(ask({ addresses: ["10.9.1.1"] }, policy)).toMatchObject({ rule: "deny_cidrs: 10.9.0.0/16" });
    expect(ask({ addresses: ["10.8.1.1"] }, policy)).toMatchObject({ allow: true });
  });

  it.each(["", "10.0.0.0/33", "a b", "host:0", "host:70000", "https://host", "host/path", "1.2.3", "::1:"])(
    "cannot be written as %j",
    (text) => {
      expect(parsePrivateEntry(text)).toBeUndefined();
    },
  );
});

describe("what the platform itself calls", () => {
  it.each<Partial<EgressQuestion>>([
    { scheme: "http", host: "127.0.0.1", port: 11_434, addresses: [] },
    { scheme: "http", host: "localhost", port: 11_434, addresses: ["127.0.0.1", "::1"] },
    { scheme: "http", host: "ollama", port: 11_434, addresses: ["172.18.0.2"] },
    { host: "8.8.8.8", port: 8000, addresses: [] },
    { host: "llm.example.com", port: 8443, addresses: [publicAddress] },
  ])("may lie wherever somebody set it up: $host:$port", (question) => {
    expect(ask({ profile: "platform", method: "POST", ...question })).toMatchObject({ allow: true });
  });

  it.each(["169.254.169.254", "100.100.100.200", "168.63.129.16", "[fd00:ec2::254]", "0.0.0.0", "224.0.0.1"])(
    "is never %s",
    (host) => {
      expect(ask({ profile: "platform", host, port: 80, addresses: [] })).toMatchObject({ reason: "private-range" });
    },
  );

  it("is not in the own network where that is closed", () => {
    const platform = { ...publicPolicy.platform, privateModelEndpoints: false };
    const question = { profile: "platform" as const, host: "ollama", addresses: ["172.18.0.2"] };
    expect(ask(question, { platform })).toMatchObject({ reason: "private-range" });
  });
});

it("refuses by name, before any look-up, all that does not hang on addresses", () => {
  const question = {
    profile: "untrusted",
    method: "GET",
    scheme: "https",
    port: 443,
    addresses: [],
    asker: {},
    now: 0,
  } as const;
  expect(refusalByName({ ...question, host: "db", policy: publicPolicy })?.reason).toBe("internal-name");
  expect(refusalByName({ ...question, host: "example.com", policy: publicPolicy })).toBeUndefined();
  const opened = { ...publicPolicy, ...opening("db:443") };
  expect(refusalByName({ ...question, host: "db", policy: opened })).toBeUndefined();
});
