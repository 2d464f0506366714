import { describe, expect, it } from "vitest";
import { parseAbsoluteTarget, parseTunnelTarget } from "./target.ts";

describe("the target of a request", () => {
  it("is taken apart as it was written", () => {
    expect(parseAbsoluteTarget("HTTP://API.example.com.:8080/a/b?c=d")).toEqual({
      scheme: "http",
      host: "API.example.com.",
      port: 8080,
      path: "/a/b?c=d",
      authorization: undefined,
    });
    expect(parseAbsoluteTarget("http://[::1]?q")).toMatchObject({ host: "[::1]", port: 80, path: "/?q" });
    expect(parseAbsoluteTarget("http://ada:love%20lace@example.com/")).toMatchObject({
      host: "example.com",
      authorization: `Basic ${btoa("ada:love lace")}`,
    });
  });

  it.each([
    ...["", "/", "*", "example.com", "http:", "http://", "http:///x", "http:/example.com/", "//example.com/"],
    ...["http://exa mple.com/", "http://example.com/#part", "http://example.com\\@10.0.0.1/", "http://a@b@c/"],
    ...["http://example.com:0/", "http://example.com:65536/", "http://example.com:1:2/", "http://[::1/", "http://::1/"],
    ...["http://[fe80::1%25eth0]/", "http://%31/", "http://b\u00fccher.example/", "http://a%zz@example.com/"],
    ...["http://.example.com/", "http://a..b/", `http://${"a".repeat(300)}/`, "http://example.com/\r\nX: y"],
  ])("is no address where it says %j", (text) => {
    expect(parseAbsoluteTarget(text)).toBeUndefined();
  });
});

describe("the target of a tunnel", () => {
  it("is a host and a port", () => {
    expect(parseTunnelTarget("example.com:443")).toMatchObject({ host: "example.com", port: 443 });
    expect(parseTunnelTarget("[::1]:443")).toMatchObject({ host: "[::1]", port: 443 });
  });

  it.each([
    "",
    ":443",
    "example.com",
    "example.com:",
    "example.com:0",
    "example.com:70000",
    "a@b:443",
    "::1:443",
    "a:1/",
  ])("is none where it says %j", (text) => {
    expect(parseTunnelTarget(text)).toBeUndefined();
  });
});
